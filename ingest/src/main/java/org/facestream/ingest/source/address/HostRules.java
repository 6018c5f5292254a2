package org.facestream.ingest.source.address;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which hosts a source may be on. The host is taken from where FFmpeg finds it, whatever the user
 * part of a URL contains.
 */
final class HostRules {
  private static final String ENCODE =
      "percent-encode special characters of a password (@ as %40, / as %2F, # as %23, : as %3A)";

  private static final String NO_CAMERA = "the host may not be a camera";

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*");
  private static final Pattern NUMERIC_HOST =
      Pattern.compile("[0-9.]+|0[xX][0-9a-fA-F.xX]+", Pattern.CASE_INSENSITIVE);
  private static final Pattern PLAIN_IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

  /** Host names of metadata services; others are recognised by their addresses. */
  private static final Set<String> METADATA = Set.of("metadata.google.internal", "metadata");

  private static final Pattern SCOPE = Pattern.compile("%[^\\]]*(?=]?$)");

  /** Resolves a name; an address is not looked up. */
  interface Names {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Set<String> hosts;
  private final Names names;

  /**
   * @param hosts allowed hosts; empty to allow all that no rule forbids
   */
  HostRules(List<String> hosts, Names names) {
    this.hosts = hosts.stream().map(HostRules::comparable).collect(Collectors.toUnmodifiableSet());
    this.names = names;
  }

  /** Whether only named hosts are allowed. */
  boolean named() {
    return !hosts.isEmpty();
  }

  /**
   * Checks the host of a URL, and its address when it is written as one.
   *
   * @param written the URL as it was written
   * @param url the same with its secrets in place
   * @throws SourceException when it is refused
   */
  void check(String written, String url) throws SourceException {
    String rest = url.substring(url.indexOf(':') + 1);
    if (!rest.startsWith("//")) {
      throw refused("the scheme must be followed by //host");
    }
    // A password with a '/' or '#' ends the authority, so a part of it, or the user's name, would
    // be used as the host. A secret after a literal host cannot cause that.
    String looked = namesItsHost(written) ? unresolved(written) : url;
    if (looked.indexOf('@', looked.indexOf(':') + 3 + authority(looked).length()) >= 0) {
      throw refused("there is an '@' after the host; " + ENCODE);
    }
    String authority = authority(url);
    String place = place(authority);
    if (NUMERIC_HOST.matcher(place).matches() && !PLAIN_IPV4.matcher(place).matches()) {
      throw refused("write the host's address as four decimal numbers, such as 192.0.2.7");
    }
    String host = host(url).orElseThrow(() -> refused("it has no valid host; " + ENCODE));
    int port = port(authority);
    if (port == 0 || port > 65_535) {
      throw refused("a port is 1 to 65535");
    }
    host = comparable(host);
    if (METADATA.contains(host) || host.startsWith("[::ffff:")) {
      throw refused(NO_CAMERA);
    }
    if (host.startsWith("[") || PLAIN_IPV4.matcher(host).matches()) {
      checkAddressesOf(host);
    }
    if (!hosts.isEmpty() && !hosts.contains(host)) {
      throw refused("host '" + host + "' is not among ingest.hosts");
    }
  }

  /**
   * A name may resolve to an address that is refused. The lookup is the only network access before
   * a refusal; the source reports unknown names.
   */
  void checkAddresses(String url) throws SourceException {
    checkAddressesOf(comparable(host(url).orElseThrow()));
  }

  private void checkAddressesOf(String host) throws SourceException {
    List<InetAddress> addresses;
    try {
      addresses = List.of(names.addresses(host));
    } catch (UnknownHostException unknown) {
      // Opening reports that too.
      return;
    }
    if (addresses.stream().anyMatch(ReservedAddresses::isMetadata)) {
      throw refused(NO_CAMERA);
    }
    // With a list of hosts, this check has already been done.
    if (hosts.isEmpty() && addresses.stream().anyMatch(ReservedAddresses::isLinkLocal)) {
      throw refused(
          "the host has a link-local address, where clouds provide credentials; add your "
              + "cameras' hosts to ingest.hosts to allow it");
    }
  }

  /** Normalises a host: lower case, IPv6 in brackets without its scope. */
  private static String comparable(String host) {
    String plain = SCOPE.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
    boolean bare = plain.indexOf(':') != plain.lastIndexOf(':') && !plain.startsWith("[");
    return bare ? "[" + plain + "]" : plain.replaceFirst("\\.$", "");
  }

  /** Whether the host of a URL is literal and not part of a secret. */
  private static boolean namesItsHost(String written) {
    String authority = authority(written);
    return SCHEME.matcher(written).matches()
        && !SecretReferences.anyIn(authority.substring(authority.lastIndexOf('@') + 1));
  }

  /** A URL with plain letters in place of its secrets. */
  static String unresolved(String url) {
    return url.replaceAll("\\$\\{[^}]*}", "x");
  }

  /** Host without user and port, valid or not. As FFmpeg does: the user ends at the last '@'. */
  private static String place(String authority) {
    return authority
        .substring(authority.lastIndexOf('@') + 1)
        .replaceFirst(":[0-9]*$", "")
        .replaceFirst("\\.$", "");
  }

  /** The host of a camera's URL; empty when it has no valid host. */
  public static Optional<String> host(String url) {
    String authority = authority(url);
    // As FFmpeg does: user and password end at the last '@' before the path.
    String place = authority.substring(authority.lastIndexOf('@') + 1);
    try {
      return Optional.ofNullable(new URI("rtsp://" + place).getHost())
          .filter(name -> !name.isEmpty());
    } catch (URISyntaxException malformed) {
      return Optional.empty();
    }
  }

  /** The port, or -1 when there is none. The host must be valid. */
  private static int port(String authority) {
    return URI.create("rtsp://" + authority.substring(authority.lastIndexOf('@') + 1)).getPort();
  }

  private static String authority(String url) {
    return url.substring(url.indexOf(':') + 1).replaceFirst("^//", "").split("[/?#]", 2)[0];
  }

  private static SourceException refused(String detail) {
    return new SourceException(Fault.URL_REFUSED, detail);
  }
}

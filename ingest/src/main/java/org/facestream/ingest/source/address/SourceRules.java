package org.facestream.ingest.source.address;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Transport;
import org.facestream.ingest.worker.config.UserError;

/**
 * Which sources an ingest worker opens: {@code rtsp} and {@code rtsps} to hosts that are allowed,
 * {@code http} and {@code https} to hosts that are named, and video files and folders of pictures
 * below the one folder that is set for them. Everything else is refused before a socket or file is
 * opened, because a user who may write to the registry must not be able to make the worker open
 * what only the worker can reach.
 */
public final class SourceRules {
  private static final String ENCODE =
      "percent-encode special characters of a password (@ as %40, / as %2F, # as %23, : as %3A)";

  private static final String NO_CAMERA = "the host may not be a camera";

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*");
  private static final Pattern LIKE_ADDRESS = Pattern.compile("[@?&=:]");
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

  private final Optional<Path> filesFolder;
  private final Set<String> hosts;
  private final SecretReferences secrets;
  private final Names names;

  public SourceRules(IngestConfig config) {
    this(config.filesFolder(), config.hosts(), config.secretsFolder(), System.getenv());
  }

  public SourceRules(
      Optional<Path> filesFolder,
      Optional<List<String>> hosts,
      Optional<Path> secretsFolder,
      Map<String, String> environment) {
    this(filesFolder, hosts, secretsFolder, environment, InetAddress::getAllByName);
  }

  public SourceRules(
      Optional<Path> filesFolder,
      Optional<List<String>> hosts,
      Optional<Path> secretsFolder,
      Map<String, String> environment,
      Names names) {
    this.filesFolder = filesFolder;
    this.hosts =
        hosts.orElse(List.of()).stream()
            .map(SourceRules::comparable)
            .collect(Collectors.toUnmodifiableSet());
    this.secrets = new SecretReferences(secretsFolder, environment);
    this.names = names;
  }

  /**
   * Checks a camera before it is registered, without resolving its secrets or opening its source; a
   * file must exist.
   *
   * @throws UserError when a URL is refused, or the camera is too large for a record
   */
  public void check(Camera camera) {
    camera.checkSize();
    try {
      SecretReferences.checkForms(camera.url());
      if (!camera.url().startsWith("${")) {
        locate(camera, unresolved(camera.url()));
      }
    } catch (SourceException refused) {
      throw new UserError("Camera '%s': %s.".formatted(camera.id(), refused.getMessage()), refused);
    }
    if (camera.closeUpUrl() == null) {
      return;
    }
    try {
      SecretReferences.checkForms(camera.closeUpUrl());
      if (!camera.closeUpUrl().startsWith("${")) {
        locateCloseUp(camera, unresolved(camera.closeUpUrl()));
      }
    } catch (SourceException refused) {
      throw new UserError(
          "Camera '%s', close-up-url: %s.".formatted(camera.id(), refused.getMessage()), refused);
    }
  }

  /** The source of a camera, with secrets. */
  public SourceUrl resolve(Camera camera) throws SourceException {
    SourceUrl url = locate(camera, secrets.resolve(camera.url()));
    if (url.live()) {
      checkAddresses(comparable(host(url.target()).orElseThrow()));
    }
    return url;
  }

  /** The source of a camera's larger stream, with secrets. The camera must have one. */
  public SourceUrl resolveCloseUp(Camera camera) throws SourceException {
    SourceUrl url = locateCloseUp(camera, secrets.resolve(camera.closeUpUrl()));
    checkAddresses(comparable(host(url.target()).orElseThrow()));
    return url;
  }

  /** Only live streams can be matched in time. */
  private SourceUrl locateCloseUp(Camera camera, String url) throws SourceException {
    if (!SCHEME.matcher(url).matches()) {
      throw refused("it must start with rtsp:// or rtsps://");
    }
    SourceUrl located = locate(camera.withUrl(camera.closeUpUrl()), url);
    if (located.kind().http()) {
      throw refused("Motion JPEG over HTTP has no times: it must start with rtsp:// or rtsps://");
    }
    return located;
  }

  private SourceUrl locate(Camera camera, String url) throws SourceException {
    Matcher scheme = SCHEME.matcher(url);
    if (!scheme.matches()) {
      Path path = path(camera, url);
      return Files.isDirectory(path) ? SourceUrl.pictures(path) : SourceUrl.file(path);
    }
    String name = scheme.group(1).toLowerCase(Locale.ROOT);
    boolean datagrams = camera.transport() == Transport.UDP;
    SourceUrl.Kind rtsp = datagrams ? SourceUrl.Kind.RTSP_UDP : SourceUrl.Kind.RTSP;
    for (SourceUrl.Kind kind :
        List.of(rtsp, SourceUrl.Kind.RTSPS, SourceUrl.Kind.HTTP, SourceUrl.Kind.HTTPS)) {
      if (kind.scheme().equals(name)) {
        if (kind.http() && hosts.isEmpty()) {
          throw notAllowed(
              camera, name, "only for hosts in ingest.hosts; otherwise give rtsp://, rtsps://");
        }
        checkHost(camera.url(), url);
        if (datagrams && kind != rtsp) {
          throw refused(
              kind.scheme() + " carries the video in its own connection: remove transport udp");
        }
        return new SourceUrl(kind, name + url.substring(name.length()));
      }
    }
    throw notAllowed(
        camera, name, "give rtsp://, rtsps://, http:// or https:// of a host in ingest.hosts");
  }

  private static SourceException notAllowed(Camera camera, String scheme, String instead) {
    // The content of a secret is not shown, not even in place of the scheme.
    String shown = SecretReferences.anyIn(camera.url()) ? "its scheme" : "scheme '" + scheme + "'";
    return refused(
        shown
            + " is not allowed: "
            + instead
            + " or the path of a video file or of a folder of pictures");
  }

  private void checkHost(String written, String url) throws SourceException {
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
      checkAddresses(host);
    }
    if (!hosts.isEmpty() && !hosts.contains(host)) {
      throw refused("host '" + host + "' is not among ingest.hosts");
    }
  }

  /**
   * A name may resolve to an address that is refused. The lookup is the only network access before
   * a refusal; the source reports unknown names.
   */
  private void checkAddresses(String host) throws SourceException {
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

  private static String unresolved(String url) {
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

  private Path path(Camera camera, String path) throws SourceException {
    if (filesFolder.isEmpty()) {
      throw refused(
          "files are not allowed as sources: start a camera's address with rtsp:// or "
              + "rtsps://, or set ingest.files-folder to the folder of the files");
    }
    try {
      Path folder = filesFolder.get().toRealPath();
      Path file = folder.resolve(path).normalize();
      if (!Files.exists(file)) {
        throw new SourceException(Fault.NOT_FOUND, missing(camera, file));
      }
      Path real = file.toRealPath();
      boolean usable = Files.isRegularFile(real) || Files.isDirectory(real);
      if (!usable || !real.startsWith(folder) || real.equals(folder)) {
        throw refused("it is not a file or folder below ingest.files-folder " + folder);
      }
      return real;
    } catch (InvalidPathException | IOException unreadable) {
      throw new SourceException(Fault.NOT_FOUND, "ingest.files-folder " + filesFolder.get());
    }
  }

  /** It may be a camera's address without a scheme, and contain a password. */
  private static String missing(Camera camera, Path file) {
    boolean plain =
        !SecretReferences.anyIn(camera.url()) && !LIKE_ADDRESS.matcher(camera.url()).find();
    return plain
        ? "file " + file
        : "it looks like a file's path: start a camera's address with rtsp:// or rtsps://";
  }

  private static SourceException refused(String detail) {
    return new SourceException(Fault.URL_REFUSED, detail);
  }
}

package org.facestream.sink.api.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.util.InetAddressSet;
import org.facestream.ingest.worker.config.UserError;

/**
 * Which proxies are believed when they say who is behind them. Anyone can send their headers, so
 * they count only in requests of these addresses.
 */
final class Proxies {
  private final InetAddressSet trusted = new InetAddressSet();

  /**
   * Where a request comes from, as far as is known.
   *
   * @param address of the client
   * @param secure whether the client speaks TLS
   * @param host as the client names this server, with the port if it is not the usual one
   */
  record Peer(String address, boolean secure, String host) {}

  /**
   * @param networks addresses, or networks such as {@code 10.0.0.0/8}
   * @throws UserError when one is neither
   */
  Proxies(List<String> networks) {
    for (String network : networks) {
      try {
        Addresses.literal(network.strip().replaceAll("/\\d+$", ""))
            .orElseThrow(IllegalArgumentException::new);
        trusted.add(network.strip());
      } catch (IllegalArgumentException none) {
        throw new UserError(
            "api.trusted-proxies has a value that is no address or network: give values such as"
                + " 192.0.2.7 or 10.0.0.0/8.",
            none);
      }
    }
  }

  Peer peer(Context context) {
    String address = bare(context.ip());
    boolean secure = context.scheme().equals("https");
    String host = Optional.ofNullable(context.header("Host")).orElse("");
    if (!isTrusted(address)) {
      return new Peer(address, secure, host);
    }
    List<String> hops =
        Collections.list(context.req().getHeaders("X-Forwarded-For")).stream()
            .flatMap(header -> Stream.of(header.split(",", -1)))
            .map(Proxies::bare)
            .toList();
    // Each proxy adds the address that it sees to the end: what is before the first that is not
    // trusted may be invented.
    for (int i = hops.size() - 1; i >= 0 && isTrusted(address); i--) {
      if (Addresses.literal(hops.get(i)).isEmpty()) {
        break;
      }
      address = hops.get(i);
    }
    String proto = last(context, "X-Forwarded-Proto").orElse(context.scheme());
    return new Peer(
        address,
        proto.toLowerCase(Locale.ROOT).equals("https"),
        last(context, "X-Forwarded-Host").orElse(host));
  }

  private static Optional<String> last(Context context, String header) {
    List<String> all = Collections.list(context.req().getHeaders(header));
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.get(all.size() - 1).replaceAll(".*,", "").strip())
            .filter(text -> !text.isEmpty());
  }

  private static String bare(String address) {
    return address.strip().replaceAll("[\\[\\]]", "");
  }

  private boolean isTrusted(String address) {
    Optional<InetAddress> literal = Addresses.literal(address);
    return literal.isPresent() && !trusted.isEmpty() && trusted.test(literal.get());
  }
}

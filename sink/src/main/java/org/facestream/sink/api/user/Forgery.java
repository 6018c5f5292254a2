package org.facestream.sink.api.user;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;

/**
 * Protection against requests that another site has a browser send, with the cookies of the user
 * (CSRF). Only pages of this server can read the token that belongs to a session.
 */
final class Forgery {
  /** The header that has the token. */
  static final String HEADER = "X-CSRF-Token";

  private static final Set<String> OURS = Set.of("same-origin", "none");

  private Forgery() {}

  /** The token that belongs to a session. */
  static String token(Secret session) {
    return session.derived("csrf").text();
  }

  /**
   * Refuses a request that changes something and is not from a page of this server.
   *
   * @throws Problem when it is
   */
  static void check(Call call, Secret session) {
    checkOrigin(call);
    if (!call.header(HEADER).map(session.derived("csrf")::is).orElse(false)) {
      throw Problem.forbidden(
          "Send the header X-CSRF-Token with the csrfToken that the login and GET /api/v1/me"
              + " answer.");
    }
  }

  /**
   * Refuses what a browser says comes from another site.
   *
   * @throws Problem when it does
   */
  static void checkOrigin(Call call) {
    Optional<String> site = call.header("Sec-Fetch-Site");
    boolean ours =
        site.isPresent()
            ? OURS.contains(site.get())
            : call.header("Origin").map(origin -> isOf(call, origin)).orElse(true);
    if (!ours) {
      throw Problem.forbidden(
          "The request comes from a page of another site. Behind a proxy, set api.trusted-proxies,"
              + " and have it send the header X-Forwarded-Host.");
    }
  }

  private static boolean isOf(Call call, String origin) {
    String here = (call.isSecure() ? "https://" : "http://") + call.host();
    return origin.toLowerCase(Locale.ROOT).equals(here.toLowerCase(Locale.ROOT));
  }
}

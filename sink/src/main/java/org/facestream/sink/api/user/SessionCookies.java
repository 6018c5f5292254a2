package org.facestream.sink.api.user;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.facestream.sink.api.http.Call;

/**
 * The two cookies of a browser: its session, and that a user has logged in with it. Scripts cannot
 * read them, and other sites cannot send them. With TLS, the prefix of their names has browsers
 * refuse them from anywhere else.
 */
final class SessionCookies {
  /** As in the document; with TLS, it has the prefix. */
  static final String SESSION = "facestream-session";

  private static final String DEVICE = "facestream-browser";
  private static final String PREFIX = "__Host-";
  private static final Duration DEVICE_AGE = Duration.ofDays(365);

  /** What {@link Secret#random} makes. */
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");

  private SessionCookies() {}

  /** The session that a browser sends. */
  static Optional<Secret> session(Call call) {
    return read(call, SESSION);
  }

  /** What shows that a user has logged in with this browser. */
  static Optional<Secret> device(Call call) {
    return read(call, DEVICE);
  }

  private static Optional<Secret> read(Call call, String name) {
    return Optional.ofNullable(call.context().cookie(name(call, name)))
        .filter(value -> VALUE.matcher(value).matches())
        .map(Secret::new);
  }

  private static String name(Call call, String name) {
    return call.isSecure() ? PREFIX + name : name;
  }

  /** Gives the browser a session, until it is closed or the session ends. */
  static void setSession(Call call, Secret session) {
    set(call, SESSION, session.text(), "");
  }

  /** Has the browser be known at the next login. */
  static void setDevice(Call call, Secret device) {
    set(call, DEVICE, device.text(), "; Max-Age=" + DEVICE_AGE.toSeconds());
  }

  /** Takes the session from the browser. */
  static void clearSession(Call call) {
    set(call, SESSION, "", "; Max-Age=0");
  }

  private static void set(Call call, String name, String value, String age) {
    call.context()
        .res()
        .addHeader(
            "Set-Cookie",
            name(call, name)
                + "="
                + value
                + "; Path=/; HttpOnly; SameSite=Strict"
                + (call.isSecure() ? "; Secure" : "")
                + age);
  }
}

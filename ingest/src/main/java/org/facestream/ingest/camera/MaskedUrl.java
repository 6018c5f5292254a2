package org.facestream.ingest.camera;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes credentials from URLs before anyone sees them. It would rather mask too much than too
 * little: passwords come with every character, encoded or not.
 */
public final class MaskedUrl {
  private static final String MASK = "****";
  private static final Pattern URL = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:/{1,3})(\\S*)");

  /** Some cameras carry the password in the path: {@code /user=admin_password=x_channel=1.sdp}. */
  private static final Pattern NAMED_SECRET =
      Pattern.compile(
          "(?i)((?:pass(?:word|wd|wort)?|pwd|psw|token|secret|auth|key)[=:])[^&;/?#\\s]+");

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");

  private MaskedUrl() {}

  /** One URL: user, password and query masked; host, port and path kept. */
  public static String of(String url) {
    Matcher parts = URL.matcher(url.strip());
    if (!parts.lookingAt()) {
      return NAMED_SECRET.matcher(url).replaceAll("$1" + MASK);
    }
    // Everything that is left of the last '@', even where it lies behind a '/' or a blank: a
    // password may hold either.
    String scheme = parts.group(1);
    String rest = url.strip().substring(scheme.length());
    int at = rest.lastIndexOf('@');
    if (at >= 0) {
      rest = MASK + rest.substring(at);
    }
    int query = rest.indexOf('?');
    if (query >= 0) {
      rest = rest.substring(0, query + 1) + MASK;
    }
    return scheme + NAMED_SECRET.matcher(rest).replaceAll("$1" + MASK);
  }

  /** Whether a URL holds a password itself; one that only refers to secrets does not. */
  static boolean holdsPassword(String url) {
    String open = REFERENCE.matcher(url.strip()).replaceAll("");
    Matcher parts = URL.matcher(open);
    if (!parts.lookingAt()) {
      return false;
    }
    String rest = open.substring(parts.group(1).length());
    // As when masking: a password may hold what ends an authority.
    int at = rest.lastIndexOf('@');
    int colon = rest.indexOf(':');
    return (colon >= 0 && colon < at - 1) || NAMED_SECRET.matcher(rest.substring(at + 1)).find();
  }

  /** Every URL inside a text, such as a message of FFmpeg's. */
  public static String in(String text) {
    return URL.matcher(text).replaceAll(found -> Matcher.quoteReplacement(of(found.group())));
  }
}

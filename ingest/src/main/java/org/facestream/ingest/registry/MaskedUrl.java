package org.facestream.ingest.registry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes credentials from URLs before anyone sees them. It would rather mask too much than too
 * little: passwords come with every character, encoded or not.
 */
public final class MaskedUrl {
  /** What a reference to a secret has between its braces. */
  public static final String REFERENCE_FORM = "(env|secret):([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})";

  private static final Pattern WELL_FORMED = Pattern.compile("\\$\\{" + REFERENCE_FORM + "}");

  private static final String MASK = "****";

  /** Is in the place of a reference while the rest is masked; from Unicode's private area. */
  private static final char STAND_IN = '\uE000';

  private static final Pattern EACH_STAND_IN = Pattern.compile(String.valueOf(STAND_IN));
  private static final Pattern HIDDEN = Pattern.compile("[^:\uE000]+(?::[^:\uE000]+)*");
  private static final Pattern QUERY = Pattern.compile("[?#]");
  private static final Pattern URL = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:/{1,3})(\\S*)");

  /**
   * Some cameras carry the password in the path: {@code /user=admin_password=x_channel=1.sdp}. The
   * short names only where a word begins.
   */
  private static final Pattern NAMED_SECRET =
      Pattern.compile(
          "(?i)((?:(?:pass(?:word|wd|wort)?|pwd|psw|token|secret|auth|key)[=:]"
              + "|(?<![a-z0-9])(?:p|pw|psd)=))([^&;/?#\\s][^&;?#\\s]*)");

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");

  private MaskedUrl() {}

  /**
   * One URL: user, password, query and fragment masked; host, port and path kept, and so are
   * references to secrets, which are none themselves.
   */
  public static String of(String url) {
    if (url.indexOf(STAND_IN) >= 0) {
      return masked(url);
    }
    List<String> references = new ArrayList<>();
    String open =
        WELL_FORMED
            .matcher(url)
            .replaceAll(
                found -> {
                  references.add(Matcher.quoteReplacement(found.group()));
                  return String.valueOf(STAND_IN);
                });
    Iterator<String> next = references.iterator();
    return EACH_STAND_IN.matcher(masked(open)).replaceAll(found -> next.next());
  }

  private static String masked(String url) {
    Matcher parts = URL.matcher(url.strip());
    if (!parts.lookingAt()) {
      return withoutNamedSecrets(url);
    }
    // Everything that is left of the last '@', even where it lies behind a '/' or a blank: a
    // password may hold either.
    String scheme = parts.group(1);
    String rest = url.strip().substring(scheme.length());
    int at = rest.lastIndexOf('@');
    if (at >= 0) {
      rest = hidden(rest.substring(0, at)) + rest.substring(at);
    }
    Matcher query = QUERY.matcher(rest);
    if (query.find()) {
      rest = rest.substring(0, query.end()) + hidden(rest.substring(query.end()));
    }
    return scheme + withoutNamedSecrets(rest);
  }

  private static String withoutNamedSecrets(String text) {
    return NAMED_SECRET
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(found.group(1) + hidden(found.group(2))));
  }

  /** Only the stand-ins are left, and the ':' between them. */
  private static String hidden(String text) {
    return text.indexOf(STAND_IN) < 0 ? MASK : HIDDEN.matcher(text).replaceAll(MASK);
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

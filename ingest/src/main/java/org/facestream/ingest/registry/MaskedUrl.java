package org.facestream.ingest.registry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes credentials from URLs before they are shown. It masks too much rather than too little,
 * because passwords may contain any character, encoded or not.
 */
public final class MaskedUrl {
  /** What a reference to a secret has between its braces. */
  public static final String REFERENCE_FORM = "(env|secret):([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})";

  private static final Pattern WELL_FORMED = Pattern.compile("\\$\\{" + REFERENCE_FORM + "}");

  private static final String MASK = "****";

  /** Placeholder for a reference while the rest is masked; from Unicode's private use area. */
  private static final char STAND_IN = '\uE000';

  private static final Pattern EACH_STAND_IN = Pattern.compile(String.valueOf(STAND_IN));
  private static final Pattern HIDDEN = Pattern.compile("[^:\uE000]+(?::[^:\uE000]+)*");
  private static final Pattern QUERY = Pattern.compile("[?#]");
  private static final Pattern URL = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:/{1,3})(\\S*)");

  /**
   * Some cameras use a password in the path: {@code /user=admin_password=x_channel=1.sdp}. Short
   * names match only at the beginning of a word.
   */
  private static final Pattern NAMED_SECRET =
      Pattern.compile(
          "(?i)((?:(?:pass(?:word|wd|wort)?|pwd|psw|token|secret|auth|key)[=:]"
              + "|(?<![a-z0-9])(?:p|pw|psd)=))([^&;/?#\\s][^&;?#\\s]*)");

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");

  private MaskedUrl() {}

  /**
   * One URL: user, password, query and fragment masked; host, port, path and references to secrets
   * are kept.
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
    // Everything before the last '@', even after a '/' or a blank, because a password may contain
    // both.
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

  /** Only the placeholders remain, and the ':' between them. */
  private static String hidden(String text) {
    return text.indexOf(STAND_IN) < 0 ? MASK : HIDDEN.matcher(text).replaceAll(MASK);
  }

  /** Whether a URL contains a password itself, and not only references to secrets. */
  static boolean holdsPassword(String url) {
    String open = REFERENCE.matcher(url.strip()).replaceAll("");
    Matcher parts = URL.matcher(open);
    if (!parts.lookingAt()) {
      return false;
    }
    String rest = open.substring(parts.group(1).length());
    // As in masking: a password may contain characters that end an authority.
    int at = rest.lastIndexOf('@');
    int colon = rest.indexOf(':');
    return (colon >= 0 && colon < at - 1) || NAMED_SECRET.matcher(rest.substring(at + 1)).find();
  }

  /** Masks every URL in a text, such as a message of FFmpeg. */
  public static String in(String text) {
    return URL.matcher(text).replaceAll(found -> Matcher.quoteReplacement(of(found.group())));
  }
}

package org.facestream.recognizer.gallery.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.Undecoded;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.identity.IdentityEvent;

/** Rules for names of people, and ids derived from them. */
public final class PersonName {
  /** Maximum length in code points. */
  public static final int LONGEST = 200;

  private static final int LONGEST_ID = 64;
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

  /** What changes how a name is drawn and not what it is: joiners, and selectors of a variant. */
  private static final Pattern UNSEEN =
      Pattern.compile("[\u034f\u180b-\u180d\u200c\u200d\ufe00-\ufe0f\\x{e0100}-\\x{e01ef}]");

  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private PersonName() {}

  /**
   * The name as it is kept: any script, composed (NFC), without blanks at its ends.
   *
   * @throws UserError when it is empty, too long, holds control characters or slashes, or is what
   *     events call those who are nobody known
   */
  public static String check(String name) {
    String kept = Normalizer.normalize(name, Normalizer.Form.NFC).strip();
    if (kept.isEmpty()) {
      throw new UserError("A person's name is empty. Give one.");
    }
    if (Undecoded.in(kept)) {
      throw Undecoded.error("The name", kept);
    }
    int length = kept.codePointCount(0, kept.length());
    if (length > LONGEST) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "The name '%s...' has %d characters; at most %d are allowed.",
              shown(kept.substring(0, 20)),
              length,
              LONGEST));
    }
    kept.codePoints()
        .filter(PersonName::refused)
        .findFirst()
        .ifPresent(
            character -> {
              throw new UserError(
                  String.format(
                      Locale.ROOT,
                      "The name '%s' contains the character U+%04X; remove it.",
                      shown(kept),
                      character));
            });
    if (kept.equals(".") || kept.equals("..")) {
      throw new UserError("'" + kept + "' is a folder, not a name.");
    }
    if (kept.equalsIgnoreCase(IdentityEvent.UNKNOWN)) {
      throw new UserError(
          "'%s' is the name of unknown people in events; give another name.".formatted(kept));
    }
    return kept;
  }

  /**
   * Whether two names are one in other letters: of another case, composed otherwise, or with other
   * blanks.
   */
  public static boolean same(String one, String other) {
    return key(one).equals(key(other));
  }

  /**
   * What names are compared by: compatibility forms and case are folded without regard to the
   * user's language, blanks collapsed, and what is not seen left out, as Unicode's NFKC_Casefold
   * does.
   */
  public static String key(String name) {
    String plain = UNSEEN.matcher(Normalizer.normalize(name, Normalizer.Form.NFKC)).replaceAll("");
    // Upper case first: ß becomes SS, both sigmas one. Of the dotted capital I of Turkish a dot is
    // left over, which the small i has anyway.
    String folded = plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace("i\u0307", "i");
    return BLANKS
        .matcher(Normalizer.normalize(folded, Normalizer.Form.NFKC))
        .replaceAll(" ")
        .strip();
  }

  /**
   * An id that is given for a person.
   *
   * @throws UserError when it is not of the kind that {@link #id} makes
   */
  public static String checkId(String given) {
    String id = Normalizer.normalize(given, Normalizer.Form.NFC).strip();
    if (id.isEmpty() || !id(id, List.of()).equals(id)) {
      throw new UserError(
          ("'%s' is not a valid id; give up to %s lower-case letters, digits and hyphens, "
                  + "such as ada-lovelace-2.")
              .formatted(shown(id), LONGEST_ID));
    }
    return id;
  }

  /** A name for a message: what cannot be shown is replaced. */
  public static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .forEach(character -> shown.appendCodePoint(unprintable(character) ? '\ufffd' : character));
    return shown.toString();
  }

  /**
   * An id for a new person: readable, the same whenever it is derived from the same name.
   *
   * @param taken ids that belong to others
   */
  public static String id(String name, Collection<String> taken) {
    StringBuilder words = new StringBuilder();
    String apart =
        Normalizer.normalize(name, Normalizer.Form.NFKD)
            .replaceAll("\\p{InCombiningDiacriticalMarks}+", "")
            .toLowerCase(Locale.ROOT);
    Normalizer.normalize(apart, Normalizer.Form.NFKC)
        .codePoints()
        .forEach(
            character -> {
              if (Character.isLetterOrDigit(character)
                  || Character.getType(character) == Character.NON_SPACING_MARK
                  || Character.getType(character) == Character.COMBINING_SPACING_MARK) {
                words.appendCodePoint(character);
              } else if (!words.isEmpty() && words.charAt(words.length() - 1) != '-') {
                words.append('-');
              }
            });
    String slug = words.toString().replaceAll("-$", "");
    if (slug.isEmpty() || slug.length() > LONGEST_ID) {
      String start = slug.isEmpty() ? "person" : slug.substring(0, safeEnd(slug, LONGEST_ID - 9));
      slug = start + "-" + hash(name);
    }
    return taken.contains(slug) ? slug + "-" + hash(name) : slug;
  }

  private static int safeEnd(String text, int end) {
    return Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
  }

  private static String hash(String name) {
    return sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
  }

  /** SHA-256 of several pieces one after the other, in hexadecimal. */
  public static String sha256(byte[]... pieces) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] piece : pieces) {
        digest.update(piece);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  private static boolean refused(int character) {
    return character == '/' || character == '\\' || unprintable(character);
  }

  private static boolean unprintable(int character) {
    // Two joiners are part of how some scripts are written.
    return character != ZERO_WIDTH_JOINER
        && character != ZERO_WIDTH_NON_JOINER
        && switch (Character.getType(character)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              true;
          default -> false;
        };
  }
}

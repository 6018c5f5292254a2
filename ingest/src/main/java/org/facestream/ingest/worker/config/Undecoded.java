package org.facestream.ingest.worker.config;

/**
 * Names that Java could not decode. If the locale is not UTF-8, or a file's name is not in UTF-8,
 * each lost byte becomes the same replacement character. Different names then look the same, so
 * none is used.
 */
public final class Undecoded {
  private static final char REPLACEMENT = '\ufffd';

  private Undecoded() {}

  /** Whether characters were lost. */
  public static boolean in(String text) {
    return text.indexOf(REPLACEMENT) >= 0;
  }

  /**
   * The error about such a name.
   *
   * @param what such as {@code The argument}
   */
  public static UserError error(String what, String text) {
    return new UserError(
        what
            + " '"
            + text
            + "' could not be decoded: set LC_ALL=C.UTF-8 or another UTF-8 locale, and rename "
            + "files whose names are not in UTF-8.");
  }
}

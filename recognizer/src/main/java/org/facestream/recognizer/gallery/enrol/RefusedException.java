package org.facestream.recognizer.gallery.enrol;

/** A picture cannot be a reference; reason and message are for {@link EnrolmentResult.Refused}. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String reason;

  /**
   * @param reason a word such as {@code no-face}
   * @param message one line that says what is wrong and what would help
   */
  RefusedException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}

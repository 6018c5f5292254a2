package org.facestream.recognizer.gallery.enrol;

import java.util.Locale;

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

  /** A face that is nearer to somebody else, at that distance, than is allowed. */
  static RefusedException conflict(String who, float distance, double least) {
    return new RefusedException(
        EnrolmentResult.CONFLICT,
        String.format(
            Locale.ROOT,
            "it looks like %s (distance %.2f, below %.2f is too near); confirm to enrol it anyway",
            who,
            distance,
            least));
  }

  String reason() {
    return reason;
  }
}

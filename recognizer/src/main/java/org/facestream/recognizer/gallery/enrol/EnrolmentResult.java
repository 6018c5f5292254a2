package org.facestream.recognizer.gallery.enrol;

import org.facestream.recognizer.gallery.contract.Person;

/** The result for one picture. */
public sealed interface EnrolmentResult {
  /** Reason of a picture that needs confirmation: it looks like somebody else. */
  String CONFLICT = "conflict";

  /** Reason of a picture that needs confirmation: it does not look like the person's others. */
  String UNLIKE = "unlike";

  /** Where the picture came from, such as a file's path. */
  String source();

  /** The person's name, as in the gallery if the person is known. */
  String name();

  /**
   * The picture is a reference now.
   *
   * @param faceId the reference's key in the gallery
   * @param person whose it is
   * @param already whether it was there before
   * @param turned degrees by which it was turned clockwise to be upright: 0, 90, 180 or 270
   */
  record Enrolled(
      String source, String name, String faceId, Person person, boolean already, int turned)
      implements EnrolmentResult {}

  /**
   * The picture is not used.
   *
   * @param reason a word such as {@code no-face}
   * @param message one line that says what is wrong and what would help
   */
  record Refused(String source, String name, String reason, String message)
      implements EnrolmentResult {

    /** Whether the same picture is enrolled when that is confirmed. */
    public boolean confirmable() {
      return reason.equals(CONFLICT) || reason.equals(UNLIKE);
    }
  }
}

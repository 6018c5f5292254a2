package org.facestream.recognizer.gallery;

/** What became of one picture. */
public sealed interface EnrolmentResult {
  /** Where the picture came from, such as a file's path. */
  String source();

  /** The person's name. */
  String name();

  /**
   * The picture is a reference now.
   *
   * @param faceId the reference's key in the gallery
   * @param person whose it is
   * @param already whether it was there before
   */
  record Enrolled(String source, String name, String faceId, Person person, boolean already)
      implements EnrolmentResult {}

  /**
   * The picture is not used.
   *
   * @param reason a word such as {@code no-face}
   * @param message one line that says what is wrong and what would help
   */
  record Refused(String source, String name, String reason, String message)
      implements EnrolmentResult {}
}

package org.facestream.recognizer.gallery.enrol;

import java.nio.file.Path;

/** Something that was handed in to be enrolled. */
public sealed interface Submission {
  /** Where it is. */
  Path file();

  /**
   * A file that is said to hold a picture.
   *
   * @param name the person's
   * @param source what is kept of where it came from
   */
  record PictureFile(String name, String source, Path file) implements Submission {}

  /** What is refused without being looked into. */
  record Unusable(Path file, EnrolmentResult.Refused refused) implements Submission {}
}

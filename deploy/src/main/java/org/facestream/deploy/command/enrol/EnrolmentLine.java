package org.facestream.deploy.command.enrol;

import java.util.Locale;
import java.util.Optional;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;

/** One line per picture for people. */
final class EnrolmentLine {
  private EnrolmentLine() {}

  /**
   * The line of one picture.
   *
   * @param asked the name that was given for it, where one was
   */
  static String of(EnrolmentResult result, Optional<String> asked) {
    if (result instanceof EnrolmentResult.Refused refused) {
      return "✗ %s: %s%s"
          .formatted(
              refused.source(),
              refused.message(),
              refused.confirmable() ? " (option --confirm)" : "");
    }
    EnrolmentResult.Enrolled enrolled = (EnrolmentResult.Enrolled) result;
    boolean otherwise = asked.isPresent() && !asked.get().equals(enrolled.name());
    return String.format(
        Locale.ROOT,
        "✓ %s: %s%s%s%s",
        enrolled.source(),
        enrolled.name(),
        otherwise ? " (" + enrolled.person().id() + "), enrolled in this spelling" : "",
        enrolled.turned() == 0 ? "" : ", turned by " + enrolled.turned() + "°",
        enrolled.already() ? ", was already enrolled" : "");
  }

  /** What to do about pictures that are enrolled when that is confirmed. */
  static String waiting(int pictures) {
    return String.format(
        Locale.ROOT,
        "%d %s not enrolled that may show somebody else: check them, and enrol the "
            + "right ones again with --confirm.",
        pictures,
        pictures == 1 ? "picture was" : "pictures were");
  }
}

package org.facestream.deploy.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.audit.AuditCheck;

/** Whether no line of the audit trail was changed or removed, where there is one. */
public final class AuditTrailCheck implements Check {
  private final Path trail;

  public AuditTrailCheck(Path trail) {
    this.trail = trail;
  }

  @Override
  public String subject() {
    return "audit trail";
  }

  @Override
  public Result run() {
    if (Files.notExists(trail)) {
      return new Note(
          "no file %s yet: it is created with the first action on people".formatted(trail));
    }
    try {
      AuditCheck check = AuditCheck.of(trail);
      return check
          .problem()
          .<Result>map(
              problem ->
                  new Bad(
                      ("%s: %s. Find out who changed it, and keep the file; `facestream audit verify` "
                              + "reports the same until you replace it")
                          .formatted(trail, problem)))
          .orElseGet(
              () ->
                  new Good(
                      String.format(
                          Locale.ROOT,
                          "%s: %d lines, none changed or removed",
                          trail,
                          check.lines())));
    } catch (IOException unreadable) {
      return new Bad(
          "%s cannot be read (%s): run this command as the user of facestream"
              .formatted(trail, UserError.reason(unreadable)));
    }
  }
}

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
      return new Note("none at %s: nothing was done with people there yet".formatted(trail));
    }
    try {
      AuditCheck check = AuditCheck.of(trail);
      return check
          .problem()
          .<Result>map(
              problem ->
                  new Bad(
                      "%s: %s. Find out by whom, and keep the file as it is: `facestream audit verify` says the same until then"
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
          "%s cannot be read (%s): run this as the user that Facestream runs as"
              .formatted(trail, UserError.reason(unreadable)));
    }
  }
}

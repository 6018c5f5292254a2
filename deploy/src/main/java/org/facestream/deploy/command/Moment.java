package org.facestream.deploy.command;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;
import org.facestream.ingest.worker.config.UserError;

/** A moment as a user writes it. */
public final class Moment {
  private static final List<Function<String, Instant>> FORMS =
      List.of(
          text -> OffsetDateTime.parse(text).toInstant(),
          text -> LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant(),
          text -> LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant());

  private Moment() {}

  /**
   * Reads a moment, a local time or the beginning of a local day.
   *
   * @param option for the message
   * @throws UserError for anything else
   */
  public static Instant parse(String option, String text) {
    for (Function<String, Instant> form : FORMS) {
      try {
        return form.apply(text);
      } catch (DateTimeException another) {
        // Another form.
      }
    }
    throw new UserError(
        "%s is '%s': give a time such as 2026-11-30T22:00:00Z, 2026-11-30T22:00 or 2026-11-30."
            .formatted(option, text));
  }
}

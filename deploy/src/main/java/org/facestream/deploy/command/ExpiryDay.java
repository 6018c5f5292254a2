package org.facestream.deploy.command;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.jspecify.annotations.Nullable;

/** The value of {@code --expiry}: a day of this machine's time zone. */
public final class ExpiryDay {
  private ExpiryDay() {}

  /**
   * When it begins; empty without one.
   *
   * @throws UserError when it is not a day
   */
  public static Optional<Instant> begin(@Nullable String day) {
    if (day == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(day).atStartOfDay(ZoneId.systemDefault()).toInstant());
    } catch (DateTimeParseException noDay) {
      throw new UserError(
          "--expiry is '%s'; give a day such as 2027-06-30.".formatted(PersonName.shown(day)),
          noDay);
    }
  }
}

package org.facestream.deploy.command.search;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A day, or a time of a day; in this machine's time zone where none is given. */
final class TimeConverter implements ITypeConverter<Instant> {
  static final String FORMS = "2026-11-30, 2026-11-30T18:00 or 2026-11-30T18:00:00Z";

  @Override
  public Instant convert(String text) {
    try {
      if (!text.contains("T")) {
        return LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
      }
      return text.matches(".*(Z|[+-]\\d\\d:?\\d\\d)")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException malformed) {
      throw new TypeConversionException("'" + text + "' is not a time: write " + FORMS);
    }
  }
}

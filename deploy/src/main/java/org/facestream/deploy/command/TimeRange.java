package org.facestream.deploy.command;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options {@code --from} and {@code --to} of commands that list what was seen. */
public final class TimeRange {
  private static final String FORMS = "2026-11-30, 2026-11-30T18:00 or 2026-11-30T18:00:00Z";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = Moment.class,
      description = {"Seen then or later: " + FORMS + ".", "Without a zone, in this machine's."})
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = Moment.class,
      description = "Seen by then.")
  private @Nullable Instant to;

  /** Empty for no beginning. */
  public Optional<Instant> from() {
    return Optional.ofNullable(from);
  }

  /**
   * Empty for no end.
   *
   * @throws UserError when it is before the beginning
   */
  public Optional<Instant> to() {
    if (from != null && to != null && to.isBefore(from)) {
      throw new UserError("--to is before --from: exchange them.");
    }
    return Optional.ofNullable(to);
  }

  /** A time as a user writes it: with or without a zone, or the beginning of a local day. */
  public static final class Moment implements ITypeConverter<Instant> {
    private static final List<Function<String, Instant>> READERS =
        List.of(
            text -> OffsetDateTime.parse(text).toInstant(),
            text -> LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant(),
            text -> LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant());

    @Override
    public Instant convert(String text) {
      for (Function<String, Instant> reader : READERS) {
        try {
          return reader.apply(text);
        } catch (DateTimeException another) {
          // Another form.
        }
      }
      throw new TypeConversionException("'" + text + "' is not a time: write " + FORMS);
    }
  }
}

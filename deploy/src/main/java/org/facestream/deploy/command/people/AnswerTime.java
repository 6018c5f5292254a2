package org.facestream.deploy.command.people;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.contract.PersonName;
import picocli.CommandLine.Option;

/** How long an answer to a visitor holds. */
final class AnswerTime {
  private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,3})([hd])");

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "30d",
      description = "How long, in days or hours, such as 90d or 12h. Default: ${DEFAULT-VALUE}")
  private String time;

  /**
   * When it ends.
   *
   * @throws UserError when the option is no such time
   */
  Instant until() {
    Matcher parts = FORM.matcher(time.strip());
    if (!parts.matches()) {
      throw new UserError(
          "--for is '%s'; give a time such as 30d or 12h.".formatted(PersonName.shown(time)));
    }
    long amount = Long.parseLong(parts.group(1));
    return Instant.now()
        .plus(parts.group(2).equals("d") ? Duration.ofDays(amount) : Duration.ofHours(amount));
  }
}

package org.facestream.sink.alert;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/**
 * Which events raise an alert, and where it goes. An alert is raised once for a track.
 *
 * @param id lower-case letters, digits and hyphens; it is in metrics and topics, so give no names
 *     of people
 * @param name what people read; the id when it is missing
 * @param enabled whether it raises alerts; yes when it is missing
 * @param match whom it is about, and where
 * @param schedule when; at any time when it is missing
 * @param coolDownSeconds after an alert about a person, how long there is no other one about the
 *     same; 300 when it is missing
 * @param outlets names of {@code sink.outlets}; without any, alerts are recorded only
 */
@RecordBuilder
public record AlertRule(
    String id,
    String name,
    Boolean enabled,
    Match match,
    @Nullable Schedule schedule,
    Long coolDownSeconds,
    List<String> outlets)
    implements AlertRuleBuilder.With {
  /** Of a rule that says nothing of it, in seconds. */
  public static final long COOL_DOWN = 300;

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final int LONGEST_NAME = 200;
  private static final long LONGEST_COOL_DOWN = 365L * 86_400;

  /**
   * @throws UserError with what is wrong
   */
  public AlertRule {
    if (!validId(id)) {
      throw new UserError(
          "The id of a rule must be 1 to 64 lower-case letters, digits and hyphens, and begin"
              + " with a letter or digit.");
    }
    name = name == null || name.isBlank() ? id : name.strip();
    if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw new UserError(
          "Rule '%s': its name must be one line of at most %s characters."
              .formatted(id, LONGEST_NAME));
    }
    enabled = enabled == null || enabled;
    match = match == null ? Match.ANYBODY : match;
    coolDownSeconds = coolDownSeconds == null ? COOL_DOWN : coolDownSeconds;
    if (coolDownSeconds < 0 || coolDownSeconds > LONGEST_COOL_DOWN) {
      throw new UserError("Rule '%s': its cool-down must be 0 seconds to 365 days.".formatted(id));
    }
    outlets = outlets == null ? List.of() : outlets.stream().distinct().toList();
    for (String outlet : outlets) {
      if (!outlet.matches("[a-z0-9-]{1,32}")) {
        throw new UserError(
            ("Rule '%s': an outlet is a name of sink.outlets, of lower-case letters, digits and "
                    + "hyphens.")
                .formatted(id));
      }
    }
  }

  static boolean validId(@Nullable String id) {
    return id != null && ID.matcher(id).matches();
  }

  /** Whether an event fits, but for how often its visitor was there. */
  boolean fits(IdentityEvent event) {
    Instant captured = Objects.requireNonNull(event.captureTime(), "every event has one");
    return enabled && match.fits(event) && (schedule == null || schedule.contains(captured));
  }
}

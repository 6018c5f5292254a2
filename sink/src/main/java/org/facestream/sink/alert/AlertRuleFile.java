package org.facestream.sink.alert;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.config.YamlDocument;
import org.facestream.ingest.worker.config.YamlMap;
import org.jspecify.annotations.Nullable;

/**
 * The YAML file of rules:
 *
 * <pre>
 * rules:
 *   - id: yard-at-night
 *     name: Somebody in the yard at night
 *     people: [Ada Lovelace]
 *     watchlists: [wanted]
 *     unknown: true
 *     visits: 3
 *     cameras: [back-door]
 *     zones: [yard]
 *     min-quality: 0.3
 *     hours:
 *       - days: [mon, tue, wed, thu, fri]
 *         from: "22:00"
 *         to: "06:00"
 *     time-zone: Europe/Zurich
 *     cool-down: 10m
 *     outlets: [guard]
 *     enabled: true
 * </pre>
 *
 * Only id is needed.
 */
public final class AlertRuleFile {
  private static final List<String> KEYS =
      List.of(
          "id",
          "name",
          "people",
          "watchlists",
          "unknown",
          "visits",
          "cameras",
          "zones",
          "min-quality",
          "hours",
          "time-zone",
          "cool-down",
          "outlets",
          "enabled");

  private AlertRuleFile() {}

  /**
   * Reads the rules of a file, in its order.
   *
   * @throws UserError with the file, the rule and the fault
   */
  public static List<AlertRule> read(Path file) {
    JsonNode root = YamlDocument.read(file, "file of rules");
    if (root == null || !root.isObject() || !root.path("rules").isArray()) {
      throw new UserError(file + " must start with `rules:` and contain a list of rules.");
    }
    new YamlMap(root, List.of("rules"), file.toString());
    List<AlertRule> rules = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode node : root.path("rules")) {
      String where = String.format(Locale.ROOT, "%s, rule %d", file, rules.size() + 1);
      if (!node.isObject()) {
        throw new UserError(where + ": write `- id: ...` and what it is about below each other.");
      }
      AlertRule rule = rule(node, where);
      if (!ids.add(rule.id())) {
        throw new UserError("%s contains rule '%s' twice.".formatted(file, rule.id()));
      }
      rules.add(rule);
    }
    return rules;
  }

  private static AlertRule rule(JsonNode node, String where) {
    YamlMap map = new YamlMap(node, KEYS, where);
    try {
      String coolDown = text(node, map, "cool-down");
      Double quality = map.real("min-quality");
      return AlertRuleBuilder.builder()
          .id(map.text("id"))
          .name(text(node, map, "name"))
          .enabled(map.yesOrNo("enabled"))
          .match(
              new Match(
                  map.words("people"),
                  map.words("watchlists"),
                  Boolean.TRUE.equals(map.yesOrNo("unknown")),
                  map.whole("visits"),
                  map.words("cameras"),
                  map.words("zones"),
                  quality == null ? 0 : quality))
          .schedule(schedule(node, map))
          .coolDownSeconds(coolDown == null ? AlertRule.COOL_DOWN : seconds(coolDown))
          .outlets(map.words("outlets"))
          .build();
    } catch (UserError invalid) {
      String message = String.valueOf(invalid.getMessage());
      throw new UserError(message.startsWith(where) ? message : where + ": " + message);
    }
  }

  private static @Nullable String text(JsonNode node, YamlMap map, String key) {
    return node.hasNonNull(key) ? map.text(key) : null;
  }

  private static @Nullable Schedule schedule(JsonNode node, YamlMap map) {
    List<Schedule.Hours> hours =
        map.list("hours", "each item with days, from and to", AlertRuleFile::hours);
    String zone = text(node, map, "time-zone");
    if (hours.isEmpty() && zone == null) {
      return null;
    }
    return new Schedule(zone == null ? "" : zone, hours);
  }

  private static Schedule.Hours hours(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new UserError(where + ": hours have `days`, `from` and `to`.");
    }
    YamlMap map = new YamlMap(node, List.of("days", "from", "to"), where + ", hours");
    return new Schedule.Hours(map.words("days"), text(node, map, "from"), text(node, map, "to"));
  }

  /**
   * A duration such as {@code 10m} in seconds.
   *
   * @throws UserError when it is none
   */
  public static long seconds(String text) {
    if (!text.matches("\\d{1,9}[smhd]")) {
      throw new UserError("A cool-down is a duration such as 30s, 10m, 2h or 1d.");
    }
    long amount = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> amount;
      case 'm' -> Duration.ofMinutes(amount).toSeconds();
      case 'h' -> Duration.ofHours(amount).toSeconds();
      default -> Duration.ofDays(amount).toSeconds();
    };
  }
}

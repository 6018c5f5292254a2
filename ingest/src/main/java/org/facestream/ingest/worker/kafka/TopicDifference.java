package org.facestream.ingest.worker.kafka;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a topic that differs from the wanted value.
 *
 * @param topic the topic's full name
 * @param setting Kafka's name of the setting, or {@link #PARTITIONS} or {@link #REPLICAS}
 * @param wanted the value of the contract or of {@code kafka.topic-settings}
 * @param found the current value, or null when the broker does not know the setting
 * @param meaning the consequence, one clause
 */
public record TopicDifference(
    String topic, String setting, String wanted, @Nullable String found, String meaning) {

  /** Not a setting of Kafka; it cannot be changed. */
  public static final String PARTITIONS = "partitions";

  /** Not a setting of Kafka; change it by reassigning partitions. */
  public static final String REPLICAS = "replicas";

  /** Whether setting the wanted value is sufficient. */
  public boolean mendable() {
    return found != null && !setting.equals(PARTITIONS) && !setting.equals(REPLICAS);
  }

  /**
   * Whether it affects documented behaviour: all differences do, except the number of partitions.
   */
  public boolean harmless() {
    return setting.equals(PARTITIONS);
  }

  /** In one sentence, without the topic's name. */
  public String text() {
    return "%s is %s, but should be %s: %s"
        .formatted(
            setting,
            found == null ? "unknown to this broker" : readable(found),
            readable(wanted),
            meaning);
  }

  private String readable(String value) {
    if (value.equals("-1")) {
      return "-1 (no limit)";
    }
    if (setting.endsWith(".ms") && value.matches("\\d{4,18}")) {
      return value + " (" + duration(Long.parseLong(value) / 1_000) + ")";
    }
    if (setting.endsWith(".bytes") && value.matches("\\d{7,18}")) {
      return String.format(Locale.ROOT, "%s (%d MiB)", value, Long.parseLong(value) >> 20);
    }
    return value;
  }

  private static String duration(long seconds) {
    if (seconds >= 2 * 86_400) {
      return String.format(Locale.ROOT, "%.1f days", seconds / 86_400.0).replace(".0 ", " ");
    }
    if (seconds >= 2 * 3_600) {
      return String.format(Locale.ROOT, "%.1f hours", seconds / 3_600.0).replace(".0 ", " ");
    }
    return seconds >= 120
        ? String.format(Locale.ROOT, "%.1f minutes", seconds / 60.0).replace(".0 ", " ")
        : seconds + " s";
  }
}

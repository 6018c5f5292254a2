package org.facestream.ingest.worker.kafka;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.UserError;

/**
 * The wanted settings of a topic: common ones, overridden by those of its contract, overridden by
 * {@code kafka.topic-settings}.
 */
public final class TopicSettings {
  private static final Pattern FORM = Pattern.compile("([a-z][a-z-]*)\\.([a-z][a-z.]*)=(\\S+)");
  private static final String POLICY = "cleanup.policy";

  /** Kafka's defaults, set explicitly because a broker may have others. */
  private static final Map<String, String> GRANTED =
      Map.of(
          POLICY,
          "delete",
          "retention.bytes",
          "-1",
          "segment.ms",
          String.valueOf(TimeUnit.DAYS.toMillis(7)),
          "min.compaction.lag.ms",
          "0",
          "message.timestamp.type",
          "CreateTime");

  private final Map<String, Map<String, String>> onPurpose = new TreeMap<>();

  /**
   * @param settings of {@code kafka.topic-settings}
   * @throws UserError when one is malformed
   */
  public TopicSettings(List<String> settings) {
    for (String setting : settings) {
      Matcher matcher = FORM.matcher(setting.strip());
      if (!matcher.matches()) {
        throw new UserError(
            "kafka.topic-settings: '%s' is not TOPIC.SETTING=VALUE, such as faces.retention.ms=86400000."
                .formatted(setting));
      }
      String before =
          onPurpose
              .computeIfAbsent(matcher.group(1), topic -> new TreeMap<>())
              .put(matcher.group(2), matcher.group(3));
      if (before != null) {
        throw new UserError(
            "kafka.topic-settings: %s.%s is given twice. Remove one."
                .formatted(matcher.group(1), matcher.group(2)));
      }
    }
  }

  /** The wanted settings of a topic. */
  Map<String, String> of(Topic topic) {
    Map<String, String> wanted = new HashMap<>(GRANTED);
    wanted.putAll(topic.settings());
    wanted.putAll(onPurpose.getOrDefault(topic.thing(), Map.of()));
    // Settings of compaction or deletion have no meaning without that policy.
    Set<String> policies = policies(Objects.requireNonNull(wanted.get(POLICY), "granted"));
    if (!policies.contains("compact")) {
      wanted.remove("min.compaction.lag.ms");
    }
    if (!policies.contains("delete")) {
      wanted.remove("retention.bytes");
      wanted.remove("retention.ms");
    }
    return wanted;
  }

  /** Names in {@code kafka.topic-settings} that are not topics. */
  public Set<String> unknown(List<Topic> topics) {
    Set<String> unknown = new TreeSet<>(onPurpose.keySet());
    topics.forEach(topic -> unknown.remove(topic.thing()));
    return unknown;
  }

  /** Whether two values of a setting are equivalent. */
  static boolean same(String setting, String one, String other) {
    if (setting.equals(POLICY)) {
      return policies(one).equals(policies(other));
    }
    if (setting.equals("min.cleanable.dirty.ratio")) {
      return Double.parseDouble(one) == Double.parseDouble(other);
    }
    return one.equals(other);
  }

  private static Set<String> policies(String value) {
    return new TreeSet<>(Arrays.asList(value.replace(" ", "").split(",")));
  }
}

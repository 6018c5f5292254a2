package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.Locale;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.facestream.ingest.worker.Stage;

/** Whether a consumer is in its group, as far as the consumer can know. */
public final class Membership {
  private static final Duration SILENT_BROKER = Duration.ofSeconds(8);

  private Membership() {}

  /**
   * {@code poll} does not fail without a broker, it only returns nothing. So this checks the time
   * since the group's coordinator last answered a heartbeat.
   *
   * @param consumer member of a group; used by this thread
   */
  public static Stage.Health health(Consumer<?, ?> consumer) {
    for (Metric metric : consumer.metrics().values()) {
      if (metric.metricName().name().equals("last-heartbeat-seconds-ago")) {
        double seconds = ((Number) metric.metricValue()).doubleValue();
        if (seconds < 0) {
          return Stage.Health.notReady("joining the consumer group");
        }
        return seconds > SILENT_BROKER.toSeconds()
            ? Stage.Health.notReady(
                String.format(Locale.ROOT, "the broker has not answered for %.0f s", seconds))
            : Stage.Health.READY;
      }
    }
    return Stage.Health.READY;
  }
}

package org.facestream.ingest.fleet;

import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.frame.LoadTopic;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicFeed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what the detectors say of their load, and tells the cameras of this worker how much they
 * may send. The rate in force is a metric of each camera; that it is lowered is logged. The fleet's
 * thread only.
 */
public final class RateControl implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RateControl.class);
  private static final long EVERY_NANOS = Duration.ofSeconds(2).toNanos();

  private final AdaptiveRates rates;
  private final TopicFeed feed;
  private final Telemetry telemetry;
  private final Map<String, Double> limits = new ConcurrentHashMap<>();
  private final Map<String, Gauge> gauges = new HashMap<>();
  private long due = System.nanoTime();
  private boolean caughtUp;
  private boolean lowered;

  /**
   * @param floor frames per second that every camera keeps
   */
  public RateControl(KafkaClients clients, double floor, Telemetry telemetry) {
    this.rates = new AdaptiveRates(floor);
    this.telemetry = telemetry;
    this.feed = new TopicFeed(clients, LoadTopic.TOPIC, this::take);
    this.caughtUp = true;
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    if (!caughtUp) {
      // What was so before this worker began.
      return;
    }
    try {
      // By this machine's clock: the detectors' may differ by more than a report is worth.
      rates.take(LoadTopic.fromRecord(record), System.nanoTime());
    } catch (InvalidRecordException invalid) {
      log.debug("a load is passed over: {}", invalid.getMessage());
    }
  }

  /** Call it several times a second. */
  void apply(Collection<CameraRunner> runners) {
    // Each time: a fetch is sent with one poll and its answer is taken with a later one.
    feed.refresh();
    if (System.nanoTime() - due < 0) {
      return;
    }
    due = System.nanoTime() + EVERY_NANOS;
    Map<String, Double> wanted = new HashMap<>();
    runners.forEach(runner -> wanted.put(runner.camera().id(), runner.fps()));
    limits.keySet().retainAll(wanted.keySet());
    limits.putAll(rates.step(wanted, System.nanoTime()));
    runners.forEach(runner -> runner.limit(limits.get(runner.camera().id())));
    show(wanted);
  }

  private void show(Map<String, Double> wanted) {
    gauges
        .entrySet()
        .removeIf(
            gauge -> {
              boolean gone = !wanted.containsKey(gauge.getKey());
              if (gone) {
                telemetry.registry().remove(gauge.getValue());
              }
              return gone;
            });
    wanted
        .keySet()
        .forEach(
            camera ->
                gauges.computeIfAbsent(
                    camera,
                    id ->
                        Gauge.builder(
                                "facestream.camera.fps.allowed",
                                () -> limits.getOrDefault(id, Double.NaN))
                            .description("Frames per second that a camera may send now")
                            .tags("camera", id)
                            .register(telemetry.registry())));
    long low =
        wanted.entrySet().stream()
            .filter(each -> limits.get(each.getKey()) < each.getValue())
            .count();
    if (low > 0 != lowered) {
      lowered = low > 0;
      log.warn(
          lowered
              ? "the detectors cannot keep up: {} of {} cameras send less"
              : "the detectors keep up again: {} of {} cameras send less",
          low,
          wanted.size());
    }
  }

  @Override
  public void close() {
    gauges.values().forEach(telemetry.registry()::remove);
    feed.close();
  }
}

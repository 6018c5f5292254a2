package org.facestream.ingest.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The metrics of one process, for Prometheus. Labels are bounded: stage, camera, reason; never a
 * person.
 */
public final class Telemetry implements AutoCloseable {
  private static final Duration[] LATENCY_BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(150),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  public Telemetry() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  public MeterRegistry registry() {
    return registry;
  }

  /** Records that a stage read. */
  public Counter in(String stage, String camera) {
    return Counter.builder("facestream.records.in")
        .description("Records that a stage read")
        .tags("stage", stage, "camera", camera)
        .register(registry);
  }

  /** Records that a stage published or stored. */
  public Counter out(String stage, String camera) {
    return Counter.builder("facestream.records.out")
        .description("Records that a stage published or stored")
        .tags("stage", stage, "camera", camera)
        .register(registry);
  }

  /** Records that a stage dropped, each with its reason. */
  public Counter dropped(String stage, String camera, String reason) {
    return Counter.builder("facestream.dropped")
        .description("Records that a stage dropped")
        .tags("stage", stage, "camera", camera, "reason", reason)
        .register(registry);
  }

  /** Time that a stage spent in one of its parts, such as {@code decode} or {@code onnx}. */
  public Timer part(String stage, String part) {
    return Timer.builder("facestream.stage.time")
        .description("Time that a stage spent in one of its parts")
        .tags("stage", stage, "part", part)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry);
  }

  /** Time from the capture of the picture until a stage was done with it. */
  public Timer sinceCapture(String stage, String camera) {
    return Timer.builder("facestream.capture.latency")
        .description("Time from the capture of a picture until a stage was done with it")
        .tags("stage", stage, "camera", camera)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry);
  }

  /** Time from the capture of a picture until a stage chose to work on it. */
  public Timer chosenAge(String stage) {
    return Timer.builder("facestream.chosen.age")
        .description("Time from the capture of a picture until a stage chose to work on it")
        .tags("stage", stage)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry);
  }

  /** Records that a stage handled together. */
  public DistributionSummary batch(String stage) {
    return DistributionSummary.builder("facestream.batch.size")
        .description("Records that a stage handled together")
        .tags("stage", stage)
        .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
        .register(registry);
  }

  /** Binds a Kafka client's own meters; close the result before the client. */
  public AutoCloseable bind(Consumer<?, ?> consumer, String stage) {
    KafkaClientMetrics metrics = new KafkaClientMetrics(consumer, Tags.of("stage", stage));
    metrics.bindTo(registry);
    return metrics;
  }

  /** Binds a Kafka client's own meters; close the result before the client. */
  public AutoCloseable bind(Producer<?, ?> producer, String stage) {
    KafkaClientMetrics metrics = new KafkaClientMetrics(producer, Tags.of("stage", stage));
    metrics.bindTo(registry);
    return metrics;
  }

  /** The text that Prometheus scrapes. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}

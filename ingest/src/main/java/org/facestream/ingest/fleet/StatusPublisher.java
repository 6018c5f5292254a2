package org.facestream.ingest.fleet;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the status of cameras in {@code cctv.camera-status.v1}. It never waits. Reports have
 * their own producer, because they would be late behind frames when the broker is slow. A report
 * that Kafka does not accept is counted as dropped; the next one replaces it. A final report, after
 * which no other follows, is repeated until Kafka has accepted it or another report replaces it.
 */
public final class StatusPublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StatusPublisher.class);
  private static final int TIMEOUT = 10_000;
  private static final long BUFFER = 2L << 20;
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A final report that Kafka may not have accepted. */
  private static final class LastWord {
    private final ProducerRecord<String, byte[]> record;
    private volatile boolean underWay;
    private volatile long due;

    LastWord(ProducerRecord<String, byte[]> record) {
      this.record = record;
    }

    void failed() {
      due = System.nanoTime() + AGAIN_NANOS;
      underWay = false;
    }
  }

  private final Map<String, LastWord> lastWords = new ConcurrentHashMap<>();
  private final String topic;
  private final String worker;
  private final Telemetry telemetry;
  private final Producer<String, byte[]> producer;
  private final Closing closing = new Closing();

  /**
   * @param worker the name of this worker
   */
  public StatusPublisher(KafkaClients clients, String worker, Telemetry telemetry) {
    this.topic = clients.name(CameraStatusTopic.TOPIC);
    this.worker = worker;
    this.telemetry = telemetry;
    this.producer =
        clients.producer(
            Map.of(
                // An idempotent producer can fail permanently; one request at a time keeps the
                // order too.
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                false,
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                1,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                0,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                BUFFER,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                TIMEOUT / 2,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                TIMEOUT,
                ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                1_000));
    // When a worker ends, the last reports are that its cameras are off.
    closing.add(() -> producer.close(FAREWELL));
    closing.add(telemetry.bind(producer, "ingest"));
    try {
      producer.partitionsFor(topic);
    } catch (KafkaException notYet) {
      log.debug("requested metadata of {}", topic, notYet);
    }
  }

  String worker() {
    return worker;
  }

  /** Returns at once; false when it could not be sent and should be retried. */
  boolean publish(CameraReport report) {
    lastWords.remove(report.camera());
    return send(CameraStatusTopic.toRecord(topic, report), taken -> {});
  }

  /** The final report of a camera that this worker is still responsible for. */
  void publishLast(CameraReport report) {
    tellLast(CameraStatusTopic.toRecord(topic, report));
  }

  /** That the camera was removed. */
  void forget(String camera) {
    tellLast(CameraStatusTopic.tombstone(topic, camera));
  }

  private void tellLast(ProducerRecord<String, byte[]> record) {
    LastWord word = new LastWord(record);
    lastWords.put(record.key(), word);
    sendLast(word);
  }

  private void sendLast(LastWord word) {
    word.underWay = true;
    boolean sent =
        send(
            word.record,
            taken -> {
              if (taken) {
                lastWords.remove(word.record.key(), word);
              } else {
                word.failed();
              }
            });
    if (!sent) {
      dropped(word.record.key());
      word.failed();
    }
  }

  /** Repeats final reports that were not accepted; call it several times per second. */
  void watch() {
    long now = System.nanoTime();
    for (LastWord word : lastWords.values()) {
      if (!word.underWay && now - word.due >= 0) {
        sendLast(word);
      }
    }
  }

  /** Whether the final report of a camera may not have been accepted. */
  boolean owes(String camera) {
    return lastWords.containsKey(camera);
  }

  /** Another worker is responsible for these cameras now; its reports are newer. */
  void giveUp(Collection<String> cameras) {
    lastWords.keySet().removeAll(cameras);
  }

  /**
   * @param done called with whether Kafka accepted it, on a thread of the producer; not called when
   *     this returns false
   */
  private boolean send(ProducerRecord<String, byte[]> record, Consumer<Boolean> done) {
    try {
      producer.send(
          record,
          (sent, failed) -> {
            if (failed != null) {
              dropped(record.key());
              log.debug("Kafka did not accept the status of {}", record.key(), failed);
            }
            done.accept(failed == null);
          });
      return true;
    } catch (KafkaException | IllegalStateException refused) {
      log.debug("the status of {} could not be sent", record.key(), refused);
      return false;
    }
  }

  private void dropped(String camera) {
    telemetry.dropped("ingest", camera, "status-not-taken").increment();
  }

  /** Waits a moment for the last reports. */
  @Override
  public void close() {
    closing.close();
  }
}

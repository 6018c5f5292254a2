package org.facestream.detector.track;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.loop.RetryableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the last seconds of {@link TrackTopic}, when partitions are taken over. */
public final class TrackRecovery {
  private static final Logger log = LoggerFactory.getLogger(TrackRecovery.class);

  /**
   * How long to wait for transactions that a dead worker left open, which hide later commits. The
   * broker ends them after {@code transaction.timeout.ms}, at the latest when a worker of the same
   * name starts.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  /** Timeout of one request: all requests together take less time than the liveness timeout. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final KafkaClients clients;
  private final String topic;
  private final int partitions;

  /**
   * @param partitions number of the topic's partitions
   */
  public TrackRecovery(KafkaClients clients, int partitions) {
    this.clients = clients;
    this.topic = clients.name(TrackTopic.TOPIC);
    this.partitions = partitions;
  }

  /** The partition of the tracks topic that belongs to one of the frames topic. */
  private int partition(int framesPartition) {
    return framesPartition % partitions;
  }

  /** The state of a camera's tracks, as a record from which {@link #read} restores it. */
  public ProducerRecord<String, byte[]> toRecord(
      String camera, int framesPartition, CameraTracks tracks, Instant now) {
    return TrackTopic.toRecord(
        topic, partition(framesPartition), camera, framesPartition, tracks, now);
  }

  /**
   * The state of a camera.
   *
   * @param framesPartition the partition of its frames
   */
  public record Left(int framesPartition, CameraTracks tracks) {}

  /**
   * The newest state of every camera whose frames come from these partitions.
   *
   * @param since older state is ignored
   * @throws RetryableException when the broker does not answer in time
   */
  public Map<String, Left> read(Set<Integer> framesPartitions, Instant since) {
    List<TopicPartition> wanted =
        framesPartitions.stream()
            .map(this::partition)
            .distinct()
            .map(partition -> new TopicPartition(topic, partition))
            .toList();
    Map<TopicPartition, Long> ends = ends(wanted);
    try (TopicLog tracks =
        new TopicLog(
            clients,
            List.of(topic),
            Map.of(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) ANSWER.toMillis(),
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) ANSWER.toMillis()))) {
      tracks.only(wanted);
      tracks.seek(since);
      Map<String, Left> newest = new HashMap<>();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      if (!tracks.readTo(
          ends, record -> note(record, newest), () -> System.nanoTime() > deadline)) {
        log.warn("open transactions hide the newest tracks in {}; they are not restored", wanted);
      }
      newest.values().removeIf(left -> !framesPartitions.contains(left.framesPartition()));
      return newest;
    }
  }

  private static void note(ConsumerRecord<String, byte[]> record, Map<String, Left> newest) {
    try {
      newest.put(
          record.key(),
          new Left(TrackTopic.framesPartition(record), TrackTopic.fromRecord(record)));
    } catch (InvalidRecordException unreadable) {
      // In the worst case, tracks start again.
      log.warn("tracks of camera {} cannot be read: {}", record.key(), unreadable.getMessage());
      newest.remove(record.key());
    }
  }

  /** The ends including uncommitted records, which a dead worker may have left. */
  private Map<TopicPartition, Long> ends(List<TopicPartition> wanted) {
    try (Admin admin = clients.admin()) {
      return admin
          .listOffsets(
              wanted.stream()
                  .collect(Collectors.toMap(partition -> partition, any -> OffsetSpec.latest())),
              new ListOffsetsOptions().timeoutMs((int) ANSWER.toMillis()))
          .all()
          .get(2 * ANSWER.toSeconds(), TimeUnit.SECONDS)
          .entrySet()
          .stream()
          .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while reading back tracks", interrupted);
    } catch (ExecutionException | TimeoutException failed) {
      throw new RetryableException("the broker does not report the ends of " + topic, failed);
    }
  }
}

package org.facestream.ingest.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Refusal;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cameras topic as a table, for the command line. It keeps no connection: each call opens one,
 * and its effect is durable when it returns. Each call throws {@link UserError} when no broker
 * answers.
 */
public final class CameraRegistry {
  private static final Logger log = LoggerFactory.getLogger(CameraRegistry.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final List<Topic> TOPICS = List.of(CameraTopic.TOPIC, CameraStatusTopic.TOPIC);

  private final KafkaClients clients;
  private final String topic;
  private final String statusTopic;

  public CameraRegistry(KafkaClients clients) {
    this.clients = clients;
    this.topic = clients.name(CameraTopic.TOPIC);
    this.statusTopic = clients.name(CameraStatusTopic.TOPIC);
  }

  /**
   * What {@link #apply} did.
   *
   * @param added new ids
   * @param changed ids with changed values
   * @param unchanged ids with the same values
   * @param removed ids that were removed
   */
  public record Applied(
      List<String> added, List<String> changed, List<String> unchanged, List<String> removed) {}

  /** Every camera, by id. */
  public List<Camera> list() {
    Topics.ensure(clients, TOPICS);
    return List.copyOf(table().values());
  }

  public Optional<Camera> find(String id) {
    Topics.ensure(clients, TOPICS);
    return Optional.ofNullable(table().get(id));
  }

  /** Adds a camera, or replaces the one with its id. */
  public void add(Camera camera) {
    Topics.ensure(clients, TOPICS);
    send(List.of(CameraTopic.toRecord(topic, camera)));
  }

  /** Removes a camera; false when there is none of that id. */
  public boolean remove(String id) {
    Topics.ensure(clients, TOPICS);
    if (!table().containsKey(id)) {
      return false;
    }
    send(removal(id));
    return true;
  }

  /**
   * Registers these cameras; applying them again changes nothing.
   *
   * @param prune whether cameras that are not among them are removed
   */
  public Applied apply(Collection<Camera> cameras, boolean prune) {
    Topics.ensure(clients, TOPICS);
    Map<String, Camera> present = table();
    Applied applied =
        new Applied(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (Camera camera : cameras) {
      Camera before = present.get(camera.id());
      if (camera.equals(before)) {
        applied.unchanged().add(camera.id());
        continue;
      }
      (before == null ? applied.added() : applied.changed()).add(camera.id());
      records.add(CameraTopic.toRecord(topic, camera));
    }
    if (prune) {
      Set<String> wanted = cameras.stream().map(Camera::id).collect(Collectors.toSet());
      for (String id : present.keySet()) {
        if (!wanted.contains(id)) {
          applied.removed().add(id);
          records.addAll(removal(id));
        }
      }
    }
    send(records);
    return applied;
  }

  /** The workers' reports of their cameras, by id; some may be old, see their times. */
  public Map<String, CameraReport> reports() {
    Topics.ensure(clients, TOPICS);
    return table(CameraStatusTopic.TOPIC, CameraStatusTopic::fromRecord);
  }

  /**
   * Usually the worker publishes the last report of a camera; this one is for cameras without a
   * worker.
   */
  private List<ProducerRecord<String, byte[]>> removal(String id) {
    return List.of(CameraTopic.tombstone(topic, id), CameraStatusTopic.tombstone(statusTopic, id));
  }

  private Map<String, Camera> table() {
    return table(CameraTopic.TOPIC, CameraTopic::fromRecord);
  }

  /** How the values of a topic are parsed; an empty value is a removal. */
  private interface Reading<T> {
    Optional<T> read(ConsumerRecord<String, byte[]> record) throws InvalidRecordException;
  }

  private <T> Map<String, T> table(Topic read, Reading<T> reading) {
    Map<String, T> table = new TreeMap<>();
    try (TopicLog reader = new TopicLog(clients, read)) {
      reader.readToEnd(record -> enter(table, record, reading));
    } catch (KafkaException failed) {
      throw clients.unusable(failed);
    }
    return table;
  }

  private static <T> void enter(
      Map<String, T> table, ConsumerRecord<String, byte[]> record, Reading<T> reading) {
    try {
      reading
          .read(record)
          .ifPresentOrElse(
              value -> table.put(record.key(), value), () -> table.remove(record.key()));
    } catch (InvalidRecordException invalid) {
      log.warn(
          "{}-{}@{} is skipped: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          invalid.getMessage());
    }
  }

  private void send(List<ProducerRecord<String, byte[]>> records) {
    if (records.isEmpty()) {
      return;
    }
    Map<String, Object> patience =
        Map.of(
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            PATIENCE.toMillis(),
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            (int) PATIENCE.toMillis() / 2,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            (int) PATIENCE.toMillis());
    try (Producer<String, byte[]> producer = clients.producer(patience)) {
      List<Future<?>> sent = new ArrayList<>();
      for (ProducerRecord<String, byte[]> record : records) {
        sent.add(producer.send(record));
      }
      for (int i = 0; i < sent.size(); i++) {
        await(sent.get(i), records.get(i));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while writing cameras", interrupted);
    } catch (ExecutionException failed) {
      throw clients.unusable(cause(failed));
    } catch (KafkaException failed) {
      throw clients.unusable(failed);
    }
  }

  private static void await(Future<?> sent, ProducerRecord<String, byte[]> record)
      throws InterruptedException, ExecutionException {
    try {
      sent.get();
    } catch (ExecutionException failed) {
      Throwable cause = cause(failed);
      if (cause instanceof RecordTooLargeException) {
        throw new UserError(
            ("Camera '%s' is larger than Kafka accepts (max.message.bytes of topic %s); give "
                    + "it fewer tags, zones or masks.")
                .formatted(record.key(), record.topic()),
            failed);
      }
      if (Refusal.of(cause).isPresent()) {
        throw new UserError(
            ("Kafka refuses camera '%s' (%s). Check the settings of topic %s: `facestream "
                    + "doctor --services`.")
                .formatted(record.key(), cause.getMessage(), record.topic()),
            failed);
      }
      throw failed;
    }
  }

  private static Throwable cause(ExecutionException failed) {
    return Objects.requireNonNull(failed.getCause(), "a failed write has a cause");
  }
}

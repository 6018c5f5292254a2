package org.facestream.ingest.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicTable;
import org.facestream.ingest.worker.kafka.Topics;

/**
 * The cameras topic as a table, for the command line. It keeps no connection: each call opens one,
 * and its effect is durable when it returns. Each call throws {@link UserError} when no broker
 * answers.
 */
public final class CameraRegistry {
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
    return new TopicTable<>(clients, CameraStatusTopic.TOPIC, CameraStatusTopic::fromRecord).read();
  }

  /**
   * Usually the worker publishes the last report of a camera; this one is for cameras without a
   * worker.
   */
  private List<ProducerRecord<String, byte[]>> removal(String id) {
    return List.of(CameraTopic.tombstone(topic, id), CameraStatusTopic.tombstone(statusTopic, id));
  }

  private Map<String, Camera> table() {
    return new TopicTable<>(clients, CameraTopic.TOPIC, CameraTopic::fromRecord).read();
  }

  private void send(List<ProducerRecord<String, byte[]>> records) {
    TopicTable.send(clients, records, "Camera", "give it fewer tags, zones or masks");
  }
}

package org.facestream.deploy.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.store.CropChoice;
import org.facestream.sink.store.FaceStore;

/** The events of the topic and those of the database, which must be the same, each once. */
final class EventLedger {
  private EventLedger() {}

  /**
   * Compares them.
   *
   * @return ids of all events
   */
  static Set<String> compare(KafkaClients clients, EmbeddedDatabase database) throws Exception {
    List<IdentityEvent> events = Stored.events(clients);
    Set<String> published =
        events.stream().map(IdentityEvent::eventId).collect(Collectors.toCollection(TreeSet::new));
    List<String> stored = Stored.eventIds(database);
    assertEquals(published.size(), events.size(), "an event was published twice");
    assertEquals(published, new TreeSet<>(stored), "the topic and the database differ");
    assertEquals(published.size(), stored.size(), "an event was stored twice");
    assertFalse(published.isEmpty(), "there is no event");
    // No gap: of every track, the revisions from 1 to the last.
    events.stream()
        .collect(Collectors.groupingBy(IdentityEvent::track))
        .forEach(
            (track, own) ->
                assertEquals(
                    own.size(),
                    own.stream().mapToInt(IdentityEvent::revision).max().orElse(0),
                    "revisions of " + track));
    return published;
  }

  /** A face of the topic, as far as it decides which crops are kept. */
  private record Crop(String faceId, Instant captured, float quality) implements CropChoice.Crop {}

  /**
   * Compares the crops of each sighting with those that are to be kept of its faces in the topic,
   * and their descriptors with the matches.
   */
  static void compareCrops(KafkaClients clients, EmbeddedDatabase database) throws Exception {
    Map<String, List<Crop>> faces = new TreeMap<>();
    Set<String> described = new TreeSet<>();
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog topic = new TopicLog(clients, FaceTopic.TOPIC);
        TopicLog matches = new TopicLog(clients, MatchTopic.TOPIC)) {
      topic.readToEnd(records::add);
      for (ConsumerRecord<String, byte[]> record : records) {
        Face face = FaceTopic.fromRecord(record);
        faces
            .computeIfAbsent(face.track(), track -> new ArrayList<>())
            .add(
                new Crop(
                    face.id(), FaceStore.precise(face.captureTime()), face.quality().overall()));
      }
      records.clear();
      matches.readToEnd(records::add);
      for (ConsumerRecord<String, byte[]> record : records) {
        described.add(MatchTopic.read(record.key(), record.value()).faceId());
      }
    }
    List<String> expected = new ArrayList<>();
    for (String track : Stored.tracks(database)) {
      for (Crop crop : CropChoice.keep(faces.getOrDefault(track, List.of()), CropChoice.MOST)) {
        expected.add(track + " " + crop.faceId() + " " + described.contains(crop.faceId()));
      }
    }
    assertEquals(expected.stream().sorted().toList(), Stored.crops(database));
    assertFalse(expected.isEmpty(), "there is no crop");
  }
}

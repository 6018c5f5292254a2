package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.gallery.people.People;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kafka still has of somebody who was forgotten. */
class ForgettingTest {
  private static Reference reference(String faceId, String person) {
    return ReferenceBuilder.builder()
        .faceId(faceId)
        .personId(person)
        .name(person)
        .model("m")
        .descriptor(new float[] {1, 2})
        .thumbnail(new byte[] {1})
        .quality(1)
        .source("test")
        .enrolledAt(Instant.now())
        .build();
  }

  @Test
  void theBytesAreCompactedAwayThoughNobodyWritesToTheGalleryAgain(@TempDir Path folder)
      throws Exception {
    try (EmbeddedKafka broker = new EmbeddedKafka(folder, 0)) {
      KafkaClients clients =
          KafkaClients.of(broker.bootstrapServers(), Map.of("kafka.partitions", "2"));
      People people = new People(clients);
      String topic = clients.name(GalleryTopic.TOPIC);
      try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
        for (String face : List.of("f1", "f2", "f3", "f4")) {
          producer.send(GalleryTopic.toRecord(topic, reference(face, "ada"))).get();
        }
        producer.send(GalleryTopic.toRecord(topic, reference("f5", "bob"))).get();
      }
      assertEquals(List.of("f1", "f2", "f3", "f4", "f5"), withValue(clients));

      People.Forgotten ada = people.forget("ada");

      assertEquals(4, ada.references().size());
      assertEquals(5 + 4, ada.galleryVersion().sum());
      assertEquals(2, ada.galleryVersion().offsets().size());
      assertTrue(people.list().stream().allMatch(entry -> entry.person().id().equals("bob")));
      // The cleaner looks every five seconds.
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> withValue(clients).equals(List.of("f5")));
    }
  }

  /** The keys of the records in the topic that have a value, not only the last of each key. */
  private static List<String> withValue(KafkaClients clients) {
    List<String> keys = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, GalleryTopic.TOPIC)) {
      reader.readToEnd(
          record -> {
            if (record.value() != null) {
              keys.add(record.key());
            }
          });
    }
    return keys.stream().sorted().toList();
  }
}

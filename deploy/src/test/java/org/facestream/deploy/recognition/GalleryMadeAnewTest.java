package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gallery topic is deleted under a running recognizer, and there is another of its name. */
@Timeout(180)
class GalleryMadeAnewTest extends RecognizerStageCase {
  @Test
  void aReplicaThatFailedIsReadAnewAndUntilThenNobodyIsMatched() throws Exception {
    KafkaClients clients = clients("anew");
    enrol(clients, 1, 2, 3);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("anew", telemetry)) {
      stage.start();
      awaitReady(stage);
      send(clients, face(1, .9, "door", "one", 0));
      assertEquals(
          "Person 1", events(clients, is(IdentityEvent.Type.started, "one")).get(0).name());

      deleteGallery(clients);
      // Fewer references than the replica has read: its position is out of the topic's range.
      enrol(clients, 5);
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(PATIENCE)
          .until(() -> !stage.health().ready());
      send(clients, face(1, .9, "door", "one again", 1));
      send(clients, face(5, .9, "door", "five", 2));

      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.started, "five"));
      assertEquals(
          IdentityEvent.UNKNOWN, only(events, is(IdentityEvent.Type.started, "one again")).name());
      assertEquals("Person 5", only(events, is(IdentityEvent.Type.started, "five")).name());
      assertTrue(telemetry.scrape().contains("facestream_gallery_people 1.0"));
      awaitReady(stage);
    }
  }

  /** It had read nothing yet, so that its position is in the range of the new topic's too. */
  @Test
  void aReplicaThatDoesNotFailIsReadAnewToo() throws Exception {
    KafkaClients clients = clients("unnoticed");
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
    GalleryVersion before = new People(clients).galleryVersion();
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("unnoticed", telemetry)) {
      stage.start();
      awaitReady(stage);
      deleteGallery(clients);
      enrol(clients, 1);
      GalleryVersion anew = new People(clients).galleryVersion();
      assertTrue(anew.ofAnotherTopic(before));
      AtomicInteger faces = new AtomicInteger();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                int face = faces.incrementAndGet();
                send(clients, face(1, .9, "door", "one " + face, face));
                List<IdentityEvent> events =
                    events(clients, is(IdentityEvent.Type.started, "one " + face));
                IdentityEvent last = only(events, is(IdentityEvent.Type.started, "one " + face));
                return last.name().equals("Person 1") && last.gallery().covers(anew);
              });
    }
  }

  private static void deleteGallery(KafkaClients clients) throws Exception {
    String topic = clients.name(GalleryTopic.TOPIC);
    try (Admin admin = clients.admin()) {
      admin.deleteTopics(List.of(topic)).all().get();
      await().atMost(PATIENCE).until(() -> !admin.listTopics().names().get().contains(topic));
    }
  }
}

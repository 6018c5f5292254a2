package org.facestream.deploy.recognition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faces that cannot be processed, among others that can. */
@Timeout(180)
class RefusedFacesTest extends RecognizerStageCase {
  @Test
  void facesThatAreNoneGoToTheDeadLettersAndTheRestGoesOn() {
    KafkaClients clients = clients("bad");
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("bad", telemetry)) {
      stage.start();
      awaitReady(stage);
      Face good = face(4, 1, "door", "four", 3);
      byte[] cut = Arrays.copyOf(good.jpeg(), 500);
      send(clients, with(good, "cut", good.cropLandmarks(), cut));
      Point nowhere = new Point(5, 5);
      send(
          clients,
          with(
              good,
              "flat",
              new Landmarks(nowhere, nowhere, nowhere, nowhere, nowhere),
              good.jpeg()));
      send(clients, good);
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.started, "four"));
      assertEquals(1, events.size());
      assertEquals(IdentityEvent.UNKNOWN, events.get(0).name());
      assertEquals(null, events.get(0).distance());
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  telemetry.scrape().contains("reason=\"corrupt-jpeg\"")
                      && telemetry.scrape().contains("reason=\"bad-landmarks\""));
      awaitReady(stage);
    }
  }

  @Test
  void aFaceThatTheNetworkRefusesBlocksNobody(@TempDir Path folder) throws Exception {
    KafkaClients clients = clients("refused");
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC, Topics.DEAD_LETTERS));
    Face good = face(4, 1, "door", "before", 0);
    byte[] white = LightnessNetwork.white(good);
    send(clients, good);
    send(clients, with(good, "white", good.cropLandmarks(), white));
    send(clients, with(good, "after", good.cropLandmarks(), good.jpeg()));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage =
            stage(
                "refused",
                Map.of("recognizer.model", LightnessNetwork.write(folder, 1, 0, 0, 0).toString()),
                telemetry)) {
      stage.start();
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.started, "after"));
      assertEquals(
          List.of("before", "after"),
          events.stream()
              .filter(event -> event.type() == IdentityEvent.Type.started)
              .map(IdentityEvent::track)
              .toList());
      awaitReady(stage);
      assertEquals(1, telemetry.dropped("recognizer", "door", "processing-failed").count(), 0);
      assertEquals(List.of("processing-failed white-0"), deadLetters(clients));
    }
  }

  @Test
  void aMatchWhoseEventKafkaNeverTakesBlocksNobody() throws Exception {
    KafkaClients clients = clients("unpublished");
    Topics.ensure(clients, List.of(IdentityTopic.TOPIC, Topics.DEAD_LETTERS));
    largestEvent(clients, 100);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("unpublished", telemetry)) {
      stage.start();
      awaitReady(stage);
      send(clients, face(4, 1, "door", "first", 0));
      send(clients, face(4, 1, "hall", "other", 0));
      await()
          .atMost(PATIENCE.multipliedBy(3))
          .dontCatchUncaughtExceptions()
          .until(() -> letters(clients).size() == 2);
      largestEvent(clients, 1 << 20);
      send(clients, face(4, 1, "door", "second", 0));
      events(clients, is(IdentityEvent.Type.started, "second"));
      awaitReady(stage);
      ConsumerRecord<String, byte[]> letter = letters(clients).get(0);
      assertEquals("output-too-large", header(letter, "reason"));
      assertEquals("identity", header(letter, "stage"));
      assertTrue(header(letter, "origin").startsWith("unpublished.matches.v1-"), letter::toString);
      assertEquals(2, letters(clients).size());
    }
  }

  private static void largestEvent(KafkaClients clients, int bytes) throws Exception {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, clients.name(IdentityTopic.TOPIC));
    AlterConfigOp limit =
        new AlterConfigOp(
            new ConfigEntry("max.message.bytes", String.valueOf(bytes)), AlterConfigOp.OpType.SET);
    try (Admin admin = clients.admin()) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(limit))).all().get();
    }
  }

  private static List<ConsumerRecord<String, byte[]>> letters(KafkaClients clients) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, Topics.DEAD_LETTERS)) {
      reader.readToEnd(records::add);
    }
    return records;
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  /** Reason and face of every dead letter. */
  private static List<String> deadLetters(KafkaClients clients) throws InvalidRecordException {
    List<String> letters = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : letters(clients)) {
      letters.add(header(record, "reason") + " " + FaceTopic.fromRecord(record).id());
    }
    return letters;
  }

  private static Face with(Face face, String track, Landmarks landmarks, byte[] jpeg) {
    return SeenFaces.like(face, track + "-0", track, landmarks, face.score(), jpeg);
  }
}

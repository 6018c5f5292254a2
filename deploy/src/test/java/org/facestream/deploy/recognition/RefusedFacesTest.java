package org.facestream.deploy.recognition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicReader;
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

  /** Reason and face of every dead letter. */
  private static List<String> deadLetters(KafkaClients clients) throws InvalidRecordException {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicReader reader = new TopicReader(clients, Topics.DEAD_LETTERS)) {
      reader.readToEnd(records::add);
    }
    List<String> letters = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      letters.add(
          new String(record.headers().lastHeader("reason").value(), UTF_8)
              + " "
              + FaceTopic.fromRecord(record).id());
    }
    return letters;
  }

  private static Face with(Face face, String track, Landmarks landmarks, byte[] jpeg) {
    return Portraits.like(face, track + "-0", track, landmarks, face.score(), jpeg);
  }
}

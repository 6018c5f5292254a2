package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.awaitility.Awaitility;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A detector that is away while frames go on coming, {@code -Dfacestream.detector-off=300} seconds
 * or the suite's few.
 */
class DetectorAwayTest {
  private static final int OFF_SECONDS = Integer.getInteger("facestream.detector-off", 4);
  private static final List<String> CAMERAS = List.of("gate", "yard");
  private static final Duration MAX_AGE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void nothingThatIsOlderThanMaxAgeIsProcessed() throws Exception {
    byte[] jpeg;
    try (Picture frame = Portraits.frame(320, 320, new Portraits.Placed(1, 10, 10, 300))) {
      jpeg = frame.jpeg(90);
    }
    try (TestBroker kafka = new TestBroker(folder)) {
      DetectorWorker worker =
          new DetectorWorker(
              kafka,
              Map.of("worker.id", "detector", "detector.max-age", MAX_AGE.toMillis() + "ms"));
      KafkaClients clients = worker.clients();
      try (Telemetry before = new Telemetry();
          Telemetry after = new Telemetry();
          Sending sending = new Sending(clients, jpeg)) {
        try (DetectorStage detector = worker.start(before)) {
          Awaitility.await().atMost(PATIENCE).until(() -> !faces(clients).isEmpty());
        }
        Instant off = Instant.now();
        Thread.sleep(1_000L * OFF_SECONDS);
        Instant back = Instant.now();
        try (DetectorStage detector = worker.start(after)) {
          Awaitility.await()
              .atMost(PATIENCE)
              .until(
                  () ->
                      faces(clients).stream()
                          .anyMatch(face -> face.captureTime().isAfter(back.plusSeconds(1))));
        }
        List<Face> faces = faces(clients);
        List<String> late =
            faces.stream()
                .filter(face -> face.captureTime().isAfter(off))
                .filter(face -> face.captureTime().isBefore(back.minus(MAX_AGE)))
                .map(Face::id)
                .toList();
        double tooOld =
            after.registry().find("facestream.dropped").tag("reason", "too-old").counters().stream()
                .mapToDouble(each -> each.count())
                .sum();
        double oldest =
            CAMERAS.stream()
                .mapToDouble(
                    camera -> after.sinceCapture("detector", camera).max(TimeUnit.MILLISECONDS))
                .max()
                .orElseThrow();
        double chosen = after.chosenAge("detector").max(TimeUnit.MILLISECONDS);
        System.out.printf(
            "scenario 12: detector off for %d s: %.0f frames skipped as too old, %.0f handled after"
                + " it, the oldest %.0f ms old when chosen and %.0f ms when done (max-age %d ms)%n",
            OFF_SECONDS, tooOld, handled(after), chosen, oldest, MAX_AGE.toMillis());
        assertTrue(tooOld > 0, "nothing was too old");
        assertEquals(List.of(), late, "processed too late");
        assertTrue(handled(after) > 0 && chosen > 0 && chosen <= MAX_AGE.toMillis(), "" + chosen);
      }
    }
  }

  private static double handled(Telemetry telemetry) {
    return CAMERAS.stream()
        .mapToDouble(camera -> telemetry.sinceCapture("detector", camera).count())
        .sum();
  }

  private static List<Face> faces(KafkaClients clients) throws InvalidRecordException {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, FaceTopic.TOPIC)) {
      reader.readToEnd(records::add);
    }
    List<Face> faces = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      faces.add(FaceTopic.fromRecord(record));
    }
    return faces;
  }

  /** Cameras that do not care who is there to look. */
  private static final class Sending implements AutoCloseable {
    private static final int MILLIS = 250;

    private final Thread thread;
    private volatile boolean closing;

    Sending(KafkaClients clients, byte[] jpeg) {
      thread = new Thread(() -> send(clients, jpeg), "sending-frames");
      thread.start();
    }

    private void send(KafkaClients clients, byte[] jpeg) {
      try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
        for (int sequence = 0; !closing; sequence++) {
          for (String camera : CAMERAS) {
            Frame frame = new Frame(camera, 1, sequence, Instant.now(), 320, 320, "", jpeg);
            producer.send(FrameTopic.toRecord(clients.name(FrameTopic.TOPIC), frame));
          }
          Thread.sleep(MILLIS);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws InterruptedException {
      closing = true;
      thread.join();
    }
  }
}

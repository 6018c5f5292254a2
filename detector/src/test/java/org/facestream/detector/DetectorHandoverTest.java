package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.awaitility.Awaitility;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.registry.Zone;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A detector that is restarted, or hands over to another, in the middle of tracks publishes exactly
 * the faces that one publishes which runs through.
 */
class DetectorHandoverTest {
  private static final int FRAMES = 24;
  private static final List<String> CAMERAS = List.of("gate", "yard", "hall");

  /** Somebody who walks through the picture comes there before the last restart. */
  private static final List<Zone> RIGHT =
      List.of(
          new Zone(
              "right",
              Polygon.of(
                  List.of(
                      List.of(0.35, 0.0),
                      List.of(1.0, 0.0),
                      List.of(1.0, 1.0),
                      List.of(0.35, 1.0)))));

  private final Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  @TempDir Path folder;

  @Test
  void aRestartOrAHandoverLeavesNoTrace() throws Exception {
    List<byte[]> pictures = pictures();
    try (TestBroker kafka = new TestBroker(folder)) {
      Map<String, String> through = runThrough(kafka, pictures);
      List<String> tracks = through.values().stream().map(told -> told.split(" ")[0]).toList();
      assertEquals(3, tracks.stream().distinct().count(), through::toString);
      // Told before the last restart, and not again after it.
      assertTrue(through.values().stream().anyMatch(told -> told.endsWith(" [right]")));
      assertTrue(through.size() >= 9, through::toString);

      assertEquals(through, restarted(kafka, pictures));
      assertEquals(through, handedOver(kafka, pictures));
    }
  }

  /** What the cameras topic says holds from the start on, and what changes there soon after. */
  @Test
  void howFacesAreLookedForFollowsTheCamera() throws Exception {
    List<byte[]> pictures = pictures();
    try (TestBroker kafka = new TestBroker(folder);
        Run run = new Run(kafka, "searches")) {
      CameraRegistry registry = new CameraRegistry(run.clients);
      Camera gate = Camera.of("gate", "rtsp://192.0.2.7/s");
      registry.add(gate.withDetection(FaceSearch.AS_CONFIGURED.withMinFaceSize(300)));
      try (Telemetry telemetry = new Telemetry();
          DetectorStage detector = run.detector("one", telemetry)) {
        run.send(pictures, 0, FRAMES / 2);
        run.awaitFramesDone();
        assertTrue(run.faces().values().stream().noneMatch(track -> track.startsWith("gate-")));
        assertTrue(run.faces().values().stream().anyMatch(track -> track.startsWith("yard-")));

        registry.add(gate);
        AtomicInteger next = new AtomicInteger(FRAMES / 2);
        await(
            () -> {
              int frame = next.getAndIncrement();
              run.send(List.of(pictures.get(FRAMES - 1)), frame, frame + 1);
              run.awaitFramesDone();
              return run.faces().values().stream().anyMatch(track -> track.startsWith("gate-"));
            });
      }
    }
  }

  private Map<String, String> runThrough(TestBroker kafka, List<byte[]> pictures)
      throws InvalidRecordException {
    try (Run run = new Run(kafka, "through");
        Telemetry telemetry = new Telemetry();
        DetectorStage detector = run.detector("one", telemetry)) {
      run.send(pictures, 0, FRAMES);
      run.awaitFramesDone();
      return run.faces();
    }
  }

  private Map<String, String> restarted(TestBroker kafka, List<byte[]> pictures)
      throws InvalidRecordException {
    try (Run run = new Run(kafka, "restarted")) {
      for (int part = 0; part < 3; part++) {
        try (Telemetry telemetry = new Telemetry();
            DetectorStage detector = run.detector("one", telemetry)) {
          run.send(pictures, part * FRAMES / 3, (part + 1) * FRAMES / 3);
          run.awaitFramesDone();
        }
      }
      return run.faces();
    }
  }

  private Map<String, String> handedOver(TestBroker kafka, List<byte[]> pictures)
      throws InvalidRecordException {
    try (Run run = new Run(kafka, "handed");
        Telemetry first = new Telemetry();
        Telemetry second = new Telemetry();
        DetectorStage one = run.detector("one", first)) {
      run.send(pictures, 0, FRAMES / 2);
      run.awaitFramesDone();
      try (DetectorStage two = run.detector("two", second)) {
        await(() -> two.health().ready());
        run.send(pictures, FRAMES / 2, FRAMES - 4);
        run.awaitFramesDone();
        one.close();
        run.send(pictures, FRAMES - 4, FRAMES);
        run.awaitFramesDone();
      }
      return run.faces();
    }
  }

  /** One topic prefix on the broker, and what happens under it. */
  private final class Run implements AutoCloseable {
    private final TestBroker kafka;
    private final String prefix;
    private final KafkaClients clients;
    private final Producer<String, byte[]> producer;
    private int sent;

    Run(TestBroker kafka, String prefix) {
      this.kafka = kafka;
      this.prefix = prefix;
      clients = worker("any").clients();
      new CameraRegistry(clients).add(Camera.of("hall", "rtsp://192.0.2.7/s").withZones(RIGHT));
      producer = clients.producer(Map.of());
    }

    private DetectorWorker worker(String id) {
      return new DetectorWorker(
          kafka,
          Map.of(
              "kafka.topic-prefix",
              prefix,
              "kafka.partitions",
              "4",
              "detector.max-age",
              "1h",
              "worker.id",
              id));
    }

    DetectorStage detector(String worker, Telemetry telemetry) {
      return worker(worker).start(telemetry);
    }

    void send(List<byte[]> pictures, int from, int to) {
      for (int i = from; i < to; i++) {
        for (String camera : CAMERAS) {
          Frame frame =
              new Frame(
                  camera,
                  start.toEpochMilli(),
                  i,
                  start.plusMillis(200L * i),
                  480,
                  360,
                  "",
                  pictures.get(i % pictures.size()));
          producer.send(FrameTopic.toRecord(clients.name(FrameTopic.TOPIC), frame));
          sent++;
        }
      }
      producer.flush();
    }

    /** Until the group has committed every frame that was sent. */
    void awaitFramesDone() {
      String group = clients.config().topicPrefix() + ".detector";
      try (Admin admin = clients.admin()) {
        await(
            () ->
                admin
                        .listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get(10, TimeUnit.SECONDS)
                        .values()
                        .stream()
                        .filter(Objects::nonNull)
                        .mapToLong(OffsetAndMetadata::offset)
                        .sum()
                    == sent);
      }
    }

    /** The tracks and zones of the published faces by face. */
    Map<String, String> faces() throws InvalidRecordException {
      Map<String, String> tracks = new TreeMap<>();
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      try (TopicLog reader = new TopicLog(clients, FaceTopic.TOPIC)) {
        reader.readToEnd(records::add);
      }
      for (ConsumerRecord<String, byte[]> record : records) {
        Face face = FaceTopic.fromRecord(record);
        String twice = tracks.put(face.id(), face.track() + " " + face.zones());
        assertEquals(null, twice, "a face was published twice");
      }
      return tracks;
    }

    @Override
    public void close() {
      producer.close();
    }
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
  }

  /** Somebody walks through the picture. */
  private static List<byte[]> pictures() {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      Portraits.Placed placed = new Portraits.Placed(5, 10 + 11 * i, 40 + 3 * i, 180);
      try (Picture frame = Portraits.frame(480, 360, placed)) {
        pictures.add(frame.jpeg(90));
      }
    }
    return pictures;
  }
}

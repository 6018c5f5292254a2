package org.facestream.detector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.TrackRecovery;
import org.facestream.ingest.frame.Area;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.CloseUpRequestBuilder;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.registry.Zone;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real frames and the real networks; the records are handed over without a broker. */
class DetectorProcessorTest {
  private static final Instant START = Instant.parse("2026-11-22T04:30:00Z");
  private static final String FRAMES = "cctv.frames.v1";

  private static Mtcnn mtcnn;

  private final Telemetry telemetry = new Telemetry();
  private final DeadLetters deadLetters = new DeadLetters("detector", "cctv.dlq.v1", telemetry);
  private final Cameras cameras = cameras(Map.of(), telemetry);
  private final DetectorProcessor processor = processor(Map.of(), cameras, telemetry);
  private long offset;

  @BeforeAll
  static void load() {
    mtcnn = new Mtcnn(Device.CPU, 1);
  }

  @AfterAll
  static void unload() {
    mtcnn.close();
  }

  @AfterEach
  void close() {
    processor.close();
    telemetry.close();
  }

  @Test
  void badFramesAreDeadLettersAndTheOthersGoOn() throws InvalidRecordException {
    byte[] good = jpeg(5, 300);
    byte[] cut = Arrays.copyOf(good, good.length / 3);
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    batch.add(record("gate", 0, 0, good));
    batch.add(record("gate", 1, 200, cut));
    batch.add(record("gate", 2, 400, forged(good)));
    batch.add(record("gate", 3, 600, new byte[0]));
    batch.add(record("gate", 4, 800, good));
    batch.add(record("gate", 5, 1000, "no picture".getBytes(UTF_8)));
    batch.add(record("yard", 0, 900, good));

    List<Face> faces = faces(processor.process(batch, deadLetters));
    processor.committed();

    assertEquals(1, faces.size());
    assertEquals("gate", faces.get(0).camera());
    assertEquals(4, faces.get(0).frameSequence());
    List<ProducerRecord<String, byte[]>> dead = deadLetters.drain();
    assertEquals(
        Map.of(
            FRAMES + "-3@1", "corrupt-jpeg",
            FRAMES + "-3@2", "too-large",
            FRAMES + "-3@3", "empty-value",
            FRAMES + "-3@5", "not-a-jpeg"),
        dead.stream().collect(Collectors.toMap(letter -> header(letter, "origin"), this::reason)));
    assertEquals(1, telemetry.dropped("detector", "gate", "unconfirmed-track").count());
    assertEquals(1, telemetry.dropped("detector", "yard", "unconfirmed-track").count());
    assertEquals(1, telemetry.out("detector", "gate").count());
  }

  /** A recording of last year, of which more waits than a turn has time for. */
  @Test
  void framesOfAReplayAreAllTakenAndTheirBoundariesHandedOn() throws InvalidRecordException {
    byte[] good = jpeg(5, 300);
    long lastYear = -365L * 24 * 3_600_000;
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    batch.add(boundary("gate"));
    for (int i = 0; i < 6; i++) {
      batch.add(replayed(record("gate", i, lastYear + 100 * i, good)));
    }
    // The answer to its sending was lost.
    batch.add(replayed(record("gate", 5, lastYear + 500, good)));
    batch.add(boundary("gate"));
    // The same again, as after a kill.
    batch.add(replayed(record("gate", 0, lastYear, good)));
    batch.add(replayed(record("gate", 1, lastYear + 100, good)));

    List<ProducerRecord<String, byte[]>> results =
        processor.process(batch, deadLetters).stream()
            .filter(result -> result.topic().equals("cctv.faces.v1"))
            .toList();
    processor.committed();

    assertEquals(0, deadLetters.drain().size());
    for (String reason : List.of("too-old", "overtaken")) {
      assertEquals(0, telemetry.dropped("detector", "gate", reason).count(), reason);
    }
    assertEquals(1, telemetry.dropped("detector", "gate", "duplicate").count());
    List<String> order =
        results.stream()
            .map(result -> Recording.isBoundary(result.headers()) ? "boundary" : "face")
            .toList();
    assertEquals("boundary", order.get(0));
    int second = order.lastIndexOf("boundary");
    assertTrue(second > 1 && second < order.size() - 1, order::toString);
    for (ProducerRecord<String, byte[]> result : results) {
      assertTrue(Recording.isReplay(result.headers()));
      assertTrue(result.timestamp() >= START.toEpochMilli(), "Kafka keeps it for its time");
    }
    List<Face> faces =
        faces(results.stream().filter(r -> !Recording.isBoundary(r.headers())).toList());
    assertEquals(START.plusMillis(lastYear + 100), faces.get(0).captureTime());
    assertEquals(1, faces.stream().map(Face::track).distinct().count(), "the same ids");
  }

  private ConsumerRecord<String, byte[]> boundary(String camera) {
    return received(Recording.boundary(FRAMES, camera, START));
  }

  private ConsumerRecord<String, byte[]> replayed(ConsumerRecord<String, byte[]> live) {
    ProducerRecord<String, byte[]> sent =
        new ProducerRecord<>(FRAMES, null, 0L, live.key(), live.value(), live.headers());
    return received(Recording.record(sent, Instant.ofEpochMilli(live.timestamp()), START));
  }

  private ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
    return new ConsumerRecord<>(
        FRAMES,
        3,
        offset++,
        sent.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        sent.headers(),
        Optional.empty());
  }

  @Test
  void aFaceKeepsItsTrackFromBatchToBatchAndItsCropHoldsTheFace()
      throws InvalidRecordException, UnreadablePictureException {
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      // Two people, one of whom walks.
      byte[] frame = jpeg(640, 480, placed(5, 40, 60, 240), placed(3, 320 + 10 * i, 90, 260));
      faces.addAll(turn(record("gate", i, 200 * i, frame)));
    }

    Map<String, List<Face>> tracks =
        faces.stream().collect(Collectors.groupingBy(Face::track, Collectors.toList()));
    assertEquals(2, tracks.size(), tracks.keySet()::toString);
    for (List<Face> track : tracks.values()) {
      assertTrue(track.size() >= 3, () -> track.size() + " faces");
      assertTrue(track.get(0).track().matches("gate-[0-9a-z]+-0-[01]"), track.get(0).track());
      assertEquals(1, track.get(0).frameSequence());
    }
    Face face = faces.get(0);
    assertEquals(START.plusMillis(200), face.captureTime());
    assertEquals(640, face.frameWidth());
    assertEquals(480, face.frameHeight());
    try (Picture crop = Picture.decodeFrame(face.jpeg())) {
      var again =
          mtcnn.detect(List.of(crop), DetectorOptions.of(config(Map.of())).search().mtcnn()).get(0);
      assertEquals(1, again.stream().filter(found -> found.score() > 0.7).count());
      for (int k = 0; k < 5; k++) {
        var expected = again.get(0).landmarks().points().get(k);
        var told = face.cropLandmarks().points().get(k);
        double tolerance = 0.06 * face.box().width();
        assertEquals(expected.x(), told.x(), tolerance);
        assertEquals(expected.y(), told.y(), tolerance);
      }
    }
  }

  @Test
  void aTurnThatIsVoidedComesOutTheSameAgain() {
    turn(record("gate", 0, 0, jpeg(5, 200)));
    List<ConsumerRecord<String, byte[]>> batch =
        List.of(
            record("gate", 1, 200, jpeg(5, 220)),
            record("gate", 2, 400, jpeg(5, 240)),
            record("yard", 0, 400, jpeg(6, 240)));
    List<ProducerRecord<String, byte[]>> first = processor.process(batch, deadLetters);
    processor.aborted();
    List<ProducerRecord<String, byte[]>> second = processor.process(batch, deadLetters);
    processor.committed();

    assertEquals(4, first.size(), "two faces and the tracks of two cameras");
    assertEquals(first.size(), second.size());
    for (int i = 0; i < first.size(); i++) {
      assertEquals(first.get(i).topic(), second.get(i).topic());
      assertEquals(first.get(i).headers(), second.get(i).headers());
      assertArrayEquals(first.get(i).value(), second.get(i).value());
    }
    assertEquals(3, telemetry.in("detector", "gate").count());
    assertEquals(2, telemetry.out("detector", "gate").count());
  }

  @Test
  void recordByRecordIsTheSameAsInOneBatch() throws InvalidRecordException {
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batch.add(record("gate", i, 200 * i, jpeg(5, 200 + 10 * i)));
    }
    List<Face> together = faces(processor.process(batch, deadLetters));
    processor.aborted();
    List<Face> alone = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      alone.addAll(faces(processor.process(List.of(record), deadLetters)));
    }

    assertEquals(3, together.size());
    assertEquals(
        together.stream().map(face -> face.id() + face.track()).toList(),
        alone.stream().map(face -> face.id() + face.track()).toList());
  }

  @Test
  void framesThatAreTooOldAreSkippedAndCounted() {
    assertEquals(List.of(), turn(record("gate", 0, -10_500, jpeg(5, 300))));
    assertEquals(1, telemetry.dropped("detector", "gate", "too-old").count());
    assertEquals(1, telemetry.in("detector", "gate").count());
    assertEquals(0, telemetry.chosenAge("detector").count());
  }

  @Test
  void aCameraWhosePartitionIsTakenAwayIsForgotten() {
    turn(record("gate", 0, 0, jpeg(5, 300)));
    processor.revoked(Set.of(new TopicPartition(FRAMES, 3)));

    assertEquals(List.of(), turn(record("gate", 1, 200, jpeg(5, 300))));
    assertEquals(1, turn(record("gate", 2, 400, jpeg(5, 300))).size());
  }

  @Test
  void theBestShotRuleCanBeTurnedOff() throws InvalidRecordException {
    int best = 0;
    int all = 0;
    Map<String, String> options =
        Map.of("detector.best-shots.publish", "all", "detector.track.confirm-hits", "1");
    try (Telemetry another = new Telemetry();
        DetectorProcessor everything = processor(options, cameras(options, another), another)) {
      for (int i = 0; i < 10; i++) {
        var record = record("gate", i, 200 * i, jpeg(5, 300));
        best += turn(record).size();
        all += faces(everything.process(List.of(record), deadLetters)).size();
        everything.committed();
      }
    }
    assertEquals(10, all);
    assertEquals(3, best);
    assertEquals(6, telemetry.dropped("detector", "gate", "not-best-shot").count());
  }

  /** The head of the person is at about 320 of 640 pixels at first, and goes to the right. */
  @Test
  void aFaceSaysInWhichZonesItIsAndTheFirstInEachIsPublished() throws InvalidRecordException {
    zones(zone("left", 0, .75), zone("right", .75, 1));
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      // Smaller and smaller, so that no face is a better one.
      byte[] frame = jpeg(640, 480, placed(5, 150 + 20 * i, 60, 240 - 2 * i));
      faces.addAll(turn(record("gate", i, 200 * i, frame)));
    }
    assertEquals(1, faces.stream().map(Face::track).distinct().count());
    assertEquals(
        List.of("left", "left", "left", "right"),
        faces.stream().flatMap(face -> face.zones().stream()).toList());
    Face entering = faces.get(3);
    assertTrue((entering.box().left() + entering.box().right()) / 2 >= 480, entering::toString);
    assertTrue(entering.captureTime().isBefore(START.plusMillis(2_800)), entering::toString);

    // A zone that is drawn while somebody stands there holds for the next frame.
    zones(zone("left", 0, .75), zone("right", .75, 1), zone("new", .5, 1));
    List<Face> next = turn(record("gate", 14, 2_800, jpeg(640, 480, placed(5, 410, 60, 212))));
    assertEquals(List.of("right", "new"), next.get(0).zones());
    zones();
    assertEquals(
        List.of(), turn(record("gate", 15, 3_000, jpeg(640, 480, placed(5, 410, 60, 212)))));
  }

  private static Zone zone(String name, double from, double to) {
    return new Zone(
        name,
        Polygon.of(
            List.of(List.of(from, 0.0), List.of(to, 0.0), List.of(to, 1.0), List.of(from, 1.0))));
  }

  private void zones(Zone... wanted) {
    Camera camera = Camera.of("gate", "rtsp://192.0.2.7/s").withZones(List.of(wanted));
    cameras.take(
        new ConsumerRecord<>(
            "cctv.cameras.v1",
            0,
            0,
            "gate",
            CameraTopic.toRecord("cctv.cameras.v1", camera).value()));
  }

  /**
   * Native memory too: what the kernel counts. Takes minutes, so only on demand; measurements.md
   * has the command and the figures.
   */
  @Test
  void memoryStaysFlat() throws IOException {
    Integer frames = Integer.getInteger("facestream.frames");
    assumeTrue(frames != null, "needs -Dfacestream.frames=20000");
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "needs Linux");
    List<byte[]> jpegs =
        List.of(
            jpeg(640, 480, placed(1, 40, 60, 300)),
            jpeg(960, 540, placed(2, 40, 60, 200), placed(5, 400, 100, 300)),
            jpeg(640, 480, new Portraits.Placed[0]),
            jpeg(
                1280,
                720,
                placed(3, 40, 60, 150),
                placed(6, 400, 90, 260),
                placed(8, 900, 9, 200)));
    List<String> told = new ArrayList<>();
    int done = 0;
    while (done < frames) {
      List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
      for (int i = 0; i < 16; i++, done++) {
        batch.add(
            record(
                "camera-" + done % 5,
                done,
                40L * done,
                jpegs.get((done + done / 16) % jpegs.size())));
      }
      processor.process(batch, deadLetters);
      processor.committed();
      if (done % (16 * 125) == 0) {
        told.add(
            done
                + ": "
                + Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS"))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("\\s+", " "));
      }
    }
    told.forEach(line -> System.out.println("memory after frame " + line));
    double early = kilobytes(told.get(1));
    double late = kilobytes(told.get(told.size() - 1));
    assertTrue(late < 1.1 * early, early + " kB became " + late + " kB");
  }

  private static double kilobytes(String told) {
    return Double.parseDouble(told.replaceAll(".*VmRSS: (\\d+) kB", "$1"));
  }

  @Test
  void aSmallFaceOfACameraWithTwoStreamsIsAskedForAndComesAgainLarger()
      throws InvalidRecordException {
    cameras.take(camera("gate", "{\"id\":\"gate\",\"url\":\"a\",\"closeUpUrl\":\"b\"}"));
    cameras.take(camera("yard", "{\"id\":\"yard\",\"url\":\"a\"}"));
    byte[] small = jpeg(5, 120);
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      results.addAll(
          turns(List.of(record("gate", i, 200 * i, small), record("yard", i, 200 * i, small))));
    }
    Face asked =
        faces(results).stream()
            .filter(face -> face.camera().equals("gate"))
            .findFirst()
            .orElseThrow();
    List<CloseUpRequest> requests = requests(results);
    assertEquals(1, requests.size());
    CloseUpRequest request = requests.get(0);
    assertEquals(asked.id(), request.face());
    assertEquals(asked.track(), request.track());
    assertEquals(640, request.frameWidth());
    assertEquals(asked.box().left(), request.box().left(), 0.001);

    // Three times as large, and a face of somebody else in a corner.
    byte[] large = jpeg(600, 600, placed(5, 120, 120, 360), placed(3, 0, 0, 110));
    Area shown = new Area(60, 20, 260, 220);
    List<Face> close = faces(turns(closeUp(request, shown, 600, large)));
    assertEquals(1, close.size());
    Face face = close.get(0);
    assertEquals(asked.id() + "-close", face.id());
    assertEquals(asked.track(), face.track());
    assertEquals(asked.frameSequence(), face.frameSequence());
    assertEquals(asked.captureTime(), face.captureTime());
    assertTrue(asked.box().iou(face.box()) > 0.6, asked.box() + " " + face.box());
    assertTrue(face.quality().size() > 1.5 * asked.quality().size());
    double wider =
        (face.cropLandmarks().points().get(1).x() - face.cropLandmarks().points().get(0).x())
            / (asked.cropLandmarks().points().get(1).x()
                - asked.cropLandmarks().points().get(0).x());
    assertEquals(3, wider, 0.4);

    // The tracker goes on as if there had been none.
    assertEquals(asked.track(), faces(turns(record("gate", 2, 400, small))).get(0).track());
  }

  @Test
  void aCloseUpOfSomethingElseIsDroppedAndManyAreTheEndOfIt() throws InvalidRecordException {
    cameras.take(camera("gate", "{\"id\":\"gate\",\"url\":\"a\",\"closeUpUrl\":\"b\"}"));
    turns(record("gate", 0, 0, jpeg(5, 120)));
    CloseUpRequest request = requests(turns(record("gate", 1, 200, jpeg(5, 120)))).get(0);
    byte[] elsewhere = jpeg(600, 600, placed(5, 0, 0, 150));
    Area shown = new Area(60, 20, 260, 220);
    assertEquals(List.of(), turns(closeUp(request, shown, 600, new byte[] {1})));
    assertEquals("not-a-jpeg", reason(deadLetters.drain().get(0)));
    for (int i = 0; i < 8; i++) {
      assertEquals(List.of(), faces(turns(closeUp(request, shown, 600, elsewhere))));
    }
    assertEquals(8, outcome("no-face"));
    assertEquals(List.of(), requests(turns(record("gate", 2, 400, jpeg(5, 120)))));
    assertEquals(1, outcome("switched-off"));
    assertEquals(0, deadLetters.drain().size());

    // One that is as late as that is worth nothing.
    CloseUpRequest old =
        CloseUpRequestBuilder.builder()
            .camera("gate")
            .epoch(1)
            .sequence(1)
            .captureTime(START.minusSeconds(11))
            .track("t")
            .face("f")
            .frameWidth(640)
            .frameHeight(480)
            .box(request.box())
            .build();
    assertEquals(List.of(), turns(closeUp(old, shown, 600, elsewhere)));
    assertEquals(1, outcome("too-old"));
  }

  private double outcome(String outcome) {
    return telemetry
        .registry()
        .get("facestream.close.ups")
        .tags("stage", "detector", "camera", "gate", "outcome", outcome)
        .counter()
        .count();
  }

  private List<ProducerRecord<String, byte[]>> turns(ConsumerRecord<String, byte[]> record) {
    return turns(List.of(record));
  }

  private List<ProducerRecord<String, byte[]>> turns(List<ConsumerRecord<String, byte[]>> batch) {
    List<ProducerRecord<String, byte[]>> results = processor.process(batch, deadLetters);
    processor.committed();
    return results.stream().filter(each -> !each.topic().equals("cctv.tracks.v1")).toList();
  }

  private static List<CloseUpRequest> requests(List<ProducerRecord<String, byte[]>> results)
      throws InvalidRecordException {
    List<CloseUpRequest> requests = new ArrayList<>();
    for (ProducerRecord<String, byte[]> result : results) {
      if (result.topic().equals("cctv.close-ups.v1")) {
        requests.add(CloseUpTopic.fromRecord(received(result, 0)));
      }
    }
    return requests;
  }

  private ConsumerRecord<String, byte[]> closeUp(
      CloseUpRequest request, Area shown, int side, byte[] jpeg) {
    return received(
        CloseUpTopic.toFrameRecord(FRAMES, new CloseUp(request, shown, side, side, jpeg)), 3);
  }

  private static ConsumerRecord<String, byte[]> camera(String id, String json) {
    return new ConsumerRecord<>("cctv.cameras.v1", 0, 0, id, json.getBytes(UTF_8));
  }

  private static ConsumerRecord<String, byte[]> received(
      ProducerRecord<String, byte[]> sent, int partition) {
    return new ConsumerRecord<>(
        sent.topic(),
        partition,
        0,
        sent.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        sent.headers(),
        Optional.empty());
  }

  private List<Face> turn(ConsumerRecord<String, byte[]> record) {
    try {
      List<Face> faces = faces(processor.process(List.of(record), deadLetters));
      processor.committed();
      return faces;
    } catch (InvalidRecordException broken) {
      throw new AssertionError(broken);
    }
  }

  private static Cameras cameras(Map<String, String> options, Telemetry telemetry) {
    DetectorOptions checked = DetectorOptions.of(config(options));
    return new Cameras(
        new FaceSearches(checked.search(), checked.tracks().weakScore()),
        new Zones(),
        new CloseUpRequests("cctv.close-ups.v1", telemetry));
  }

  private static DetectorProcessor processor(
      Map<String, String> options, Cameras cameras, Telemetry telemetry) {
    KafkaClients clients =
        new KafkaClients(
            Settings.load(List.of(KafkaConfig.class), Optional.empty(), Map.of(), Map.of())
                .get(KafkaConfig.class));
    return new DetectorProcessor(
        DetectorOptions.of(config(options)),
        telemetry,
        Clock.fixed(START, ZoneOffset.UTC),
        mtcnn,
        cameras,
        () -> {},
        new TrackRecovery(clients, 8),
        clients.name(FaceTopic.TOPIC));
  }

  private static DetectorConfig config(Map<String, String> options) {
    return DetectorConfigTest.config(options);
  }

  private static List<Face> faces(List<ProducerRecord<String, byte[]>> results)
      throws InvalidRecordException {
    List<Face> faces = new ArrayList<>();
    for (ProducerRecord<String, byte[]> result : results) {
      if (result.topic().equals("cctv.faces.v1")) {
        faces.add(
            FaceTopic.fromRecord(
                new ConsumerRecord<>(
                    result.topic(),
                    0,
                    0,
                    result.timestamp(),
                    TimestampType.CREATE_TIME,
                    0,
                    0,
                    result.key(),
                    result.value(),
                    result.headers(),
                    Optional.empty())));
      }
    }
    return faces;
  }

  private ConsumerRecord<String, byte[]> record(
      String camera, long sequence, long millis, byte[] jpeg) {
    Frame frame =
        new Frame(
            camera, START.toEpochMilli(), sequence, START.plusMillis(millis), 640, 480, "", jpeg);
    ProducerRecord<String, byte[]> sent = FrameTopic.toRecord(FRAMES, frame);
    return new ConsumerRecord<>(
        FRAMES,
        camera.equals("gate") ? 3 : 4,
        offset++,
        sent.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        camera,
        jpeg,
        sent.headers(),
        Optional.empty());
  }

  private static byte[] jpeg(int portrait, int side) {
    return jpeg(640, 480, placed(portrait, 100, 60, side));
  }

  private static byte[] jpeg(int width, int height, Portraits.Placed... placed) {
    try (Picture frame = Portraits.frame(width, height, placed)) {
      return frame.jpeg(90);
    }
  }

  private static Portraits.Placed placed(int number, int x, int y, int side) {
    return new Portraits.Placed(number, x, y, side);
  }

  /** The same JPEG with a frame header that claims 65,535 × 65,535 pixels. */
  private static byte[] forged(byte[] jpeg) {
    byte[] forged = jpeg.clone();
    for (int i = 0; i < forged.length - 9; i++) {
      if ((forged[i] & 0xff) == 0xff && (forged[i + 1] & 0xff) == 0xc0) {
        Arrays.fill(forged, i + 5, i + 9, (byte) 0xff);
        return forged;
      }
    }
    throw new AssertionError("no frame header");
  }

  private String reason(ProducerRecord<String, byte[]> letter) {
    return header(letter, "reason");
  }

  private static String header(ProducerRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }
}

package org.facestream.deploy.recognition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.onnx.convert.GraphBuilder;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TopicReader;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.Enrolment;
import org.facestream.recognizer.gallery.EnrolmentResult;
import org.facestream.recognizer.gallery.EnrolmentRules;
import org.facestream.recognizer.gallery.People;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real photographs and networks, a real broker: from faces to identity events. */
@Timeout(180)
class RecognizerStageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static EmbeddedKafka broker;
  private static Mtcnn mtcnn;
  private static Descriptors descriptors;

  @BeforeAll
  static void open(@TempDir Path folder) {
    broker = new EmbeddedKafka(folder, 0);
    mtcnn = new Mtcnn(Device.CPU, 1);
    descriptors = new Descriptors(DescriptorModel.of("resnet34-128"), Device.CPU, 1);
  }

  @AfterAll
  static void close() {
    descriptors.close();
    mtcnn.close();
    broker.close();
  }

  private static Settings settings(String prefix, Map<String, String> more) {
    Map<String, String> options =
        new HashMap<>(
            Map.of(
                "kafka.bootstrap-servers", broker.bootstrapServers(),
                "kafka.topic-prefix", prefix,
                "kafka.partitions", "2",
                "worker.id", "test",
                "recognizer.device", "cpu",
                "recognizer.threads", "1",
                "recognizer.track-timeout", "2s"));
    options.putAll(more);
    return Settings.load(
        List.of(KafkaConfig.class, WorkerConfig.class, RecognizerConfig.class),
        Optional.empty(),
        Map.of(),
        options);
  }

  private static KafkaClients clients(String prefix) {
    return new KafkaClients(settings(prefix, Map.of()).get(KafkaConfig.class));
  }

  private static RecognizerStage stage(String prefix, Telemetry telemetry) {
    return stage(prefix, Map.of(), telemetry);
  }

  private static RecognizerStage stage(
      String prefix, Map<String, String> options, Telemetry telemetry) {
    Settings settings = settings(prefix, options);
    return new RecognizerStage(
        settings.get(RecognizerConfig.class),
        settings.get(WorkerConfig.class),
        clients(prefix),
        telemetry);
  }

  private static void enrol(KafkaClients clients, int... people) {
    try (Enrolment enrolment =
        new Enrolment(clients, EnrolmentRules.DEFAULT, List.of(mtcnn), descriptors)) {
      for (int person : people) {
        EnrolmentResult result =
            enrolment.enrol("Person " + person, "test", Portraits.photograph(person));
        assertTrue(result instanceof EnrolmentResult.Enrolled, result::toString);
      }
    }
  }

  private static void send(KafkaClients clients, Face face) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), face));
    }
  }

  private static Face face(int person, double light, String camera, String track, long sequence) {
    return Portraits.seen(mtcnn, person, light, camera, track, sequence, Instant.now());
  }

  private static void awaitReady(RecognizerStage stage) {
    await().atMost(PATIENCE).until(() -> stage.health().ready());
    assertTrue(stage.live());
  }

  /** Everything that a reader of committed records sees, until one is as wanted. */
  private static List<IdentityEvent> events(KafkaClients clients, Predicate<IdentityEvent> last) {
    List<IdentityEvent> events = new ArrayList<>();
    try (TopicReader reader = new TopicReader(clients, IdentityTopic.TOPIC)) {
      Instant end = Instant.now().plus(PATIENCE);
      while (events.stream().noneMatch(last)) {
        assertTrue(Instant.now().isBefore(end), () -> "only " + events);
        reader.poll(
            Duration.ofMillis(100),
            record -> {
              try {
                events.add(IdentityTopic.fromRecord(record));
              } catch (InvalidRecordException invalid) {
                throw new AssertionError(invalid);
              }
            });
      }
    }
    Set<String> ids = new HashSet<>();
    events.forEach(event -> assertTrue(ids.add(event.eventId()), () -> "twice: " + event));
    return events;
  }

  private static Predicate<IdentityEvent> is(IdentityEvent.Type type, String track) {
    return event -> event.type() == type && event.track().equals(track);
  }

  @Test
  void knownAreNamedUnknownAreNotAndTheGalleryIsLive() {
    KafkaClients clients = clients("live");
    enrol(clients, 1, 2, 3);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("live", telemetry)) {
      assertFalse(stage.health().ready());
      stage.start();
      awaitReady(stage);
      // Ready means that everybody who was enrolled is there.
      assertTrue(telemetry.scrape().contains("facestream_gallery_people 3.0"));
      for (int i = 0; i < 3; i++) {
        send(clients, face(1, .8 + i * .1, "door", "one", i));
        send(clients, face(5, .8 + i * .1, "door", "five", i));
        send(clients, face(3, .8 + i * .1, "gate", "three", i));
      }
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.ended, "five"));
      assertEquals("Person 1", only(events, is(IdentityEvent.Type.started, "one")).name());
      assertEquals("Person 3", only(events, is(IdentityEvent.Type.started, "three")).name());
      IdentityEvent unknown = only(events, is(IdentityEvent.Type.started, "five"));
      assertEquals(IdentityEvent.UNKNOWN, unknown.name());
      assertTrue(unknown.distance() > .6);
      assertTrue(unknown.galleryVersion() >= 3);

      // Enrolled while running: used without a restart.
      enrol(clients, 5);
      await()
          .atMost(Duration.ofSeconds(2))
          .until(() -> telemetry.scrape().contains("facestream_gallery_people 4.0"));
      send(clients, face(5, .9, "door", "five again", 10));
      assertEquals(
          "Person 5",
          only(
                  events(clients, is(IdentityEvent.Type.started, "five again")),
                  is(IdentityEvent.Type.started, "five again"))
              .name());

      // Forgotten while running: not known any more.
      new People(clients).forget("Person 1");
      await()
          .atMost(Duration.ofSeconds(2))
          .until(() -> telemetry.scrape().contains("facestream_gallery_people 3.0"));
      send(clients, face(1, .9, "door", "one again", 11));
      assertEquals(
          IdentityEvent.UNKNOWN,
          only(
                  events(clients, is(IdentityEvent.Type.started, "one again")),
                  is(IdentityEvent.Type.started, "one again"))
              .name());
    }
  }

  @Test
  void whoIsForgottenWhileBeforeACameraIsNotNamedAnyMore() {
    KafkaClients clients = clients("forgotten");
    enrol(clients, 1, 2);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage =
            stage("forgotten", Map.of("recognizer.track-timeout", "1m"), telemetry)) {
      stage.start();
      awaitReady(stage);
      send(clients, face(1, .9, "door", "one", 0));
      assertEquals(
          "Person 1", events(clients, is(IdentityEvent.Type.started, "one")).get(0).name());

      People.Forgotten gone = new People(clients).forget("Person 1");
      List<IdentityEvent> told = events(clients, is(IdentityEvent.Type.updated, "one"));
      IdentityEvent updated = only(told, is(IdentityEvent.Type.updated, "one"));
      assertEquals(IdentityEvent.UNKNOWN, updated.name());
      assertNull(updated.distance());
      await().atMost(PATIENCE).until(() -> version(telemetry) >= gone.galleryVersion());

      // The camera goes on without them: the track ends.
      Instant later = Instant.now().plus(Duration.ofMinutes(2));
      send(clients, Portraits.seen(mtcnn, 2, .9, "door", "two", 1, later));
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.ended, "one"));
      IdentityEvent ended = only(events, is(IdentityEvent.Type.ended, "one"));
      assertEquals(IdentityEvent.UNKNOWN, ended.name());
      assertNull(ended.personId());
      assertNull(ended.distance());
    }
  }

  @Test
  void aFaceThatIsHardlyOneIsHeldBackAndASurerOneIsNot() {
    KafkaClients clients = clients("score");
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC));
    Face face = face(4, 1, "door", "four", 0);
    send(clients, scored(face, "hardly", .89f));
    send(clients, scored(face, "surely", .91f));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("score", telemetry)) {
      stage.start();
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.started, "surely"));
      assertEquals(.91, only(events, event -> true).score(), 1e-3);
      await()
          .atMost(PATIENCE)
          .until(() -> telemetry.dropped("recognizer", "door", "low-score").count() == 1);
    }
  }

  @Test
  void camerasAndWatchlistsHaveThresholdsOfTheirOwn() {
    KafkaClients clients = clients("thresholds");
    enrol(clients, 1, 2);
    new People(clients).watch("Person 2", Optional.of("wanted"));
    Map<String, String> options =
        Map.of(
            "recognizer.camera-thresholds", "gate=0.01",
            "recognizer.watchlist-thresholds", "wanted=0.9");
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("thresholds", options, telemetry)) {
      stage.start();
      awaitReady(stage);
      for (String camera : List.of("door", "gate")) {
        send(clients, face(1, .8, camera, "one at " + camera, 0));
        send(clients, face(2, .8, camera, "two at " + camera, 1));
      }
      Set<String> tracks = Set.of("one at door", "two at door", "one at gate", "two at gate");
      Map<String, String> names = new HashMap<>();
      events(
              clients,
              event -> {
                if (event.type() == IdentityEvent.Type.ended) {
                  names.put(event.track(), event.name() + " " + event.watchlist());
                }
                return names.keySet().containsAll(tracks);
              })
          .forEach(event -> assertTrue(tracks.contains(event.track())));
      assertEquals(
          Map.of(
              "one at door", "Person 1 null",
              "one at gate", "unknown null",
              "two at door", "Person 2 wanted",
              "two at gate", "Person 2 wanted"),
          names);
    }
  }

  @Test
  void aWatchlistStaysWithThePersonThroughOtherNamesAndPictures() {
    KafkaClients clients = clients("watchlist");
    enrol(clients, 2);
    People people = new People(clients);
    assertNull(people.show("Person 2").person().watchlist());
    assertEquals("wanted", people.watch("Person 2", Optional.of("wanted")).person().watchlist());
    assertThrows(UserError.class, () -> people.watch("Person 2", Optional.of("Most Wanted")));
    assertThrows(UserError.class, () -> people.watch("Person 3", Optional.of("wanted")));
    assertEquals("wanted", people.rename("Person 2", "Person Two").person().watchlist());
    try (Enrolment enrolment =
        new Enrolment(clients, EnrolmentRules.DEFAULT, List.of(mtcnn), descriptors)) {
      EnrolmentResult result =
          enrolment.enrol("Person Two", "test", face(2, .35, "door", "two", 0).jpeg());
      assertTrue(result instanceof EnrolmentResult.Enrolled, result::toString);
    }
    People.Entry watched = people.show("Person Two");
    assertEquals(2, watched.references().size());
    watched.references().forEach(one -> assertEquals("wanted", one.watchlist()));
    people.watch("Person Two", Optional.empty());
    people.show("Person Two").references().forEach(one -> assertNull(one.watchlist()));
  }

  private static Face scored(Face face, String track, float score) {
    return new Face(
        track + "-0",
        face.camera(),
        face.epoch(),
        face.frameSequence(),
        face.captureTime(),
        track,
        face.frameWidth(),
        face.frameHeight(),
        face.box(),
        face.landmarks(),
        face.cropLandmarks(),
        score,
        face.quality(),
        face.jpeg());
  }

  private static double version(Telemetry telemetry) {
    return telemetry.registry().get("facestream.gallery.version").gauge().value();
  }

  @Test
  void aRestartInTheMiddleOfATrackLosesAndDoublesNothing() {
    KafkaClients clients = clients("restart");
    enrol(clients, 2);
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("restart", telemetry)) {
      stage.start();
      awaitReady(stage);
      send(clients, face(2, .9, "door", "two", 0));
      events(clients, is(IdentityEvent.Type.started, "two"));
    }
    send(clients, face(2, 1, "door", "two", 1));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("restart", telemetry)) {
      stage.start();
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.ended, "two"));
      IdentityEvent ended = only(events, is(IdentityEvent.Type.ended, "two"));
      assertEquals(2, ended.faces());
      assertEquals("Person 2", ended.name());
      assertEquals(1, events.stream().filter(is(IdentityEvent.Type.started, "two")).count());
    }
  }

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
    byte[] white = white(good.frameWidth(), good.frameHeight());
    send(clients, good);
    send(clients, with(good, "white", good.cropLandmarks(), white));
    send(clients, with(good, "after", good.cropLandmarks(), good.jpeg()));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage =
            stage(
                "refused",
                Map.of("recognizer.model", afraidOfWhite(folder).toString()),
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

  /** A network that has an answer for dark pictures only. */
  private static Path afraidOfWhite(Path folder) throws Exception {
    GraphBuilder graph = new GraphBuilder("afraid-of-white", "for a test");
    String faces = graph.input("faces", GraphBuilder.Type.UINT8, List.of("batch", 150, 150, 3));
    String colours = graph.node("Cast", "colours", Map.of("to", 1), faces);
    String mean =
        graph.node(
            "ReduceMean", "mean", Map.of("axes", new long[] {1, 2, 3}, "keepdims", 0), colours);
    String lightness =
        graph.node("Div", "lightness", mean, graph.floats("white", new float[] {250}));
    String row = graph.node("Cast", "row", Map.of("to", 7), graph.node("Floor", "step", lightness));
    graph.node("Gather", "descriptors", graph.floats("rows", new float[] {1, 0, 0, 0}, 1, 4), row);
    graph.output("descriptors", GraphBuilder.Type.FLOAT, List.of("batch", 4));
    byte[] onnx = graph.build();
    Files.write(folder.resolve("afraid.onnx"), onnx);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(onnx));
    return Files.writeString(
        folder.resolve("afraid.json"),
        """
        {"name": "afraid-of-white", "file": "afraid.onnx", "sha256": "%s",
         "input": {"width": 150, "height": 150, "type": "uint8", "layout": "nhwc",
           "channels": "rgb", "mean": [0, 0, 0], "deviation": [1, 1, 1]},
         "alignment": {"template":
           [[47.55, 46.6], [100.48, 46.6], [74.01, 76.56], [50.41, 103.02], [97.61, 103.02]],
           "stretch": 1, "mirrored": false},
         "length": 4, "normalise": false, "metric": "euclidean", "threshold": 0.6,
         "origin": "this test", "licence": "CC0-1.0"}
        """
            .formatted(sha256));
  }

  private static byte[] white(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, "jpeg", jpeg));
    return jpeg.toByteArray();
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
    return new Face(
        track + "-0",
        face.camera(),
        face.epoch(),
        face.frameSequence(),
        face.captureTime(),
        track,
        face.frameWidth(),
        face.frameHeight(),
        face.box(),
        face.landmarks(),
        landmarks,
        face.score(),
        face.quality(),
        jpeg);
  }

  private static IdentityEvent only(List<IdentityEvent> events, Predicate<IdentityEvent> wanted) {
    List<IdentityEvent> found = events.stream().filter(wanted).toList();
    assertEquals(1, found.size(), () -> "in " + events);
    return found.get(0);
  }
}

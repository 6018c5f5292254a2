package org.facestream.deploy.recognition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.Main;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.identity.EventSchema;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recognizer as a process of its own is killed in the middle of several tracks, and another goes
 * on: every event is the same as of a recognizer that nobody disturbed, and none is there twice.
 */
@Timeout(180)
class RecognizerKillTest {
  private static final String MODEL = "resnet34-128";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Two tracks on each of two cameras, interleaved; the fourth person is in nobody's gallery. */
  private static final List<String> CAMERAS = List.of("door", "gate", "door", "gate");

  private static final int FACES_PER_TRACK = 6;

  @TempDir Path folder;

  @Test
  void eventsAreTheSameAsWithoutTheKillAndNoneIsThereTwice() throws Exception {
    try (EmbeddedKafka broker = new EmbeddedKafka(folder.resolve("kafka"), 0)) {
      KafkaClients undisturbed = clients(broker, "undisturbed");
      KafkaClients disturbed = clients(broker, "disturbed");
      List<Face> faces;
      try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
          Descriptors descriptors = new Descriptors(DescriptorModel.of(MODEL), Device.CPU, 1)) {
        faces = faces(mtcnn);
        for (KafkaClients clients : List.of(undisturbed, disturbed)) {
          Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC));
          enrol(clients, mtcnn, descriptors);
        }
      }
      int half = faces.size() / 2;
      Process killed = recognizer(broker, "killed");
      try (Events events = new Events(disturbed)) {
        send(disturbed, faces.subList(0, half));
        events.await(killed, () -> events.startedTracks() >= 2);
        // Some of these are read, some described, some decided when the process dies.
        send(disturbed, faces.subList(half, half + 6));
        events.await(killed, () -> true);
      } finally {
        killed.destroyForcibly();
      }
      assertTrue(killed.waitFor(10, TimeUnit.SECONDS));
      send(disturbed, faces.subList(half + 6, faces.size()));

      Process restarted = recognizer(broker, "restarted");
      try (Events events = new Events(disturbed)) {
        List<IdentityEvent> expected = withoutKill(broker, undisturbed, faces);
        events.await(restarted, () -> events.endedTracks() == CAMERAS.size());
        assertEquals(byTrack(expected), byTrack(events.all()));
        assertEquals(
            List.of("Person 1", "Person 2", "Person 3", IdentityEvent.UNKNOWN),
            events.all().stream()
                .filter(event -> event.type() == IdentityEvent.Type.ended)
                .sorted((a, b) -> a.track().compareTo(b.track()))
                .map(IdentityEvent::name)
                .toList());
        events.all().stream()
            .filter(event -> event.type() == IdentityEvent.Type.ended)
            .forEach(event -> assertEquals(FACES_PER_TRACK, event.faces(), event.track()));
      } finally {
        restarted.destroyForcibly();
        restarted.waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  /** The same faces through the same stage, in this process, in peace. */
  private List<IdentityEvent> withoutKill(
      EmbeddedKafka broker, KafkaClients clients, List<Face> faces) throws Exception {
    send(clients, faces);
    try (Telemetry telemetry = new Telemetry();
        Stage stage =
            StageKind.recognizer.make(settings(broker, "undisturbed"), clients, telemetry);
        Events events = new Events(clients)) {
      stage.start();
      events.await(null, () -> events.endedTracks() == CAMERAS.size());
      return events.all();
    }
  }

  /**
   * What the cameras see, in the order of time; at the end somebody else on each, so much later
   * that the four tracks are over, whatever this machine's clock says.
   */
  private static List<Face> faces(Mtcnn mtcnn) {
    Instant begin = Instant.now();
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < FACES_PER_TRACK; i++) {
      for (int track = 0; track < CAMERAS.size(); track++) {
        faces.add(
            SeenFaces.seen(
                mtcnn,
                track + 1,
                .6 + i * .1,
                CAMERAS.get(track),
                "track-" + (track + 1),
                i,
                begin.plusMillis(i * 200L + track)));
      }
    }
    for (String camera : List.of("door", "gate")) {
      Instant later = begin.plus(Duration.ofMinutes(5));
      faces.add(SeenFaces.seen(mtcnn, 8, 1, camera, "later-" + camera, 100, later));
    }
    return faces;
  }

  private static void enrol(KafkaClients clients, Mtcnn mtcnn, Descriptors descriptors) {
    try (Enrolment enrolment =
        new Enrolment(
            clients, EnrolmentRules.DEFAULT, List.of(mtcnn), descriptors, AuditTrail.NONE)) {
      for (int person = 1; person <= 3; person++) {
        EnrolmentResult result =
            enrolment.enrol("Person " + person, "test", Portraits.photograph(person));
        assertTrue(result instanceof EnrolmentResult.Enrolled, result::toString);
      }
    }
  }

  private static void send(KafkaClients clients, List<Face> faces) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      faces.forEach(face -> producer.send(FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), face)));
    }
  }

  /** In words, but for the id of the gallery's topic: each prefix has its own. */
  private static Map<String, List<String>> byTrack(List<IdentityEvent> events) {
    return events.stream()
        .filter(event -> event.track().startsWith("track-"))
        .collect(
            Collectors.groupingBy(
                IdentityEvent::track,
                TreeMap::new,
                Collectors.mapping(
                    event ->
                        event
                            .toString()
                            .replaceFirst("GalleryVersion\\[topic=[^,]+", "GalleryVersion[topic="),
                    Collectors.toList())));
  }

  private static Map<String, String> options(EmbeddedKafka broker, String prefix) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("kafka.topic-prefix", prefix);
    options.put("kafka.partitions", "2");
    options.put("worker.id", "only");
    options.put("worker.http-port", "0");
    options.put("recognizer.model", MODEL);
    options.put("recognizer.device", "cpu");
    options.put("recognizer.threads", "1");
    options.put("recognizer.track-timeout", "2m");
    return options;
  }

  private static Settings settings(EmbeddedKafka broker, String prefix) {
    return new Configuration(Optional.empty(), Map.of(), options(broker, prefix)).settings();
  }

  private static KafkaClients clients(EmbeddedKafka broker, String prefix) {
    return new KafkaClients(settings(broker, prefix).get(KafkaConfig.class));
  }

  private Process recognizer(EmbeddedKafka broker, String name) throws IOException {
    Path output = folder.resolve(name + ".log");
    Stream<String> options =
        options(broker, "disturbed").entrySet().stream()
            .flatMap(option -> Stream.of("--set", option.getKey() + "=" + option.getValue()));
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-XX:TieredStopAtLevel=1",
                    Main.class.getName(),
                    "recognizer"),
                options)
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }

  /** What a reader of committed records has seen so far. */
  private final class Events implements AutoCloseable {
    private final TopicLog reader;
    private final List<IdentityEvent> all = new ArrayList<>();

    Events(KafkaClients clients) {
      reader = new TopicLog(clients, IdentityTopic.TOPIC);
    }

    /**
     * @param process must stay alive, or null
     */
    void await(Process process, BooleanSupplier enough) {
      Instant end = Instant.now().plus(PATIENCE);
      do {
        assertTrue(Instant.now().isBefore(end), this::complaint);
        assertTrue(process == null || process.isAlive(), this::complaint);
        reader.poll(Duration.ofMillis(50), record -> add(record.value()));
      } while (!enough.getAsBoolean());
    }

    private void add(byte[] value) {
      EventSchema.check(value);
      try {
        all.add(IdentityTopic.read(value));
      } catch (InvalidRecordException invalid) {
        throw new AssertionError(invalid);
      }
    }

    List<IdentityEvent> all() {
      Set<String> ids = new HashSet<>();
      all.forEach(event -> assertTrue(ids.add(event.eventId()), () -> "twice: " + event));
      return List.copyOf(all);
    }

    long startedTracks() {
      return tracks(IdentityEvent.Type.started);
    }

    long endedTracks() {
      return tracks(IdentityEvent.Type.ended);
    }

    private long tracks(IdentityEvent.Type type) {
      return all.stream()
          .filter(event -> event.type() == type && event.track().startsWith("track-"))
          .map(IdentityEvent::track)
          .distinct()
          .count();
    }

    private String complaint() {
      StringBuilder text = new StringBuilder("only " + all);
      for (String name : List.of("killed", "restarted")) {
        Path log = folder.resolve(name + ".log");
        try {
          text.append('\n').append(Files.exists(log) ? Files.readString(log) : "");
        } catch (IOException unreadable) {
          text.append(unreadable);
        }
      }
      return text.toString();
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}

package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.identity.EventSchema;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A stage with real networks on a real broker, and what it takes to feed and read it. */
abstract class RecognizerStageCase {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  static EmbeddedKafka broker;
  static Mtcnn mtcnn;
  static Descriptors descriptors;

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

  static Settings settings(String prefix, Map<String, String> more) {
    Map<String, String> options =
        new HashMap<>(
            Map.of(
                "kafka.bootstrap-servers", broker.bootstrapServers(),
                "kafka.topic-prefix", prefix,
                "kafka.partitions", "2",
                "worker.id", "test",
                "recognizer.device", "cpu",
                "recognizer.model", "resnet34-128",
                "recognizer.threads", "1",
                "recognizer.track-timeout", "2s"));
    options.putAll(more);
    return Settings.load(
        List.of(KafkaConfig.class, WorkerConfig.class, RecognizerConfig.class, GalleryConfig.class),
        Optional.empty(),
        Map.of(),
        options);
  }

  static KafkaClients clients(String prefix) {
    return new KafkaClients(settings(prefix, Map.of()).get(KafkaConfig.class));
  }

  static RecognizerStage stage(String prefix, Telemetry telemetry) {
    return stage(prefix, Map.of(), telemetry);
  }

  static RecognizerStage stage(String prefix, Map<String, String> options, Telemetry telemetry) {
    Settings settings = settings(prefix, options);
    return new RecognizerStage(
        settings.get(RecognizerConfig.class),
        settings.get(GalleryConfig.class),
        settings.get(WorkerConfig.class),
        clients(prefix),
        telemetry);
  }

  static void enrol(KafkaClients clients, int... people) {
    try (Enrolment enrolment =
        new Enrolment(
            clients, EnrolmentRules.DEFAULT, List.of(mtcnn), descriptors, AuditTrail.NONE)) {
      for (int person : people) {
        EnrolmentResult result =
            enrolment.enrol("Person " + person, "test", Portraits.photograph(person));
        assertTrue(result instanceof EnrolmentResult.Enrolled, result::toString);
      }
    }
  }

  static void send(KafkaClients clients, Face face) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), face));
    }
  }

  static Face face(int person, double light, String camera, String track, long sequence) {
    return SeenFaces.seen(mtcnn, person, light, camera, track, sequence, Instant.now());
  }

  static void awaitReady(RecognizerStage stage) {
    await().atMost(PATIENCE).until(() -> stage.health().ready());
    assertTrue(stage.live());
  }

  /** Everything that a reader of committed records sees, until one is as wanted. */
  static List<IdentityEvent> events(KafkaClients clients, Predicate<IdentityEvent> last) {
    List<IdentityEvent> events = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, IdentityTopic.TOPIC)) {
      Instant end = Instant.now().plus(PATIENCE);
      while (events.stream().noneMatch(last)) {
        assertTrue(Instant.now().isBefore(end), () -> "only " + events);
        reader.poll(
            Duration.ofMillis(100),
            record -> {
              EventSchema.check(record.value());
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

  static Predicate<IdentityEvent> is(IdentityEvent.Type type, String track) {
    return event -> event.type() == type && event.track().equals(track);
  }

  static IdentityEvent only(List<IdentityEvent> events, Predicate<IdentityEvent> wanted) {
    List<IdentityEvent> found = events.stream().filter(wanted).toList();
    assertEquals(1, found.size(), () -> "in " + events);
    return found.get(0);
  }
}

package org.facestream.ingest.worker.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TopicCare;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final List<Class<?>> MAPPINGS =
      List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class);

  @TempDir private Path folder;

  @Test
  void defaults() {
    Settings settings = Settings.load(MAPPINGS, Optional.empty(), Map.of(), Map.of());
    KafkaConfig kafka = settings.get(KafkaConfig.class);
    assertEquals("127.0.0.1:19092", kafka.bootstrapServers());
    assertEquals("cctv", kafka.topicPrefix());
    assertEquals(8, kafka.partitions());
    assertEquals(1, kafka.replication());
    assertTrue(kafka.clientProperties().isEmpty());
    assertEquals(TopicCare.CHECK, kafka.topics());
    assertTrue(kafka.topicSettings().isEmpty());
    WorkerConfig worker = settings.get(WorkerConfig.class);
    assertTrue(worker.id().isEmpty());
    assertEquals("127.0.0.1", worker.httpHost());
    assertEquals(19090, worker.httpPort());
    assertEquals(Duration.ofSeconds(60), worker.livenessTimeout());
    assertEquals(Duration.ofSeconds(20), worker.stallTimeout());
    assertEquals(Duration.ofSeconds(20), worker.shutdownTimeout());
    IngestConfig ingest = settings.get(IngestConfig.class);
    assertEquals(5, ingest.fps());
    assertEquals(1280, ingest.maxWidth());
    assertEquals(85, ingest.jpegQuality());
    assertEquals(Duration.ofSeconds(5), ingest.connectTimeout());
    assertEquals(Duration.ofSeconds(10), ingest.firstFrameTimeout());
    assertEquals(Duration.ofSeconds(10), ingest.readTimeout());
    assertEquals(Duration.ofSeconds(2), ingest.stallAfter());
    assertEquals(Duration.ofSeconds(2), ingest.maxAge());
    assertEquals(Duration.ofMillis(500), ingest.backoffFirst());
    assertEquals(Duration.ofSeconds(30), ingest.backoffCap());
    assertEquals(32 << 20, ingest.bufferBytes());
    assertEquals(Duration.ofSeconds(2), ingest.sendTimeout());
    assertTrue(ingest.secretsFolder().isEmpty());
    assertTrue(ingest.filesFolder().isEmpty());
    assertTrue(ingest.hosts().isEmpty());
  }

  @Test
  void everyKeyOfIngestReachesItsValue() {
    IngestConfig ingest =
        Settings.load(
                MAPPINGS,
                Optional.empty(),
                Map.of(),
                Map.ofEntries(
                    Map.entry("ingest.fps", "2.5"),
                    Map.entry("ingest.max-width", "640"),
                    Map.entry("ingest.jpeg-quality", "70"),
                    Map.entry("ingest.connect-timeout", "1s"),
                    Map.entry("ingest.first-frame-timeout", "2s"),
                    Map.entry("ingest.read-timeout", "3s"),
                    Map.entry("ingest.stall-after", "400ms"),
                    Map.entry("ingest.max-age", "5m"),
                    Map.entry("ingest.backoff-first", "6ms"),
                    Map.entry("ingest.backoff-cap", "2h"),
                    Map.entry("ingest.buffer-bytes", "99999999"),
                    Map.entry("ingest.send-timeout", "8s"),
                    Map.entry("ingest.secrets-folder", "/run/secrets"),
                    Map.entry("ingest.files-folder", "/clips"),
                    Map.entry("ingest.hosts", "192.0.2.7,door.example")))
            .get(IngestConfig.class);
    assertEquals(2.5, ingest.fps());
    assertEquals(640, ingest.maxWidth());
    assertEquals(70, ingest.jpegQuality());
    assertEquals(Duration.ofSeconds(1), ingest.connectTimeout());
    assertEquals(Duration.ofSeconds(2), ingest.firstFrameTimeout());
    assertEquals(Duration.ofSeconds(3), ingest.readTimeout());
    assertEquals(Duration.ofMillis(400), ingest.stallAfter());
    assertEquals(Duration.ofMinutes(5), ingest.maxAge());
    assertEquals(Duration.ofMillis(6), ingest.backoffFirst());
    assertEquals(Duration.ofHours(2), ingest.backoffCap());
    assertEquals(99_999_999, ingest.bufferBytes());
    assertEquals(Duration.ofSeconds(8), ingest.sendTimeout());
    assertEquals(Optional.of(Path.of("/run/secrets")), ingest.secretsFolder());
    assertEquals(Optional.of(Path.of("/clips")), ingest.filesFolder());
    assertEquals(Optional.of(List.of("192.0.2.7", "door.example")), ingest.hosts());
  }

  @Test
  void optionsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
    Path file =
        write("kafka:\n  topic-prefix: file\n  partitions: 2\ningest.fps: 1\nworker: {id: w}\n");
    Settings settings =
        Settings.load(
            MAPPINGS,
            Optional.of(file),
            Map.of("FACESTREAM_KAFKA_TOPIC_PREFIX", "environment", "FACESTREAM_INGEST_FPS", "2"),
            Map.of("ingest.fps", "3"));
    assertEquals(2, settings.get(KafkaConfig.class).partitions());
    assertEquals("environment", settings.get(KafkaConfig.class).topicPrefix());
    assertEquals(3, settings.get(IngestConfig.class).fps());
    assertEquals(Optional.of("w"), settings.get(WorkerConfig.class).id());
    assertEquals("environment", settings.effective().get("kafka.topic-prefix"));
  }

  @Test
  void unknownKeysStopTheStartAndNameTheNearest() throws IOException {
    Path file = write("kafka:\n  topic-prefx: x\n");
    String inFile = failure(Optional.of(file), Map.of(), Map.of());
    assertTrue(inFile.contains("'kafka.topic-prefx'"), inFile);
    assertTrue(inFile.contains("Did you mean 'kafka.topic-prefix'?"), inFile);
    String option = failure(Optional.empty(), Map.of(), Map.of("ingest.fsp", "1"));
    assertTrue(option.contains("Did you mean 'ingest.fps'?"), option);
    String variable = failure(Optional.empty(), Map.of("FACESTREAM_INGEST_FSP", "1"), Map.of());
    assertTrue(variable.contains("Did you mean 'FACESTREAM_INGEST_FPS'?"), variable);
  }

  @Test
  void otherVariablesAreNoneOfOurs() {
    Settings settings =
        Settings.load(
            MAPPINGS, Optional.empty(), Map.of("KAFKA_PARTITIONS", "3", "PATH", "/bin"), Map.of());
    assertEquals(8, settings.get(KafkaConfig.class).partitions());
  }

  @Test
  void valuesThatDoNotParseAreNamedInOneLine() throws IOException {
    String wrong = failure(Optional.empty(), Map.of(), Map.of("ingest.connect-timeout", "soon"));
    assertTrue(wrong.contains("ingest.connect-timeout"), wrong);
    assertTrue(wrong.contains("20s"), wrong);
    assertFalse(wrong.contains("\n"), wrong);
    String broken = failure(Optional.of(write("kafka: [")), Map.of(), Map.of());
    assertTrue(broken.contains("is not valid YAML"), broken);
    String list = failure(Optional.of(write("- a\n")), Map.of(), Map.of());
    assertTrue(list.contains("must contain keys and values"), list);
    String missing = failure(Optional.of(folder.resolve("none.yaml")), Map.of(), Map.of());
    assertTrue(missing.startsWith("There is no configuration file"), missing);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("facestream.yaml"), yaml);
  }

  private static String failure(
      Optional<Path> file, Map<String, String> environment, Map<String, String> options) {
    return assertThrows(UserError.class, () -> Settings.load(MAPPINGS, file, environment, options))
        .getMessage();
  }
}

package org.facestream.ingest.worker.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final List<Class<?>> MAPPINGS =
      List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class);

  @TempDir private Path folder;

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
    assertTrue(wrong.contains("a duration, above 0s (default 5s)"), wrong);
    assertFalse(wrong.contains("\n"), wrong);
    String broken = failure(Optional.of(write("kafka: [")), Map.of(), Map.of());
    assertTrue(broken.contains("is not valid YAML"), broken);
    String list = failure(Optional.of(write("- a\n")), Map.of(), Map.of());
    assertTrue(list.contains("must contain keys and values"), list);
    String missing = failure(Optional.of(folder.resolve("none.yaml")), Map.of(), Map.of());
    assertTrue(missing.startsWith("There is no configuration file"), missing);
  }

  /** What a parser usually resolves silently could change a setting unseen. */
  @Test
  void aFileIsReadStrictlyAndNeverQuoted() throws IOException {
    String twice = failure(Optional.of(write("kafka:\n  partitions: 3\n  partitions: 4\n")));
    assertTrue(twice.contains("line 3: `partitions` is given twice"), twice);
    String second = failure(Optional.of(write("kafka: {partitions: 3}\n---\nkafka: {}\n")));
    assertTrue(second.contains("a second document"), second);
    String alias = failure(Optional.of(write("kafka: &a {partitions: 3}\ningest: *a\n")));
    assertTrue(alias.contains("an alias"), alias);
    String secret = failure(Optional.of(write("store:\n  password: \"s3cret\\q\"\n")));
    assertTrue(secret.contains("is not valid YAML (line 2)"), secret);
    assertFalse(secret.contains("s3cret"), secret);
    Settings octal =
        Settings.load(MAPPINGS, Optional.of(write("kafka: {partitions: 010}")), Map.of(), Map.of());
    assertEquals(10, octal.get(KafkaConfig.class).partitions());
  }

  private static String failure(Optional<Path> file) {
    return failure(file, Map.of(), Map.of());
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

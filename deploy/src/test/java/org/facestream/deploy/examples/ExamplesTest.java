package org.facestream.deploy.examples;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The consumers in {@code deploy/examples}, each as a process of its own, on a real broker. */
class ExamplesTest {
  private static final Path DEPLOY = Path.of("").toAbsolutePath();
  private static final Path EXAMPLES = DEPLOY.resolve("examples");
  private static final Instant SEEN = Instant.parse("2026-11-22T04:30:00.120Z");

  /** Every kind of reader of events has to come to this. */
  private static final List<String> SAID =
      List.of(
          "door: somebody unknown",
          "door: Zoë Ångström",
          "door: Zoë Ångström, in entrance",
          "door: ALERT, Zoë Ångström of the watchlist wanted, in entrance and the counter",
          "door: Zoë Ångström left after 4 s",
          "door: somebody unknown left after 4 s");

  private static EmbeddedKafka broker;

  @BeforeAll
  static void publish(@TempDir Path folder) {
    broker = new EmbeddedKafka(folder, 0);
    KafkaClients clients = KafkaClients.of(broker.bootstrapServers(), Map.of());
    Topics.ensure(clients, List.of(IdentityTopic.TOPIC));
    try (Producer<String, byte[]> producer = clients.transactional("examples-test")) {
      producer.initTransactions();
      send(producer, clients, event("t", 1, IdentityEvent.Type.started, null, null));
      send(producer, clients, event("t", 2, IdentityEvent.Type.updated, "Zoë Ångström", null));
      send(
          producer,
          clients,
          event("t", 3, IdentityEvent.Type.updated, "Zoë Ångström", null, "entrance"));
      // Nothing that a reader has to say: it is only surer now.
      send(
          producer,
          clients,
          event("t", 4, IdentityEvent.Type.updated, "Zoë Ångström", null, "entrance"));
      // Of a worker that died: for readers of committed records it never was.
      producer.beginTransaction();
      producer.send(
          IdentityTopic.toRecord(
              clients.name(IdentityTopic.TOPIC),
              event("t", 5, IdentityEvent.Type.updated, "Nobody At All", "banned")));
      producer.flush();
      producer.abortTransaction();
      send(
          producer,
          clients,
          event(
              "t",
              5,
              IdentityEvent.Type.updated,
              "Zoë Ångström",
              "wanted",
              "entrance",
              "the counter"));
      // Comes again, and is behind what is known.
      send(producer, clients, event("t", 2, IdentityEvent.Type.updated, "Zoë Ångström", null));
      send(producer, clients, event("t", 6, IdentityEvent.Type.ended, "Zoë Ångström", "wanted"));
      send(producer, clients, event("u", 1, IdentityEvent.Type.ended, null, null));
    }
  }

  @AfterAll
  static void close() {
    broker.close();
  }

  private static void send(
      Producer<String, byte[]> producer, KafkaClients clients, IdentityEvent event) {
    producer.beginTransaction();
    producer.send(IdentityTopic.toRecord(clients.name(IdentityTopic.TOPIC), event));
    producer.commitTransaction();
  }

  private static IdentityEvent event(
      String track,
      int revision,
      IdentityEvent.Type type,
      String name,
      String watchlist,
      String... zones) {
    return IdentityEventBuilder.builder()
        .eventId(track + "." + revision)
        .type(type)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera("door")
        .track(track)
        .revision(revision)
        .firstSeen(SEEN)
        .lastSeen(SEEN.plusMillis(4_300))
        .zones(List.of(zones))
        .personId(name == null ? null : "p1")
        .name(name == null ? IdentityEvent.UNKNOWN : name)
        .watchlist(watchlist)
        .distance(.41)
        .faces(3)
        .quality(.8)
        .score(.99)
        .box(new Box(1, 2, 51, 62))
        .model("resnet34-128")
        .galleryVersion(17)
        .gallery(new GalleryVersion("topic", List.of(8L, 9L)))
        .bestFace("f")
        .captureTime(SEEN.plusMillis(4_300))
        .build();
  }

  @Test
  void java(@TempDir Path folder) throws Exception {
    // What its pom.xml asks for, in the versions that are tested here, and nothing of ours.
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    Pattern.matches(
                        "(kafka-clients|jackson|slf4j-api|lz4|snappy|zstd).*[.]jar",
                        Path.of(entry).getFileName().toString()))
            .collect(Collectors.joining(File.pathSeparator));
    run(
        folder,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dfile.encoding=UTF-8",
            "-Dsun.stdout.encoding=UTF-8",
            "-Dstdout.encoding=UTF-8",
            "-cp",
            classPath,
            EXAMPLES.resolve("java/WatchIdentities.java").toString()));
  }

  @Test
  void python(@TempDir Path folder) throws Exception {
    String python = System.getProperty("facestream.python", "python3");
    assumeTrue(
        runs(python, "-c", "import kafka"),
        python
            + " with what deploy/examples/python/requirements.txt names is not here; another than"
            + " python3 is told by -Dfacestream.python=PATH");
    run(folder, List.of(python, EXAMPLES.resolve("python/watch_identities.py").toString()));
  }

  @Test
  void theJavaExampleAsksForWhatIsTested() throws IOException {
    Map<String, String> ours = new LinkedHashMap<>();
    String parent = Files.readString(DEPLOY.resolveSibling("pom.xml"));
    String example = Files.readString(EXAMPLES.resolve("java/pom.xml"));
    for (String name : List.of("kafka", "jackson", "slf4j")) {
      String version = parent.split("<" + name + "[.]version>")[1].split("<")[0];
      ours.put(name, version);
      assertTrue(example.contains("<version>" + version + "</version>"), ours::toString);
    }
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  private static void run(Path folder, List<String> example) throws Exception {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    List<String> command =
        Stream.concat(example.stream(), Stream.of(broker.bootstrapServers(), "--from-beginning"))
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                assertTrue(process.isAlive(), () -> read(errors));
                assertEquals(SAID, Files.readAllLines(output), () -> read(errors));
              });
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "a signal does not end it");
      assertEquals(SAID, Files.readAllLines(output));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}

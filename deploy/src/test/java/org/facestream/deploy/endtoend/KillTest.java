package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.facestream.deploy.Configuration;
import org.facestream.deploy.Endpoints;
import org.facestream.deploy.Main;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.embedded.LoopbackPort;
import org.facestream.deploy.simulation.DemoCameras;
import org.facestream.ingest.camera.Camera;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The all-in-one as a process of its own: killed in the middle, and ended by a signal. */
class KillTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** On the same ports, as with those that `run` has by default. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noEventIsLostOrDoubledWhenTheProcessIsKilled(boolean withItsDatabase) throws Exception {
    Path data = folder.resolve("data");
    List<String> ports =
        List.of(
            "--kafka-port",
            String.valueOf(LoopbackPort.free()),
            "--database-port",
            String.valueOf(LoopbackPort.free()),
            "--http-port",
            String.valueOf(LoopbackPort.free()));
    try (DemoCameras cameras = DemoCameras.start(0)) {
      AllInOneProcess killed = new AllInOneProcess(data, ports, cameras.cameras(), "killed");
      List<ProcessHandle> postgres = List.of();
      try {
        killed.awaitEvents(4);
        assertTrue(Endpoints.find(data).isPresent());
        postgres = postgres(data);
        assertTrue(postgres.size() > 1, "a server and its processes");
      } finally {
        killed.process().destroyForcibly();
        if (withItsDatabase) {
          postgres.forEach(ProcessHandle::destroyForcibly);
        }
      }
      assertTrue(killed.process().waitFor(10, TimeUnit.SECONDS));
      assertTrue(Endpoints.find(data).isEmpty(), "a dead process has no endpoints");

      // The cameras are remembered.
      AllInOneProcess second = new AllInOneProcess(data, ports, List.of(), "second");
      try {
        second.awaitEvents(4);
        // SIGTERM: in an orderly way.
        second.process().destroy();
        assertTrue(second.process().waitFor(60, TimeUnit.SECONDS), "did not end");
        assertEquals(0, second.process().exitValue(), second.complaint());
      } finally {
        second.process().destroyForcibly();
      }

      Set<String> seen = new HashSet<>(killed.eventIds());
      seen.addAll(second.eventIds());
      compare(data, seen);
    }
  }

  /** In the middle of whatever the start loads, wherever that is on this machine. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 2000, 3000})
  void aSignalDuringTheStartIsAnOrderlyEnd(int millis) throws Exception {
    AllInOneProcess starting =
        new AllInOneProcess(
            folder.resolve("data"), List.of("--ephemeral-ports"), List.of(), "starting");
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> starting.complaint().contains("Starting broker"));
      Thread.sleep(millis);
      starting.process().destroy();
      assertTrue(starting.process().waitFor(60, TimeUnit.SECONDS), "did not end");
      assertEquals(0, starting.process().exitValue(), starting.complaint());
      assertFalse(starting.complaint().contains("facestream: "), starting.complaint());
    } finally {
      starting.process().destroyForcibly();
    }
  }

  /** PostgreSQL's server and the processes that it has started. */
  private static List<ProcessHandle> postgres(Path data) throws IOException {
    long number =
        Long.parseLong(
            Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).get(0).strip());
    ProcessHandle server = ProcessHandle.of(number).orElseThrow();
    return Stream.concat(Stream.of(server), server.descendants()).toList();
  }

  private static void compare(Path data, Set<String> seen) throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(data.resolve("kafka"), 0);
        EmbeddedDatabase database = new EmbeddedDatabase(data.resolve("postgres"), 0)) {
      KafkaClients clients =
          new KafkaClients(
              new Configuration(
                      Optional.empty(),
                      Map.of(),
                      Map.of("kafka.bootstrap-servers", kafka.bootstrapServers()))
                  .settings()
                  .get(KafkaConfig.class));
      List<IdentityEvent> events = Stored.events(clients);
      Set<String> published =
          events.stream()
              .map(IdentityEvent::eventId)
              .collect(Collectors.toCollection(TreeSet::new));
      List<String> stored = Stored.eventIds(database);
      assertEquals(published.size(), events.size(), "an event was published twice");
      assertEquals(published, new TreeSet<>(stored), "the topic and the database differ");
      assertEquals(published.size(), stored.size(), "an event was stored twice");
      assertTrue(published.containsAll(seen), "an event that a reader saw is gone");
      assertFalse(published.isEmpty());
      // No gap: of every track, the revisions from 1 to the last.
      events.stream()
          .collect(Collectors.groupingBy(IdentityEvent::track))
          .forEach(
              (track, own) ->
                  assertEquals(
                      own.size(),
                      own.stream().mapToInt(IdentityEvent::revision).max().orElse(0),
                      "revisions of " + track));
    }
  }

  /** {@code facestream run} as its own process; its events are read from its standard output. */
  private static final class AllInOneProcess {
    private final Process process;
    private final List<String> eventIds = new CopyOnWriteArrayList<>();
    private final Path errors;

    AllInOneProcess(Path data, List<String> ports, List<Camera> cameras, String name)
        throws IOException {
      errors = data.resolveSibling(name + ".err");
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx1g",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName(),
                  "run",
                  "--json",
                  "--set",
                  "ingest.fps=4",
                  // The demonstration's faces are larger than the usual minimum: half the work.
                  "--set",
                  "detector.min-face-size=60",
                  "--data",
                  data.toString()));
      command.addAll(ports);
      for (Camera camera : cameras) {
        command.add("--camera");
        command.add(camera.id() + "=" + camera.url());
      }
      process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      Thread reader = new Thread(this::read, "events-of-" + name);
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      try (BufferedReader output = process.inputReader()) {
        String line;
        while ((line = output.readLine()) != null) {
          eventIds.add(JSON.readTree(line).get("eventId").asText());
        }
      } catch (IOException ended) {
        // A killed process may leave half a line: nobody has seen that event.
        return;
      }
    }

    void awaitEvents(int count) {
      await()
          .atMost(Duration.ofSeconds(150))
          .untilAsserted(
              () -> assertTrue(eventIds.size() >= count && process.isAlive(), this::complaint));
    }

    Process process() {
      return process;
    }

    List<String> eventIds() {
      return eventIds;
    }

    String complaint() {
      try {
        return eventIds + "\n" + Files.readString(errors);
      } catch (IOException gone) {
        return gone.toString();
      }
    }
  }
}

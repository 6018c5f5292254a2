package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.facestream.deploy.Main;
import org.facestream.deploy.allinone.Endpoints;
import org.facestream.deploy.embedded.EmbeddedServices;
import org.facestream.deploy.embedded.LoopbackPort;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.kafka.KafkaClients;

/** {@code facestream run} as its own process; its events are read from its standard output. */
final class AllInOneProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The same for every process of a test, as with those that `run` has by default. */
  record Ports(int kafka, int database, int http) {
    static Ports free() {
      return new Ports(LoopbackPort.free(), LoopbackPort.free(), LoopbackPort.free());
    }

    List<String> options() {
      return List.of(
          "--kafka-port",
          String.valueOf(kafka),
          "--database-port",
          String.valueOf(database),
          "--http-port",
          String.valueOf(http),
          "--api-port",
          "0");
    }
  }

  private final long started = System.nanoTime();
  private final Path data;
  private final Process process;
  private final List<String> eventIds = new CopyOnWriteArrayList<>();
  private final List<Duration> eventTimes = new CopyOnWriteArrayList<>();
  private final Path errors;

  /** What it prints for people is kept beside its data. */
  AllInOneProcess(Path data, List<String> ports, List<Camera> cameras, String name)
      throws IOException {
    this(data, data.getParent(), ports, cameras, name);
  }

  /**
   * Starts it.
   *
   * @param prints folder for what it prints for people
   */
  AllInOneProcess(Path data, Path prints, List<String> ports, List<Camera> cameras, String name)
      throws IOException {
    this.data = data;
    errors = prints.resolve(name + ".err");
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
        String id = JSON.readTree(line).get("eventId").asText();
        eventTimes.add(Duration.ofNanos(System.nanoTime() - started));
        eventIds.add(id);
      }
    } catch (IOException ended) {
      // A killed process may leave half a line: nobody has seen that event.
      return;
    }
  }

  /** Waits until it has published that many. */
  void awaitEvents(int count) {
    awaitEvents(count, Duration.ofSeconds(150));
  }

  /**
   * Waits until it has published that many.
   *
   * @throws AssertionError that says how far the topics and groups have come and what holds them up
   */
  void awaitEvents(int count, Duration longest) {
    try {
      await()
          .atMost(longest)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> eventIds.size() >= count || !process.isAlive());
    } catch (ConditionTimeoutException none) {
      throw new AssertionError(complaint() + "\n" + state(), none);
    }
    assertTrue(process.isAlive(), this::complaint);
  }

  private String state() {
    return Endpoints.find(data)
        .map(endpoints -> BrokerState.of(endpoints.bootstrapServers()))
        .orElse("its broker is not there");
  }

  Process process() {
    return process;
  }

  List<String> eventIds() {
    return eventIds;
  }

  /** From the start of the process to its n-th event, counted from 1. */
  Duration timeOfEvent(int number) {
    return eventTimes.get(number - 1);
  }

  /** SIGTERM: in an orderly way. */
  void terminate() {
    // Process.destroy would close its output too, to which it still writes.
    process.toHandle().destroy();
  }

  /** As kill -9; returns when it is dead. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Kills it, and fails when it had ended by itself. */
  void killAlive() throws InterruptedException {
    boolean alive = process.isAlive();
    kill();
    assertTrue(alive, () -> "ended before it was killed: " + complaint());
  }

  /** Waits until it ends, and fails unless it ends with code 0. */
  void awaitOrderlyEnd() throws InterruptedException {
    assertTrue(
        process.waitFor(60, TimeUnit.SECONDS), () -> "did not end in a minute: " + complaint());
    assertEquals(0, process.exitValue(), this::complaint);
  }

  /**
   * Returns the ids of its events, what it printed, and the part of its log that explains an end.
   */
  String complaint() {
    return "%s%n%s%n%s".formatted(eventIds, printed(), LogTail.ofData(data));
  }

  /** Returns what it has printed for people. */
  String printed() {
    return LogTail.of(errors);
  }

  /**
   * What topic and database have, which must be the same, after the process has ended.
   *
   * @return ids of all events
   */
  static Set<String> stored(Path data) throws Exception {
    try (EmbeddedServices services = new EmbeddedServices(data, 0, 0)) {
      KafkaClients clients = KafkaClients.of(services.kafka().bootstrapServers(), Map.of());
      EventLedger.compareCrops(clients, services.database());
      return EventLedger.compare(clients, services.database());
    }
  }

  /** PostgreSQL's server on a data folder and the processes that it has started; empty for none. */
  static List<ProcessHandle> postgres(Path data) throws IOException {
    Path pid = EmbeddedServices.databaseFolder(data).resolve("data/postmaster.pid");
    if (!Files.exists(pid)) {
      return List.of();
    }
    long number = Long.parseLong(Files.readAllLines(pid).get(0).strip());
    return ProcessHandle.of(number).stream()
        .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
        .toList();
  }
}

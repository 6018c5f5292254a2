package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.facestream.deploy.allinone.Endpoints;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The all-in-one as a process of its own: killed in the middle, and ended by a signal. */
class KillTest {
  @TempDir Path folder;

  /** On the same ports, as with those that `run` has by default. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noEventIsLostOrDoubledWhenTheProcessIsKilled(boolean withItsDatabase) throws Exception {
    Path data = folder.resolve("data");
    List<String> ports = AllInOneProcess.Ports.free().options();
    try (DemoCameras cameras = DemoCameras.start(0)) {
      AllInOneProcess killed = new AllInOneProcess(data, ports, cameras.cameras(), "killed");
      List<ProcessHandle> postgres = List.of();
      try {
        killed.awaitEvents(4);
        assertTrue(Endpoints.find(data).isPresent());
        postgres = AllInOneProcess.postgres(data);
        assertTrue(postgres.size() > 1, "a server and its processes");
      } finally {
        killed.kill();
        if (withItsDatabase) {
          postgres.forEach(ProcessHandle::destroyForcibly);
        }
      }
      assertTrue(Endpoints.find(data).isEmpty(), "a dead process has no endpoints");

      // The cameras are remembered.
      AllInOneProcess second = new AllInOneProcess(data, ports, List.of(), "second");
      try {
        second.awaitEvents(4);
        second.terminate();
        second.awaitOrderlyEnd();
      } finally {
        second.kill();
      }

      Set<String> seen = new HashSet<>(killed.eventIds());
      seen.addAll(second.eventIds());
      assertTrue(
          AllInOneProcess.stored(data).containsAll(seen), "an event that a reader saw is gone");
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
          .until(() -> starting.printed().contains("Starting broker"));
      Thread.sleep(millis);
      starting.terminate();
      starting.awaitOrderlyEnd();
      assertFalse(starting.printed().contains("facestream: "), starting::complaint);
    } finally {
      starting.kill();
    }
  }

  /** CI keeps the test's output and nothing else. */
  @Test
  void aFailedTestShowsTheLogOfTheProgram() throws Exception {
    Path data = folder.resolve("data");
    // PostgreSQL cannot start below a file.
    Files.createFile(Files.createDirectories(data).resolve("postgres"));
    AllInOneProcess refused =
        new AllInOneProcess(data, List.of("--ephemeral-ports"), List.of(), "refused");
    try {
      AssertionError failure = assertThrows(AssertionError.class, () -> refused.awaitEvents(1));
      assertTrue(failure.getMessage().contains("a file of that name exists"), failure::getMessage);
      assertTrue(failure.getMessage().contains(" INFO  [main] "), failure::getMessage);
    } finally {
      refused.kill();
    }
  }
}

package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.facestream.deploy.Endpoints;
import org.facestream.deploy.simulation.DemoCameras;
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
        second.terminate();
        assertTrue(second.process().waitFor(60, TimeUnit.SECONDS), "did not end");
        assertEquals(0, second.process().exitValue(), second.complaint());
      } finally {
        second.process().destroyForcibly();
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
          .until(() -> starting.complaint().contains("Starting broker"));
      Thread.sleep(millis);
      starting.terminate();
      assertTrue(starting.process().waitFor(60, TimeUnit.SECONDS), "did not end");
      assertEquals(0, starting.process().exitValue(), starting.complaint());
      assertFalse(starting.complaint().contains("facestream: "), starting.complaint());
    } finally {
      starting.process().destroyForcibly();
    }
  }
}

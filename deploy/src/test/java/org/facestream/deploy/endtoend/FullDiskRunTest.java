package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.facestream.deploy.embedded.SmallDisk;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code facestream run} on a disk that is full for some seconds: {@code
 * -Dfacestream.full-disk=30}.
 */
@EnabledIfSystemProperty(
    named = "facestream.full-disk",
    matches = "\\d+",
    disabledReason = "takes minutes: -Dfacestream.full-disk=30")
class FullDiskRunTest {
  private static final int SECONDS = Integer.getInteger("facestream.full-disk", 0);

  @TempDir private Path folder;

  @Test
  void eventsGoOnWhenThereIsRoom() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), 1024);
        DemoCameras cameras = DemoCameras.start(0)) {
      AllInOneProcess running =
          new AllInOneProcess(
              disk.path().resolve("data"),
              folder,
              List.of("--ephemeral-ports"),
              cameras.cameras(),
              "full-disk");
      try {
        running.awaitEvents(4);
        disk.fill();
        // It says so when the broker has stopped, which takes a busy machine its time.
        await()
            .atMost(Duration.ofSeconds(90))
            .untilAsserted(
                () -> assertTrue(running.printed().contains("is full"), running::complaint));
        Thread.sleep(1_000L * SECONDS);
        int before = running.eventIds().size();
        assertTrue(running.process().isAlive(), running::complaint);
        disk.free();
        running.awaitEvents(before + 4);
        assertTrue(running.printed().contains("Kafka goes on"), running::complaint);
        running.terminate();
        running.awaitOrderlyEnd();
      } finally {
        running.kill();
      }
    }
  }
}

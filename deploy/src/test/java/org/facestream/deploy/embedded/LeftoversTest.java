package org.facestream.deploy.embedded;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir private Path folder;

  @Test
  void whatAKilledRunLeftGoesAndNothingElse() throws Exception {
    Path left = Files.createDirectory(folder.resolve("facestream-demo-1"));
    DataFolder.take(left, 0).close();
    long orphan = abandon(left.resolve("postgres"));
    Path mine = Files.createDirectory(folder.resolve("facestream-demo-2"));
    Path strange = Files.createDirectory(folder.resolve("facestream-demo-3"));
    Path another = Files.createDirectory(folder.resolve("another"));
    DataFolder.take(another, 0).close();
    Path running = Files.createDirectory(folder.resolve("facestream-demo-4"));
    try (DataFolder taken = DataFolder.take(running, 0)) {
      Leftovers.sweep(mine, "facestream-demo-");

      assertFalse(Files.exists(left));
      assertFalse(ProcessHandle.of(orphan).map(ProcessHandle::isAlive).orElse(false));
      assertTrue(Files.exists(mine));
      assertTrue(Files.exists(strange), "nobody of ours made it");
      assertTrue(Files.exists(another));
      assertTrue(Files.exists(taken.path()));
    }
  }

  private static long abandon(Path database) throws Exception {
    AbandonedProcess.runAndKill(EmbeddedDatabaseTest.AbandonedDatabase.class, database);
    Path pidFile = database.resolve("data").resolve("postmaster.pid");
    return Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
  }
}

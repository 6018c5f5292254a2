package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogOutputTest {
  private static final int AT_ONCE = 4;

  @Test
  void commandsThatBeginAtOnceShareTheAuditTrail(@TempDir Path folder) throws Exception {
    CyclicBarrier together = new CyclicBarrier(AT_ONCE);
    ExecutorService commands = Executors.newFixedThreadPool(AT_ONCE);
    try {
      for (int round = 0; round < 50; round++) {
        Path trail = folder.resolve("logs " + round).resolve("audit.log");
        List<Future<Void>> begun = new ArrayList<>();
        for (int command = 0; command < AT_ONCE; command++) {
          begun.add(
              commands.submit(
                  () -> {
                    together.await();
                    LogOutput.create(trail);
                    return null;
                  }));
        }
        for (Future<Void> one : begun) {
          one.get();
        }
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(trail)));
      }
    } finally {
      commands.shutdownNow();
    }
  }
}

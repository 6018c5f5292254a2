package org.facestream.deploy.allinone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.facestream.deploy.embedded.DataFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointsTest {
  @TempDir Path folder;

  /** As after kill -9, when the number of the process has become another's: here ours. */
  @Test
  void countOnlyWhileTheFolderIsHeld() throws Exception {
    Endpoints written =
        new Endpoints(
            ProcessHandle.current().pid(),
            "127.0.0.1:1",
            "jdbc:x",
            "user",
            "file",
            "url",
            "api",
            null);
    try (DataFolder held = DataFolder.take(folder, 0)) {
      written.write(held.path());
      assertEquals(Optional.of(written), Endpoints.find(folder));
    }
    assertTrue(Files.exists(folder.resolve("endpoints.json")));
    assertTrue(Endpoints.find(folder).isEmpty(), "nobody holds the folder");
  }
}

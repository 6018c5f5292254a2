package org.facestream.deploy.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir Path folder;

  @Test
  void whatIsMadeIsItsOwnersAloneAndWhatWasThereStaysAsItWas() throws IOException {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "this system has no file permissions");
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-x---"));
    try (DataFolder made = DataFolder.take(shared.resolve("a/b"), 0);
        DataFolder there = DataFolder.take(shared, 0)) {
      assertEquals("rwx------", permissions(made.path()));
      assertEquals("rwxr-x---", permissions(there.path()));
    }
  }

  @Test
  void isHeldUntilItIsGivenBackWhoeverTriesMeanwhile() throws Exception {
    Path data = folder.resolve("data");
    assertFalse(DataFolder.isTaken(data));
    try (DataFolder held = DataFolder.take(data, 0)) {
      assertThrows(UserError.class, () -> DataFolder.take(data, 0));
      assertTrue(DataFolder.isTaken(data));
      // Also for the operating system: neither has opened and closed the file a second time.
      assertFalse(anotherProcessCouldTake(held.path()));
    }
    assertFalse(DataFolder.isTaken(data));
    assertTrue(anotherProcessCouldTake(data));
    DataFolder.take(data, 0).close();
  }

  private static boolean anotherProcessCouldTake(Path data) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Locker.class.getName(),
                data.resolve("facestream.lock").toString())
            .start();
    return process.waitFor() == 0;
  }

  /** Ends with 0 when it got the lock. */
  static final class Locker {
    private Locker() {}

    public static void main(String[] arguments) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        System.exit(lock == null ? 3 : 0);
      }
    }
  }

  @Test
  void aRefusedStartLeavesNoEmptyFolder() throws IOException {
    Path data = folder.resolve("data");
    DataFolder.take(data, 0).abandon();
    assertFalse(Files.exists(data));

    try (DataFolder used = DataFolder.take(data, 0)) {
      Files.createFile(data.resolve("something"));
      used.abandon();
    }
    assertTrue(Files.exists(data.resolve("something")));

    Path there = Files.createDirectory(folder.resolve("there"));
    DataFolder.take(there, 0).abandon();
    assertTrue(Files.isDirectory(there));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}

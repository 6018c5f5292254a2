package org.facestream.deploy.embedded;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A disk of a few hundred megabytes, in memory, where this process may mount one. */
public final class SmallDisk implements AutoCloseable {
  private final Path path;
  private final Path filling;

  /**
   * Mounts it, or skips the test with a word.
   *
   * @param path a folder that is made
   */
  public SmallDisk(Path path, int megabytes) throws IOException {
    this.path = Files.createDirectories(path);
    this.filling = path.resolve("something-else");
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", path.toString()),
        "skipped: a small disk can be mounted only by root, on Linux");
  }

  public Path path() {
    return path;
  }

  /** Something else takes nearly all that is left. */
  public void fill() throws IOException {
    long most = Files.getFileStore(path).getUsableSpace() - (16L << 20);
    assertTrue(most > DiskWatch.LOW, "the disk is too small");
    byte[] megabyte = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(filling)) {
      for (long written = 0; written < most; written += megabyte.length) {
        out.write(megabyte);
      }
    }
  }

  /** It is gone again. */
  public void free() throws IOException {
    Files.delete(filling);
  }

  private static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    assertTrue(run("umount", path.toString()), "is still used");
  }
}

package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/**
 * What this process holds, after a collection of garbage.
 *
 * @param threads of the process, Java's and others
 * @param handles open files and sockets; 0 where the system does not tell
 * @param heapMegabytes live objects
 * @param residentMegabytes memory of the process, Java's heap and all else
 */
record ProcessFigures(int threads, int handles, long heapMegabytes, long residentMegabytes) {
  private static final Path PROCESS = Path.of("/proc/self");

  static ProcessFigures now() {
    System.gc();
    // What finalising closes is closed soon after.
    try {
      Thread.sleep(100);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    System.gc();
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    boolean told = Files.isDirectory(PROCESS.resolve("fd"));
    return new ProcessFigures(
        told
            ? entries(PROCESS.resolve("task"))
            : ManagementFactory.getThreadMXBean().getThreadCount(),
        told ? entries(PROCESS.resolve("fd")) : 0,
        heap.getUsed() >> 20,
        Pointer.physicalBytes() >> 20);
  }

  private static int entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return (int) entries.count();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The bounds leave room for what a broker and a JVM in the same process do. */
  void assertFlatSince(ProcessFigures before) {
    String course = before + " -> " + this;
    assertTrue(threads <= before.threads + 4, course);
    assertTrue(handles <= before.handles + 15, course);
    assertTrue(heapMegabytes <= before.heapMegabytes + 24, course);
    assertTrue(residentMegabytes <= before.residentMegabytes + 64, course);
  }

  @Override
  public String toString() {
    return "%d threads, %d handles, heap %d MB, resident %d MB"
        .formatted(threads, handles, heapMegabytes, residentMegabytes);
  }
}

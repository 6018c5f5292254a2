package org.facestream.deploy.lab.bench.meter;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of this process at a moment: everything that runs in it together, PostgreSQL not.
 *
 * @param resident in memory, native too; null where the system does not tell
 * @param peak the most so far; null where the system does not tell
 * @param heap used of Java's heap, what is not collected yet included
 * @param heapLimit the most that the heap may be
 */
public record Memory(@Nullable Long resident, @Nullable Long peak, long heap, long heapLimit) {
  private static final Path STATUS = Path.of("/proc/self/status");

  public static Memory now() {
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return new Memory(status("VmRSS:"), status("VmHWM:"), heap.getUsed(), heap.getMax());
  }

  private static @Nullable Long status(String key) {
    try {
      List<String> lines = Files.isReadable(STATUS) ? Files.readAllLines(STATUS) : List.of();
      return lines.stream()
          .filter(line -> line.startsWith(key))
          .map(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(null);
    } catch (IOException unreadable) {
      return null;
    }
  }
}

package org.facestream.deploy.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.allinone.Endpoints;
import org.facestream.deploy.embedded.LoopbackPort;

/** Java, memory, processors, disk and the ports of the all-in-one. */
public final class MachineChecks {
  private static final long MEGABYTE = 1 << 20;
  private static final long LEAST_MEMORY = 2048 * MEGABYTE;
  private static final long LEAST_DISK = 2048 * MEGABYTE;

  private MachineChecks() {}

  /**
   * @param data the data folder, there or not
   */
  public static List<Check> all(Path data) {
    List<Check> checks =
        new ArrayList<>(
            List.of(
                Check.of("Java", MachineChecks::java),
                Check.of("processors and memory", MachineChecks::memory),
                Check.of("disk for " + data, () -> disk(data))));
    boolean running = Endpoints.find(data).isPresent();
    checks.add(
        Check.of(
            "ports of the all-in-one",
            () ->
                running
                    ? new Check.Good("in use by a running facestream: " + data)
                    : ports(List.of(19_092, 15_432, 19_090))));
    return checks;
  }

  private static Check.Result java() {
    int version = Runtime.version().feature();
    String text = System.getProperty("java.vm.name") + " " + System.getProperty("java.version");
    return version >= 17
        ? new Check.Good(text)
        : new Check.Bad(text + " is too old: install a JDK 17 or newer");
  }

  private static Check.Result memory() {
    int processors = Runtime.getRuntime().availableProcessors();
    String text = processors + (processors == 1 ? " processor" : " processors");
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      long memory = system.getTotalMemorySize();
      text += String.format(Locale.ROOT, ", %d MB of memory", memory / MEGABYTE);
      if (memory < LEAST_MEMORY) {
        return new Check.Bad(
            text
                + String.format(
                    Locale.ROOT, ": give the machine %d MB or more", LEAST_MEMORY / MEGABYTE));
      }
    }
    return new Check.Good(text);
  }

  private static Check.Result disk(Path data) {
    Path there = data.toAbsolutePath().normalize();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there == null || !Files.isDirectory(there)) {
      return new Check.Bad(
          there + " exists and is not a folder: move it, or choose another with --data DIR");
    }
    if (!Files.isWritable(there)) {
      return new Check.Bad(there + " cannot be written to: choose another folder with --data DIR");
    }
    try {
      long free = Files.getFileStore(there).getUsableSpace();
      String text = String.format(Locale.ROOT, "%d MB free", free / MEGABYTE);
      return free >= LEAST_DISK
          ? new Check.Good(text)
          : new Check.Bad(
              text
                  + String.format(
                      Locale.ROOT, ": at least %d MB should be free", LEAST_DISK / MEGABYTE));
    } catch (IOException unknown) {
      return new Check.Bad("cannot be determined (" + unknown.getMessage() + ")");
    }
  }

  private static Check.Result ports(List<Integer> ports) {
    List<Integer> taken = ports.stream().filter(port -> !LoopbackPort.isFree(port)).toList();
    return taken.isEmpty()
        ? new Check.Good(ports + " are free")
        : new Check.Note(
            taken
                + " taken by another program: give `run` others with --kafka-port, --database-port"
                + " and --http-port, or --ephemeral-ports");
  }
}

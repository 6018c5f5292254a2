package org.facestream.deploy.lab.bench.meter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Processor time that everything on this machine has used, and other machines on the same hardware,
 * as Linux counts it.
 *
 * @param nanos of all cores together
 * @param cores that the machine has
 */
public record MachineTime(long nanos, int cores) {
  private static final Path STAT = Path.of("/proc/stat");

  /**
   * user, nice, system and steal, after the name. Interrupts are left out: those of the network are
   * for whoever sends and receives, which here is mostly ourselves. Guests are in user already.
   */
  private static final int[] USED = {1, 2, 3, 8};

  /** Up to now; empty where the system does not tell. */
  public static Optional<MachineTime> read() {
    try {
      return Files.isReadable(STAT) ? parse(Files.readAllLines(STAT)) : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** From the lines of {@code /proc/stat}. */
  static Optional<MachineTime> parse(List<String> lines) {
    int cores = (int) lines.stream().filter(line -> line.matches("cpu\\d+ .*")).count();
    String[] all = lines.isEmpty() ? new String[0] : lines.get(0).split(" +");
    if (cores == 0 || all.length <= USED[USED.length - 1] || !all[0].equals("cpu")) {
      return Optional.empty();
    }
    long ticks = 0;
    for (int field : USED) {
      ticks += Long.parseLong(all[field]);
    }
    return Optional.of(new MachineTime(ticks * CpuMeter.NANOS_PER_TICK, cores));
  }
}

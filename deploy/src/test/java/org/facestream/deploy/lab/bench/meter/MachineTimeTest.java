package org.facestream.deploy.lab.bench.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the whole machine uses, from the kernel's own count. */
class MachineTimeTest {
  @Test
  void idleWaitingAndInterruptsAreNotUsed() {
    assertEquals(
        Optional.of(new MachineTime((100 + 20 + 30 + 5) * 10_000_000L, 2)),
        MachineTime.parse(
            List.of(
                "cpu  100 20 30 4000 500 60 70 5 90 1",
                "cpu0 50 10 15 2000 250 30 35 3 45 0",
                "cpu1 50 10 15 2000 250 30 35 2 45 1",
                "intr 12345",
                "ctxt 99")));
    assertEquals(Optional.empty(), MachineTime.parse(List.of()));
    assertEquals(Optional.empty(), MachineTime.parse(List.of("cpu0 1 2 3 4 5 6 7 8")));
    assertEquals(Optional.empty(), MachineTime.parse(List.of("cpu  1 2", "cpu0 1 2")));
  }

  @Test
  void anotherProcessThatKeepsACoreBusyShows() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/stat")), "needs Linux");
    Process busy = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
    try {
      long ours = CpuMeter.nanos(ProcessHandle.current());
      long theirs = CpuMeter.nanos(busy.toHandle());
      Optional<MachineTime> begin = MachineTime.read();
      TimeUnit.SECONDS.sleep(2);
      Optional<MachineTime> end = MachineTime.read();
      double used = (CpuMeter.nanos(busy.toHandle()) - theirs) / 1e9;
      double own = (CpuMeter.nanos(ProcessHandle.current()) - ours) / 1e9;
      double others = OtherProcesses.of(begin, end, 1, own, false).orElseThrow().cores();
      // However little of a core it got on a busy machine; ticks are rounded.
      assertTrue(used > 0, "it ran");
      assertTrue(others >= 0.7 * used - 0.05, others + " s, of which it alone used " + used);
    } finally {
      busy.destroyForcibly().waitFor();
    }
  }
}

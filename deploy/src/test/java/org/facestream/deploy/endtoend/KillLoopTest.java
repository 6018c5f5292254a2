package org.facestream.deploy.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The all-in-one with three cameras, killed again and again at random moments: while it works, with
 * its PostgreSQL, and while it starts, the very first time too. After each kill there are events
 * again, and at the end none is missing or double.
 */
@Tag("long")
class KillLoopTest {
  private static final int KILLS = Integer.getInteger("facestream.kills", 10);
  private static final Duration LONGEST = Duration.ofSeconds(90);
  private static final int EVENTS = 3;

  private enum Kill {
    AT_WORK,
    WITH_POSTGRESQL,
    AT_THE_START
  }

  @TempDir Path folder;

  @Test
  void eventsFlowAgainAfterEveryKill() throws Exception {
    long seed = Long.getLong("facestream.seed", 7);
    Random random = new Random(seed);
    System.out.printf(Locale.ROOT, "%d kills, seed %d (-Dfacestream.seed)%n", KILLS, seed);
    Path data = folder.resolve("data");
    AllInOneProcess.Ports ports = AllInOneProcess.Ports.free();
    Set<String> seen = new HashSet<>();
    List<Duration> first = new ArrayList<>();
    List<Duration> third = new ArrayList<>();
    try (DemoCameras cameras = DemoCameras.start(0)) {
      // The very first start is killed too, before anything is whole.
      AllInOneProcess running =
          new AllInOneProcess(data, ports.options(), cameras.cameras(), "first");
      end(running, data, true, 500 + random.nextInt(4_000));
      running = new AllInOneProcess(data, ports.options(), cameras.cameras(), "round-0");
      try {
        running.awaitEvents(EVENTS, LONGEST);
        for (int round = 1; round <= KILLS; round++) {
          Kill kill = Kill.values()[round % Kill.values().length];
          if (kill == Kill.AT_THE_START) {
            end(running, data, false, random.nextInt(2_000));
            seen.addAll(running.eventIds());
            running = new AllInOneProcess(data, ports.options(), List.of(), "start-" + round);
            end(running, data, random.nextBoolean(), random.nextInt(9_000));
          } else {
            end(running, data, kill == Kill.WITH_POSTGRESQL, random.nextInt(4_000));
          }
          seen.addAll(running.eventIds());
          running = new AllInOneProcess(data, ports.options(), List.of(), "round-" + round);
          running.awaitEvents(EVENTS, LONGEST);
          first.add(running.timeOfEvent(1));
          third.add(running.timeOfEvent(EVENTS));
          System.out.printf(
              Locale.ROOT,
              "kill %d, %s: first event after %d ms, third after %d ms%n",
              round,
              kill,
              running.timeOfEvent(1).toMillis(),
              running.timeOfEvent(EVENTS).toMillis());
        }
        running.terminate();
        running.awaitOrderlyEnd();
        seen.addAll(running.eventIds());
      } finally {
        AllInOneProcess.postgres(data).forEach(ProcessHandle::destroyForcibly);
        running.kill();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d kills: first event median %d ms, worst %d ms; third median %d ms, worst %d ms%n",
        KILLS,
        median(first),
        worst(first),
        median(third),
        worst(third));
    assertTrue(
        AllInOneProcess.stored(data).containsAll(seen), "an event that a reader saw is gone");
  }

  private static void end(
      AllInOneProcess running, Path data, boolean withPostgres, long afterMillis) throws Exception {
    Thread.sleep(afterMillis);
    List<ProcessHandle> postgres =
        withPostgres ? AllInOneProcess.postgres(data) : List.<ProcessHandle>of();
    running.killAlive();
    postgres.forEach(ProcessHandle::destroyForcibly);
  }

  private static long median(List<Duration> times) {
    return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow().toMillis();
  }

  private static long worst(List<Duration> times) {
    return times.stream().max(Duration::compareTo).orElseThrow().toMillis();
  }
}

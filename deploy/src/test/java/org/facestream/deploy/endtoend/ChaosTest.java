package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every 20 s something breaks, for four minutes ({@code -Dfacestream.chaos-seconds=240}), in an
 * order by chance ({@code -Dfacestream.chaos-seed=...}, printed). In the end everything is back by
 * itself, and every event is there once. Where this process may mount no small disk, none is
 * filled.
 */
@Tag("long")
class ChaosTest {
  private static final Duration BETWEEN = Duration.ofSeconds(20);
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("facestream.chaos-seconds", 240));
  private static final long SEED = Long.getLong("facestream.chaos-seed", 7);

  /** On a busy machine a stage takes a minute to start. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir Path folder;

  /** What breaks. */
  private enum Fault {
    KILL_INGEST,
    KILL_DETECTOR,
    KILL_RECOGNIZER,
    KILL_SINK,
    STOP_BROKER,
    KILL_DATABASE,
    CUT_CAMERA,
    FILL_DISK,
    JUMP_CLOCK
  }

  private final Random random = new Random(SEED);

  @Test
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void everythingComesBackAndEveryEventIsThereOnce() throws Exception {
    System.out.println(
        "chaos: -Dfacestream.chaos-seed=" + SEED + " for " + LENGTH.toSeconds() + " s");
    try (ChaosSite site = new ChaosSite(folder)) {
      awaited(
          site, "the first events", () -> assertTrue(Stored.events(site.clients()).size() >= 3));
      int faults = wreak(site);
      Instant healed = Instant.now();
      awaited(site, "ready stages", () -> assertEquals(Set.of("ready"), answers(site)));
      awaited(site, "live cameras", () -> assertEquals(Set.copyOf(site.cameras()), live(site)));
      awaited(
          site,
          "new events of every camera",
          () -> assertEquals(Set.copyOf(site.cameras()), seenSince(site, healed)));
      System.out.printf(
          "chaos: after %d faults every camera gave events again within %d s%n",
          faults, Duration.between(healed, Instant.now()).toSeconds());
      site.stages().stop(StageKind.ingest);
      awaited(
          site,
          "the end of all tracks, the same in topic and database",
          () -> {
            List<IdentityEvent> open = open(Stored.events(site.clients()));
            assertTrue(open.isEmpty(), open::toString);
            EventLedger.compare(site.clients(), site.database());
          });
      awaited(
          site,
          "end of all transactions",
          () -> {
            try (Admin admin = site.clients().admin()) {
              assertEquals("", BrokerState.openTransactions(admin));
            }
          });
      System.out.printf(
          "chaos: %d events, each once in topic and database%n",
          EventLedger.compare(site.clients(), site.database()).size());
      assertEquals(List.of(), site.stages().ownEnds(), () -> site.stages().said());
    }
  }

  /** Each kind of fault as often as the others, in an order by chance. */
  private int wreak(ChaosSite site) throws Exception {
    List<Fault> left = new ArrayList<>();
    int faults = 0;
    Instant end = Instant.now().plus(LENGTH);
    Instant next = Instant.now();
    while (next.isBefore(end)) {
      Thread.sleep(Math.max(0, Duration.between(Instant.now(), next).toMillis()));
      if (left.isEmpty()) {
        left.addAll(Arrays.asList(Fault.values()));
        if (!site.hasSmallDisk()) {
          left.remove(Fault.FILL_DISK);
        }
        Collections.shuffle(left, random);
      }
      Fault fault = left.remove(left.size() - 1);
      System.out.printf("chaos: %s at %s%n", fault, Instant.now());
      wreak(site, fault);
      faults++;
      next = next.plus(BETWEEN);
    }
    return faults;
  }

  private void wreak(ChaosSite site, Fault fault) throws Exception {
    switch (fault) {
      case KILL_INGEST -> site.stages().kill(StageKind.ingest);
      case KILL_DETECTOR -> site.stages().kill(StageKind.detector);
      case KILL_RECOGNIZER -> site.stages().kill(StageKind.recognizer);
      case KILL_SINK -> site.stages().kill(StageKind.sink);
      case STOP_BROKER -> site.servers().stopBroker(Duration.ofSeconds(5));
      case KILL_DATABASE -> site.servers().killDatabase(Duration.ZERO);
      case CUT_CAMERA -> site.cutCamera(anyCamera(site), Duration.ofSeconds(5));
      case FILL_DISK -> site.fillDisk(Duration.ofSeconds(8));
      case JUMP_CLOCK ->
          site.setClock(anyCamera(site), Duration.ofSeconds(random.nextInt(7_200) - 3_600));
    }
  }

  private String anyCamera(ChaosSite site) {
    return site.cameras().get(random.nextInt(site.cameras().size()));
  }

  private static Set<String> answers(ChaosSite site) {
    return new HashSet<>(site.stages().readiness().values());
  }

  private static Set<String> live(ChaosSite site) {
    Instant fresh = Instant.now().minusSeconds(20);
    return new CameraRegistry(site.clients())
        .reports().values().stream()
            .filter(report -> report.state() == CameraState.LIVE && report.at().isAfter(fresh))
            .map(CameraReport::camera)
            .collect(Collectors.toSet());
  }

  private static Set<String> seenSince(ChaosSite site, Instant since) throws Exception {
    return Stored.events(site.clients()).stream()
        .filter(event -> event.captureTime().isAfter(since))
        .map(IdentityEvent::camera)
        .collect(Collectors.toSet());
  }

  /** The last events of tracks that have not ended. */
  private static List<IdentityEvent> open(List<IdentityEvent> events) {
    Map<String, IdentityEvent> last =
        events.stream()
            .collect(
                Collectors.toMap(
                    IdentityEvent::track,
                    event -> event,
                    (one, other) -> one.revision() > other.revision() ? one : other));
    return last.values().stream()
        .filter(event -> event.type() != IdentityEvent.Type.ended)
        .toList();
  }

  /** Waits, and says why it was in vain. */
  private static void awaited(ChaosSite site, String what, ThrowingRunnable assertion) {
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .ignoreExceptions()
          .untilAsserted(assertion::run);
    } catch (ConditionTimeoutException inVain) {
      throw new AssertionError(
          "no %s (seed %d): %s%n%s".formatted(what, SEED, inVain.getMessage(), site.state()),
          inVain);
    }
  }
}

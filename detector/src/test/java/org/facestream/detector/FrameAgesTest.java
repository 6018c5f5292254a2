package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clocks that differ are told, and are told from overload. */
class FrameAgesTest {
  private static final Instant START = Instant.parse("2026-11-22T04:30:00Z");

  private long nanos;
  private final Telemetry telemetry = new Telemetry();
  private final FrameAges ages = new FrameAges(Duration.ofSeconds(2), telemetry, () -> nanos);
  private Instant now = START;

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void aClockThatIsAheadIsToldOnceAndShownAllTheTime() {
    List<String> told = seconds(30, "door", 31_400);
    assertEquals(1, told.size(), told.toString());
    assertTrue(told.get(0).contains("'door' is 31.4 s old"), told.get(0));
    assertTrue(told.get(0).contains("this machine's clock is ahead"), told.get(0));
    assertEquals(31.4, gauge("door").value(), 1e-9);
    // It is still so after a while.
    assertEquals(1, seconds(620, "door", 31_400).size());
  }

  @Test
  void aClockThatIsBehindIsTold() {
    List<String> told = seconds(15, "door", -700);
    assertEquals(1, told.size(), told.toString());
    assertTrue(told.get(0).contains("'door' is -0.7 s old"), told.get(0));
    assertTrue(told.get(0).contains("this machine's clock is behind"), told.get(0));
    assertEquals(-.7, gauge("door").value(), 1e-9);
  }

  @Test
  void oneFreshFrameOrClocksThatAgreeAreNoReason() {
    for (int turn = 0; turn < 300; turn++) {
      // A turn that took long: most of its frames have waited, the newest has not.
      for (int waited = 4_000; waited > 0; waited -= 200) {
        ages.took("door", now.minusMillis(waited), now);
      }
      ages.took("yard", now.plusMillis(400), now);
      now = now.plusMillis(200);
      assertTrue(ages.turn(now).isEmpty());
    }
    assertEquals(.2, gauge("door").value(), 1e-9);
    assertEquals(-.4, gauge("yard").value(), 1e-9);
  }

  @Test
  void whoIsBehindSeesOldFramesWhateverTheClocks() {
    ages.waiting(300);
    assertEquals(List.of(), seconds(30, "door", 31_400));
    assertNull(gauge("door"));
    ages.waiting(0);
    assertEquals(1, seconds(30, "door", 31_400).size());
  }

  @Test
  void aClockThatIsSetBackBeginsAnew() {
    seconds(9, "door", 31_400);
    now = now.minusSeconds(31);
    assertEquals(List.of(), seconds(30, "door", 400));
    assertEquals(.4, gauge("door").value(), 1e-9);
  }

  @Test
  void aCameraThatIsGoneIsShownNoMoreAndNoneOfAClosedOne() {
    seconds(15, "door", 100);
    seconds(30, "yard", 100);
    assertNull(gauge("door"));
    assertEquals(.1, gauge("yard").value(), 1e-9);
    nanos = Duration.ofSeconds(61).toNanos();
    assertTrue(Double.isNaN(gauge("yard").value()), "no frame came for a minute");
    ages.close();
    assertNull(gauge("yard"));
  }

  /** Five frames a second of that age. */
  private List<String> seconds(int seconds, String camera, int ageMillis) {
    List<String> told = new ArrayList<>();
    for (int frame = 0; frame < 5 * seconds; frame++) {
      ages.took(camera, now.minusMillis(ageMillis), now);
      ages.turn(now).ifPresent(told::add);
      now = now.plusMillis(200);
    }
    return told;
  }

  private Gauge gauge(String camera) {
    return telemetry
        .registry()
        .find("facestream.frame.age")
        .tags("stage", "detector", "camera", camera)
        .gauge();
  }
}

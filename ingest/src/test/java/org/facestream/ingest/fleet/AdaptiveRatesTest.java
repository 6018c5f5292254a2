package org.facestream.ingest.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.frame.Load;
import org.junit.jupiter.api.Test;

class AdaptiveRatesTest {
  private static final Map<String, Double> WANTED = Map.of("busy", 5.0, "empty", 5.0, "yard", 10.0);

  private final AdaptiveRates rates = new AdaptiveRates(1);

  /** Nanoseconds from anywhere: they may wrap. */
  private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

  @Test
  void withoutReportsEveryCameraSendsWhatItShould() {
    assertEquals(WANTED, rates.step(WANTED, now));
  }

  @Test
  void camerasWithoutFacesGiveWayFirstAndThoseWithFacesWhenAllAreAtTheFloor() {
    Map<String, Double> first = overload(.8);
    assertEquals(5, first.get("busy"));
    assertEquals(4, first.get("empty"), 1e-9);
    assertEquals(8, first.get("yard"), 1e-9);

    Map<String, Double> last = first;
    for (int i = 0; i < 11 && last.get("busy") == 5; i++) {
      last = overload(.8);
    }
    assertTrue(last.get("busy") < 5, last::toString);
    assertEquals(1, last.get("empty"));
    assertEquals(1, last.get("yard"));
    for (int i = 0; i < 20; i++) {
      last = overload(.1);
    }
    assertEquals(Map.of("busy", 1.0, "empty", 1.0, "yard", 1.0), last);
  }

  @Test
  void aReportIsAnsweredOnce() {
    overload(.8);
    Map<String, Double> after = rates.step(WANTED, now + TimeUnit.SECONDS.toNanos(2));
    assertEquals(4.8, after.get("empty"), 1e-9);
  }

  @Test
  void allComeBackAndThoseWithFacesFirst() {
    for (int i = 0; i < 30; i++) {
      overload(.3);
    }
    // Keeping up again, and still told who has faces.
    rates.take(new Load("busy", 1, true), now);
    Map<String, Double> one = rates.step(WANTED, now);
    assertEquals(1.2, one.get("busy"), 1e-9);
    assertEquals(1, one.get("empty"));
    Map<String, Double> last = one;
    for (int i = 0; i < 40; i++) {
      now = now + TimeUnit.SECONDS.toNanos(2);
      last = rates.step(WANTED, now);
    }
    assertEquals(WANTED, last);
  }

  @Test
  void aCameraThatLeavesIsForgottenAndAReportThatIsOldCountsForNothing() {
    overload(.5);
    assertEquals(
        Map.of("busy", 5.0), rates.step(Map.of("busy", 5.0), now + TimeUnit.SECONDS.toNanos(60)));
    assertEquals(WANTED, rates.step(WANTED, now + TimeUnit.SECONDS.toNanos(62)));
  }

  private Map<String, Double> overload(double handled) {
    now = now + TimeUnit.SECONDS.toNanos(2);
    rates.take(new Load("busy", handled, true), now);
    rates.take(new Load("empty", handled, false), now);
    rates.take(new Load("yard", handled, false), now);
    return rates.step(WANTED, now);
  }
}

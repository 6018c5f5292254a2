package org.facestream.ingest.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void doublesWithJitterUpToTheCapAndNeverBeyond() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3));
    for (int failure = 0; failure < 200; failure++) {
      long full = Math.min(3000, 100L << Math.min(failure, 20));
      long wait = backoff.next().toMillis();
      assertTrue(wait >= full / 2 && wait <= full, failure + ": " + wait);
    }
    assertEquals(200, backoff.failures());
    backoff.reset();
    assertTrue(backoff.next().toMillis() <= 100);
  }

  @Test
  void manyWaitersDoNotReturnTogether() {
    Set<Long> waits = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      waits.add(new Backoff(Duration.ofSeconds(10), Duration.ofSeconds(10)).next().toMillis());
    }
    assertTrue(waits.size() > 25, waits.toString());
  }
}

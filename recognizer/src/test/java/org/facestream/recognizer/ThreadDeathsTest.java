package org.facestream.recognizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadDeathsTest {
  private final ThreadDeaths deaths = new ThreadDeaths();
  private long now = System.nanoTime();

  private Duration death(Throwable why) {
    Duration pause = deaths.pause(why, now);
    now += pause.toNanos();
    return pause;
  }

  @Test
  void pausesGrowAndInTheEndAThreadIsNotReplaced() {
    Duration first = death(new StreamsException("cannot"));
    assertTrue(first.toMillis() <= 200, first::toString);
    for (int i = 2; i < ThreadDeaths.MOST; i++) {
      death(new StreamsException("cannot"));
      assertEquals(Optional.empty(), deaths.failure());
    }
    Duration last = death(new StreamsException("cannot"));
    assertTrue(last.toSeconds() >= 15 && last.toSeconds() <= 30, last::toString);
    assertTrue(
        deaths
            .failure()
            .orElse("none")
            .startsWith("threads of Kafka Streams died 15 times in a row"),
        deaths.failure()::toString);
  }

  @Test
  void aBrokerThatIsAwayIsWaitedForHoweverLong() {
    for (int i = 0; i < 3 * ThreadDeaths.MOST; i++) {
      death(new StreamsException("no answer", new TimeoutException("5 minutes")));
    }
    assertEquals(Optional.empty(), deaths.failure());
  }

  @Test
  void oneThatWentOnForAWhileBeginsAnew() {
    for (int i = 0; i < 3 * ThreadDeaths.MOST; i++) {
      Duration pause = death(new StreamsException("cannot"));
      assertTrue(pause.toMillis() <= 200, pause::toString);
      now += Duration.ofMinutes(3).toNanos();
    }
    assertEquals(Optional.empty(), deaths.failure());
  }

  @Test
  void anErrorIsTheEndAtOnce() {
    death(new OutOfMemoryError("heap"));
    assertEquals(
        "a thread of Kafka Streams died: java.lang.OutOfMemoryError: heap",
        deaths.failure().orElse("none"));
  }
}

package org.facestream.sink.api.live;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Problem;

/** Bounds how many streams there are at once, of all callers and of one. Thread-safe. */
final class StreamPlaces {
  private static final Duration LATER = Duration.ofSeconds(10);

  private final int most;
  private final int mostPerCaller;
  private final Map<String, Integer> taken = new HashMap<>();
  private int all;

  StreamPlaces(int most, int mostPerCaller) {
    this.most = most;
    this.mostPerCaller = mostPerCaller;
  }

  /**
   * Takes a place, which the caller gives back.
   *
   * @throws Problem when there is none
   */
  synchronized void take(Caller caller) {
    int own = taken.getOrDefault(key(caller), 0);
    if (own >= mostPerCaller) {
      throw Problem.tooMany(
          "You have %s streams already (api.streams-per-caller); close one.".formatted(own), LATER);
    }
    if (all >= most) {
      throw Problem.tooMany("There are %s streams already (api.streams).".formatted(all), LATER);
    }
    all++;
    taken.put(key(caller), own + 1);
  }

  /** Gives a place back. */
  synchronized void giveBack(Caller caller) {
    all--;
    taken.computeIfPresent(key(caller), (same, own) -> own == 1 ? null : own - 1);
  }

  /** How many streams there are. */
  synchronized int taken() {
    return all;
  }

  private static String key(Caller caller) {
    return caller.kind() + " " + caller.id();
  }
}

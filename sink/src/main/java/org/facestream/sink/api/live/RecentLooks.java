package org.facestream.sink.api.live;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.facestream.sink.api.http.Caller;

/**
 * Who looked at which camera a moment ago: whoever watches a camera asks for its picture several
 * times a second, and the trail would have nothing else. Thread-safe.
 */
final class RecentLooks {
  private static final int MOST = 10_000;

  private final long nanos;

  /** Of a caller and a camera, when the trail had an entry. The oldest are forgotten. */
  private final Map<String, Long> taken =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param one how long looks count as one
   */
  RecentLooks(Duration one) {
    this.nanos = one.toNanos();
  }

  /**
   * Takes a look down, unless it was taken down a moment ago.
   *
   * @param trail takes it down; what it throws is thrown, and the look is not taken down
   */
  void take(Caller caller, String camera, Runnable trail) {
    String key = caller.kind() + " " + caller.id() + " " + camera;
    if (isDue(key)) {
      trail.run();
      put(key);
    }
  }

  private synchronized boolean isDue(String key) {
    Long before = taken.get(key);
    return before == null || System.nanoTime() - before > nanos;
  }

  private synchronized void put(String key) {
    taken.remove(key);
    taken.put(key, System.nanoTime());
  }
}

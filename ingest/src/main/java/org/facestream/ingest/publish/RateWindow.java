package org.facestream.ingest.publish;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Growth of counters per second, over the last five seconds. One thread uses it. */
public final class RateWindow {
  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int STEPS = 5;

  private record Sample(long time, double[] counts) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Samples the counters; call it more often than once per second. */
  public void sample(long nanos, double... counts) {
    if (samples.isEmpty() || nanos - samples.getLast().time() >= STEP_NANOS) {
      samples.add(new Sample(nanos, counts));
      if (samples.size() > STEPS + 1) {
        samples.remove();
      }
    }
  }

  /** Growth of one of the counters per second, up to the last sample; null when not yet known. */
  public @Nullable Double perSecond(int counter) {
    if (samples.size() < 2) {
      return null;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double grown = last.counts()[counter] - first.counts()[counter];
    return grown * 1e9 / (last.time() - first.time());
  }
}

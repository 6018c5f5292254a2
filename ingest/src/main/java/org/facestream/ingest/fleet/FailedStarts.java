package org.facestream.ingest.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.Backoff;

/** Cameras that this worker could not start, and when to retry each. One thread uses it. */
final class FailedStarts {
  private record Failed(Camera camera, Backoff backoff, long due) {}

  private final Duration first;
  private final Duration cap;
  private final Map<String, Failed> failed = new HashMap<>();

  /**
   * @param first pause, which doubles
   * @param cap the longest pause
   */
  FailedStarts(Duration first, Duration cap) {
    this.first = first;
    this.cap = cap;
  }

  /**
   * A start failed.
   *
   * @param now {@link System#nanoTime}
   * @return how long the pause is
   */
  Duration add(Camera camera, long now) {
    Failed before = failed.get(camera.id());
    Backoff backoff = before == null ? new Backoff(first, cap) : before.backoff();
    Duration pause = backoff.next();
    failed.put(camera.id(), new Failed(camera, backoff, now + pause.toNanos()));
    return pause;
  }

  /** The camera was started or removed. */
  void forget(String id) {
    failed.remove(id);
  }

  boolean has(String id) {
    return failed.containsKey(id);
  }

  List<String> ids() {
    return List.copyOf(failed.keySet());
  }

  /** Cameras to retry now. */
  List<Camera> due(long now) {
    return failed.values().stream()
        .filter(each -> now - each.due() >= 0)
        .map(Failed::camera)
        .toList();
  }
}

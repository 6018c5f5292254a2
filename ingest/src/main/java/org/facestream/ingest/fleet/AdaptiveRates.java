package org.facestream.ingest.fleet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.facestream.ingest.frame.Load;

/**
 * How many frames per second each camera of a worker may send while the detectors cannot keep up.
 * What would be dropped there anyway need not be decoded, encoded and sent.
 *
 * <p>Cameras without faces give way first, down to a floor; only when all of them are there do
 * those with faces. When nothing was reported for some seconds, those with faces come back first. A
 * camera of which nothing is known has no faces. For one thread.
 */
final class AdaptiveRates {
  /** A report tells about now for so long. */
  private static final long FRESH = TimeUnit.SECONDS.toNanos(5);

  /** Less than this share handled is a detector that lags. */
  private static final double KEEPS_UP = .97;

  /** Never less than this share of the rate before, for the reports are a few seconds late. */
  private static final double MOST_CUT = .6;

  private static final double RAISE = 1.2;

  private final double floor;
  private final Map<String, Double> limits = new HashMap<>();
  private final Map<String, Report> reports = new HashMap<>();

  private record Report(Load load, long when) {}

  /**
   * @param floor frames per second that every camera keeps
   */
  AdaptiveRates(double floor) {
    this.floor = floor;
  }

  /**
   * Takes a report.
   *
   * @param when by {@link System#nanoTime}: a clock that is set back must not make old news new
   */
  void take(Load load, long when) {
    reports.put(load.camera(), new Report(load, when));
  }

  /**
   * One step, every few seconds.
   *
   * @param wanted frames per second by camera, of the cameras that run here
   * @param now by {@link System#nanoTime}
   * @return frames per second that each may send now
   */
  Map<String, Double> step(Map<String, Double> wanted, long now) {
    limits.keySet().retainAll(wanted.keySet());
    reports.values().removeIf(report -> now - report.when() > FRESH);
    wanted.forEach((camera, fps) -> limits.merge(camera, fps, Math::min));
    List<Double> handled =
        wanted.keySet().stream()
            .map(reports::get)
            .filter(report -> report != null && report.load().handled() < KEEPS_UP)
            .map(report -> report.load().handled())
            .toList();
    if (handled.isEmpty()) {
      if (!raise(wanted, this::hasFaces)) {
        raise(wanted, camera -> true);
      }
    } else {
      double share = handled.stream().mapToDouble(each -> each).average().orElseThrow();
      double factor = Math.max(MOST_CUT, share);
      if (!cut(wanted, factor, camera -> !hasFaces(camera))) {
        cut(wanted, factor, camera -> true);
      }
      // What was answered is not answered twice.
      reports.replaceAll(
          (camera, report) ->
              new Report(new Load(camera, 1, report.load().faces()), report.when()));
    }
    return Map.copyOf(limits);
  }

  private boolean hasFaces(String camera) {
    Report report = reports.get(camera);
    return report != null && report.load().faces();
  }

  private boolean cut(Map<String, Double> wanted, double factor, Predicate<String> which) {
    boolean any = false;
    for (String camera : wanted.keySet()) {
      double limit = limits.get(camera);
      double least = Math.min(floor, wanted.get(camera));
      if (which.test(camera) && limit > least) {
        limits.put(camera, Math.max(least, limit * factor));
        any = true;
      }
    }
    return any;
  }

  private boolean raise(Map<String, Double> wanted, Predicate<String> which) {
    boolean any = false;
    for (String camera : wanted.keySet()) {
      if (which.test(camera) && limits.get(camera) < wanted.get(camera)) {
        limits.merge(camera, wanted.get(camera), (limit, full) -> Math.min(full, limit * RAISE));
        any = true;
      }
    }
    return any;
  }
}

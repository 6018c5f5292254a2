package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.ingest.registry.Camera;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * More cameras than this machine decodes, how many depends on it, so it runs only when told: {@code
 * -Dfacestream.overload-cameras=136}. Prints what comes through, and how old it is.
 */
@EnabledIfSystemProperty(named = "facestream.overload-cameras", matches = "\\d+")
class GrossOverloadTest {
  private static final int SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void eachCameraGivesSomeAndThoseAreFresh() throws Exception {
    int count = Integer.getInteger("facestream.overload-cameras");
    try (LoadCameras simulated = LoadCameras.start(0, new LoadCameras.Load(1280, 720, 5, 5, 1));
        IngestSite site = new IngestSite(folder, Map.of())) {
      List<Camera> cameras = simulated.cameras(count);
      site.registry().apply(cameras, false);
      Thread.sleep(30_000);
      Map<String, Double> before = losses(site, cameras);
      Instant begun = Instant.now();
      Thread.sleep(SECONDS * 1_000L);
      Instant ended = Instant.now();
      Map<String, Double> lost = losses(site, cameras);
      lost.replaceAll((reason, number) -> number - before.getOrDefault(reason, 0.0));
      List<Observations.Seen> frames = site.observations().arrivals(begun, ended);
      Map<String, Long> each =
          frames.stream()
              .collect(
                  Collectors.groupingBy(
                      Observations.Seen::camera, TreeMap::new, Collectors.counting()));
      List<Long> ages = frames.stream().map(Observations.Seen::ageMillis).sorted().toList();
      double seconds = Duration.between(begun, ended).toMillis() / 1e3;
      System.out.printf(
          Locale.ROOT,
          "overload: %d cameras at 5 fps; %.2f frames a second, %.3f of each camera; %d cameras gave"
              + " any, the fewest %d in %.0f s; age when read from Kafka p50 %d p99 %d most %d ms;"
              + " lost %s, not sent by cameras %d%n",
          count,
          frames.size() / seconds,
          frames.size() / seconds / count,
          each.size(),
          each.size() < count ? 0 : each.values().stream().min(Long::compare).orElse(0L),
          seconds,
          at(ages, .5),
          at(ages, .99),
          at(ages, 1),
          lost,
          simulated.unsent());
      // The broker shares the machine, and takes not all that ingest gives.
      assertTrue(each.size() >= 0.9 * count, "only " + each.keySet());
      assertTrue(at(ages, .5) < 2_000, "half of the frames are older than " + at(ages, .5));
    }
  }

  private static Map<String, Double> losses(IngestSite site, List<Camera> cameras) {
    Map<String, Double> losses = new TreeMap<>();
    for (Camera camera : cameras) {
      site
          .telemetry()
          .registry()
          .find("facestream.dropped")
          .tag("camera", camera.id())
          .counters()
          .stream()
          .filter(counter -> counter.count() > 0)
          .forEach(
              counter ->
                  losses.merge(counter.getId().getTag("reason"), counter.count(), Double::sum));
    }
    return losses;
  }

  private static long at(List<Long> sorted, double share) {
    return sorted.isEmpty()
        ? -1
        : sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size()));
  }
}

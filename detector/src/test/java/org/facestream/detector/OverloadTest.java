package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.awaitility.Awaitility;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More frames than a detector can handle: every camera gets its share, the rest is counted. */
class OverloadTest {
  private static final List<String> CAMERAS =
      IntStream.range(0, 8).mapToObj(camera -> "camera-" + camera).toList();

  /** On a busy machine all that waits would be too old before there is a choice; 2 is usual. */
  private static final Duration MAX_AGE =
      Duration.ofSeconds(Integer.getInteger("facestream.overload-max-age", 60));

  /** As with the usual maximum age: in a longer turn all might be looked at. */
  private static final Duration TURN = Duration.ofMillis(500);

  @TempDir Path folder;

  @Test
  void everyCameraIsServedAndWhatIsLeftOutIsCounted() throws Exception {
    byte[] jpeg = picture();
    try (TestBroker kafka = new TestBroker(folder);
        Telemetry telemetry = new Telemetry()) {
      DetectorWorker worker =
          new DetectorWorker(
              kafka,
              Map.of(
                  // Ten times the work of the default.
                  "detector.min-face-size",
                  "12",
                  "detector.max-age",
                  MAX_AGE.toMillis() + "ms",
                  "detector.turn",
                  TURN.toMillis() + "ms"));
      KafkaClients clients = worker.clients();
      try (Producer<String, byte[]> producer = clients.producer(Map.of());
          DetectorStage detector = worker.start(telemetry)) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> detector.health().ready());
        int sent =
            send(
                producer, clients.name(FrameTopic.TOPIC), jpeg, () -> everyCameraServed(telemetry));
        // A backlog that is worked off instead of dropped is late, or does not end in time.
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .until(() -> handledAndLeftOut(telemetry) == sent);

        HistogramSnapshot ages = telemetry.chosenAge("detector").takeSnapshot();
        System.out.printf(
            "scenario 11: %d frames sent, %.0f overtaken, %d looked at, %.0f ms old when chosen on"
                + " average, p99 at most %.0f ms, the oldest %.0f ms (max-age %d ms)%n",
            sent,
            overtaken(telemetry),
            ages.count(),
            ages.mean(TimeUnit.MILLISECONDS),
            atMost(ages, .99),
            ages.max(TimeUnit.MILLISECONDS),
            MAX_AGE.toMillis());
        // Whatever waits for a turn is chosen or dropped in it, so nothing is older than a turn and
        // the one before it. How long those take is this machine's matter: the first, which does
        // not know yet how long a frame takes, chooses up to 18 frames of this size. All that was
        // sent would take as long as 500 frames.
        double frameMillis = mtcnn(telemetry).totalTime(TimeUnit.MILLISECONDS) / ages.count();
        double allowed = 1_000 + 2 * TURN.toMillis() + 40 * frameMillis;
        double oldest =
            CAMERAS.stream()
                .map(camera -> telemetry.sinceCapture("detector", camera))
                .mapToDouble(timer -> timer.max(TimeUnit.MILLISECONDS))
                .max()
                .orElseThrow();
        String bound =
            "the oldest result came %.0f ms after its capture, %.0f are allowed at %.0f ms a frame"
                .formatted(oldest, allowed, frameMillis);
        System.out.println("scenario 11: " + bound);
        assertTrue(ages.count() > 0 && oldest <= allowed, bound);
        assertTrue(overtaken(telemetry) > 0, "nothing was too much");
        for (String camera : CAMERAS) {
          long handled = telemetry.sinceCapture("detector", camera).count();
          assertTrue(handled > 0, camera + " was never served");
          assertEquals(
              telemetry.in("detector", camera).count(),
              handled + leftOut(telemetry, camera),
              camera);
        }
      }
    }
  }

  private static byte[] picture() {
    try (Picture frame = Portraits.frame(1280, 720, new Portraits.Placed(1, 40, 20, 300))) {
      return frame.jpeg(85);
    }
  }

  /**
   * Eight cameras, one of which sends three times as much as the others, for 3.6 s and on until a
   * busy machine has got that far.
   */
  private static int send(
      Producer<String, byte[]> producer, String topic, byte[] jpeg, BooleanSupplier farEnough)
      throws InterruptedException {
    int sent = 0;
    long begun = System.nanoTime();
    for (int tick = 0; tick < 108 || tick < 1_500 && !farEnough.getAsBoolean(); tick++) {
      for (String camera : CAMERAS) {
        if (camera.equals("camera-0") || tick % 3 == 0) {
          Frame frame = new Frame(camera, 1, tick, Instant.now(), 1280, 720, "", jpeg);
          producer.send(FrameTopic.toRecord(topic, frame));
          sent++;
        }
      }
      long left = begun + tick * 33_000_000L - System.nanoTime();
      if (left > 0) {
        Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
      }
    }
    producer.flush();
    return sent;
  }

  /** The end of the bucket that the quantile lies in, or the greatest value, in milliseconds. */
  private static double atMost(HistogramSnapshot ages, double quantile) {
    for (CountAtBucket bucket : ages.histogramCounts()) {
      if (bucket.count() >= quantile * ages.count()) {
        return Math.min(bucket.bucket(TimeUnit.MILLISECONDS), ages.max(TimeUnit.MILLISECONDS));
      }
    }
    return ages.max(TimeUnit.MILLISECONDS);
  }

  private static Timer mtcnn(Telemetry telemetry) {
    return telemetry.part("detector", "mtcnn");
  }

  private static double overtaken(Telemetry telemetry) {
    return CAMERAS.stream()
        .mapToDouble(camera -> telemetry.dropped("detector", camera, "overtaken").count())
        .sum();
  }

  private static boolean everyCameraServed(Telemetry telemetry) {
    return CAMERAS.stream()
        .allMatch(camera -> telemetry.sinceCapture("detector", camera).count() > 0);
  }

  private static double leftOut(Telemetry telemetry, String camera) {
    return telemetry.dropped("detector", camera, "overtaken").count()
        + telemetry.dropped("detector", camera, "too-old").count();
  }

  private static double handledAndLeftOut(Telemetry telemetry) {
    return CAMERAS.stream()
        .mapToDouble(
            camera ->
                telemetry.sinceCapture("detector", camera).count() + leftOut(telemetry, camera))
        .sum();
  }
}

package org.facestream.deploy.lab.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.Counter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.facestream.deploy.lab.simulation.rtsp.LiveStream;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.registry.Polygon;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A camera with two streams of one scene, the larger one late: from its address to the faces topic,
 * over real RTSP and a real broker.
 */
class CloseUpsTest {
  private static final String SECRET = "s3cr3t";
  private static final Duration LATE = Duration.ofMillis(400);
  private static final Format LARGE = new Format(1280, 720, 10);
  private static final int FACTOR = 2;

  private static final Script SCRIPT =
      new Script(
          "door",
          "photo2.png",
          new Script.Wall(120, 82, 52, 2),
          8,
          7,
          List.of(
              new Walk("noor-maple", 0.2, 7, -0.12, 0.5, 1.12, 0, 84, 100),
              new Walk("alex-birch", 0.5, 7.4, 1.15, 0.5, -0.15, 0.1, 104, 120)));

  @TempDir private Path folder;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.facestream");
  private final Level before = logger.getLevel();
  private TwoStreamSite site;

  @BeforeEach
  void listen() {
    logger.setLevel(Level.DEBUG);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void end() {
    logger.detachAppender(log);
    logger.setLevel(before);
    if (site != null) {
      site.close();
    }
  }

  @Test
  void facesComeAgainLargerFromTheOtherStreamWhateverBecomesOfIt() {
    TwoSizes sizes;
    try (Scene scene = new Scene(SCRIPT, LARGE)) {
      // It hangs upside down.
      sizes =
          TwoSizes.of(
              LARGE,
              FACTOR,
              scene.frames(),
              (frame, into) -> {
                scene.draw(frame, into);
                opencv_core.flip(into, into, -1);
              });
    }
    site = new TwoStreamSite(folder, SECRET);
    LiveStream small = site.server().add("small", sizes.small(), Duration.ofSeconds(1));
    LiveStream large = site.server().add("large", sizes.large(), Duration.ofSeconds(1).minus(LATE));
    Camera camera =
        Camera.of("door", site.url("small"))
            .withCloseUpUrl(site.url("large"))
            .withRotate(180)
            .withDetection(FaceSearch.AS_CONFIGURED.withMinFaceSize(24));
    site.run(camera);

    site.until(
        () ->
            site.large().size() >= 8
                && site.large().stream().map(Face::track).distinct().count() >= 2);
    site.large().forEach(close -> check(site.asked(close), close));
    double gain =
        site.large().stream()
            .mapToDouble(close -> gain(site.asked(close), close))
            .sorted()
            .skip(site.large().size() / 2)
            .findFirst()
            .orElseThrow();
    assertEquals(FACTOR, gain, 0.2 * FACTOR);
    checkFrames();
    double lag = Duration.between(small.began(), large.began()).toMillis() / 1e3;
    // The first pictures' times are not yet known well.
    site.until(() -> Math.abs(lag - site.gauge("facestream.close.ups.lag")) < 0.25);
    assertTrue(site.gauge("facestream.close.ups.kept.bytes") > 0);

    checkMasks(camera);
    checkAnotherScene(large);
    checkEnd(large);
    checkSecrets();
  }

  /** The same track, frame and place; other pixels. */
  private static void check(Face asked, Face close) {
    assertEquals(asked.track(), close.track());
    assertEquals(asked.captureTime(), close.captureTime());
    assertEquals(asked.frameSequence(), close.frameSequence());
    assertEquals(asked.frameWidth(), close.frameWidth());
    assertTrue(asked.box().iou(close.box()) > 0.35, asked.box() + " " + close.box());
    assertTrue(gain(asked, close) > 0.6 * FACTOR, () -> "gain " + gain(asked, close));
    assertTrue(close.quality().size() > 1.2 * asked.quality().size());
  }

  private static double gain(Face asked, Face close) {
    return TwoStreamSite.eyes(close) / TwoStreamSite.eyes(asked);
  }

  /** Close-ups are no frames: neither of the camera nor for the trackers. */
  private void checkFrames() {
    List<Frame> frames = site.frames();
    for (int i = 1; i < frames.size(); i++) {
      assertEquals(frames.get(0).epoch(), frames.get(i).epoch());
      assertEquals(frames.get(0).sequence() + i, frames.get(i).sequence());
      assertEquals(LARGE.width() / FACTOR, frames.get(i).width());
    }
    // Two people in each turn of eight seconds.
    double turns = frames.size() / 5.0 / SCRIPT.seconds() + 1;
    long tracks = site.small().stream().map(Face::track).distinct().count();
    assertTrue(tracks <= 3 * turns, tracks + " tracks in " + turns + " turns");
  }

  private void checkMasks(Camera camera) {
    double below =
        site.large().stream().mapToDouble(face -> face.box().bottom()).max().orElseThrow() + 4;
    double edge = below / (LARGE.height() / (double) FACTOR);
    Polygon mask =
        Polygon.of(
            List.of(List.of(0.0, edge), List.of(1.0, edge), List.of(1.0, 1.0), List.of(0.0, 1.0)));
    site.registry().add(camera.withMasks(List.of(mask)));
    Instant masked = Instant.now().plusSeconds(1);
    site.until(
        () ->
            site.closeUps().stream()
                    .filter(each -> each.of().captureTime().isAfter(masked))
                    .filter(each -> each.shown().bottom() > below + 10)
                    .count()
                >= 2);
    for (CloseUp each : site.closeUps()) {
      if (each.of().captureTime().isAfter(masked)) {
        assertTrue(brightestBelow(each, below + 2) <= 24, "the mask leaves something open");
      }
    }
  }

  private static int brightestBelow(CloseUp closeUp, double y) {
    int brightest = 0;
    try (Picture picture = Picture.decodeFrame(closeUp.jpeg());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      double scale = picture.height() / closeUp.shown().height();
      int first = (int) Math.max(0, Math.ceil((y - closeUp.shown().top()) * scale));
      for (int row = first; row < picture.height(); row++) {
        for (int column = 0; column < picture.width(); column++) {
          brightest = Math.max(brightest, pixels.get(row, column, 1));
        }
      }
      return brightest;
    } catch (UnreadablePictureException broken) {
      throw new AssertionError(broken);
    }
  }

  /** What shows something else gives no face, and not a wrong one. */
  private void checkAnotherScene(LiveStream large) {
    site.server().add(large.path(), MovingPattern.h264(LARGE.width(), LARGE.height(), LARGE.fps()));
    double before = noMatches();
    // What was looked for by then may have been found in the scene before.
    Instant changed = Instant.now().plusSeconds(2);
    site.until(() -> noMatches() >= before + 4);
    assertTrue(
        site.closeUps().stream().noneMatch(each -> each.of().captureTime().isAfter(changed)));
  }

  private double noMatches() {
    Counter counter =
        site.telemetry()
            .registry()
            .find("facestream.close.ups")
            .tags("stage", "ingest", "camera", "door", "outcome", "no-match")
            .counter();
    return counter == null ? 0 : counter.count();
  }

  private void checkEnd(LiveStream large) {
    site.server().remove(large.path());
    site.until(() -> site.gauge("facestream.close.ups.connected") == 0);
    int frames = site.frames().size();
    int faces = site.small().size();
    site.until(() -> site.frames().size() >= frames + 10 && site.small().size() >= faces + 2);
    checkFrames();
    site.until(
        () ->
            site.telemetry()
                    .registry()
                    .get("facestream.camera.state")
                    .tags("camera", "door", "state", "live")
                    .gauge()
                    .value()
                == 1);
  }

  private void checkSecrets() {
    List<String> lines = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    lines.forEach(line -> assertFalse(line.contains(SECRET), line));
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.contains("receiving the larger stream from rtsp://****@")));
    assertTrue(lines.stream().anyMatch(line -> line.contains("no close-ups; its other stream")));
    assertFalse(site.telemetry().scrape().contains(SECRET));
    assertFalse(site.texts().isEmpty());
    site.texts().forEach(text -> assertFalse(text.contains(SECRET), text));
  }
}

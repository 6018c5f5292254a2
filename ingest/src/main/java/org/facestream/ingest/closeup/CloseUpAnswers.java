package org.facestream.ingest.closeup;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.CloseUpTrust;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.worker.Telemetry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds requested faces in a camera's larger pictures, and publishes them. One thread uses it for
 * all cameras.
 */
final class CloseUpAnswers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CloseUpAnswers.class);

  private static final Duration LONGEST_DECODING = Duration.ofSeconds(2);

  /** A stream whose pictures are hardly wider is useless. */
  private static final double LARGER = 1.2;

  private final FramePublisher publisher;
  private final Timer time;
  private final CloseUpCutter cutter = new CloseUpCutter(LONGEST_DECODING);

  CloseUpAnswers(FramePublisher publisher, Telemetry telemetry) {
    this.publisher = publisher;
    this.time = telemetry.part("ingest", "close-up");
  }

  /** Answers the requests whose pictures are available, and counts their outcomes. */
  void serve(CloseUpCamera camera) {
    List<CloseUpCamera.Waiting> ripe = camera.ripe();
    if (ripe.isEmpty()) {
      return;
    }
    if (!camera.trust().given(System.nanoTime()) || !camera.stream().connected()) {
      String why = camera.stream().connected() ? "switched-off" : "not-connected";
      ripe.forEach(each -> camera.count(why));
      return;
    }
    long begun = System.nanoTime();
    List<CloseUpSearch> searches = new ArrayList<>();
    try {
      ripe.forEach(each -> search(camera, each).ifPresent(searches::add));
      if (!searches.isEmpty()) {
        answer(camera, searches);
      }
    } catch (SourceException | RuntimeException failed) {
      searches.forEach(search -> failed(camera, failed));
    } finally {
      searches.forEach(CloseUpSearch::close);
      time.record(Duration.ofNanos(System.nanoTime() - begun));
      camera.show();
    }
  }

  private Optional<CloseUpSearch> search(CloseUpCamera camera, CloseUpCamera.Waiting waiting) {
    CloseUpRequest request = waiting.request();
    Optional<Frame> frame = camera.frames().find(request.epoch(), request.sequence());
    if (frame.isEmpty()) {
      camera.count("too-old");
      return Optional.empty();
    }
    try (Picture picture = Picture.decodeFrame(frame.get().jpeg());
        Mat grey = new Mat();
        @Nullable Mat uncovered =
            camera.masks().isEmpty()
                ? null
                : cutter.uncovered(camera.masks(), picture.width(), picture.height())) {
      opencv_imgproc.cvtColor(picture.rgb(), grey, opencv_imgproc.COLOR_RGB2GRAY);
      return Optional.of(
          new CloseUpSearch(request, grey, uncovered, camera.lag(), waiting.everywhere()));
    } catch (UnreadablePictureException ours) {
      throw new IllegalStateException("a published frame cannot be decoded", ours);
    }
  }

  private void answer(CloseUpCamera camera, List<CloseUpSearch> searches) throws SourceException {
    long from = searches.stream().mapToLong(CloseUpSearch::from).min().orElseThrow();
    long to = searches.stream().mapToLong(CloseUpSearch::to).max().orElseThrow();
    Optional<PacketRing.Excerpt> excerpt = camera.stream().ring().excerpt(from, to);
    if (excerpt.isEmpty()) {
      searches.forEach(search -> camera.count("too-old"));
      return;
    }
    try (PacketRing.Excerpt packets = excerpt.get()) {
      cutter.search(packets, camera.camera().turn(), searches);
    }
    for (CloseUpSearch search : searches) {
      try {
        finish(camera, search);
      } catch (RuntimeException failed) {
        failed(camera, failed);
      }
    }
  }

  private static void failed(CloseUpCamera camera, Exception why) {
    camera.count("failed");
    log.warn("camera {}: no close-up of a face", camera.camera().id(), why);
    distrust(camera, "its larger stream cannot be decoded");
  }

  private static void distrust(CloseUpCamera camera, String why) {
    if (camera.trust().failed(System.nanoTime())) {
      log.warn(
          "camera {}: {}; no close-ups for {} s",
          camera.camera().id(),
          why,
          CloseUpTrust.PAUSE.toSeconds());
    }
  }

  private void finish(CloseUpCamera camera, CloseUpSearch search) {
    boolean found = search.found();
    if (!found && !search.farthest()) {
      // Its time may have moved.
      camera.lag().missed();
      camera.awaitAgain(search.request());
    } else if (search.looked() == 0) {
      camera.count("no-picture");
    } else if (search.picture().width() < LARGER * search.request().frameWidth()) {
      camera.count("not-larger");
      distrust(camera, "the pictures of close-up-url are hardly wider than its frames");
    } else if (found) {
      camera.trust().succeeded();
      camera.lag().found(search.lag(), search.tells());
      publisher.publish(cutter.cut(search, camera.masks()), camera::count);
    } else {
      camera.count("no-match");
      camera.lag().missed();
      distrust(camera, "its two streams do not show the same faces");
    }
    log.debug(
        "camera {}: face {} looked for in {} pictures, best {} at {} ms",
        camera.camera().id(),
        search.request().face(),
        search.looked(),
        search.score(),
        search.lag());
  }

  @Override
  public void close() {
    cutter.close();
  }
}

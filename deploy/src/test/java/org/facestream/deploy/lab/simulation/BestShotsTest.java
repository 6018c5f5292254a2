package org.facestream.deploy.lab.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.CameraTracks;
import org.facestream.detector.track.CameraZones;
import org.facestream.detector.track.FaceSelector;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.worker.config.Settings;
import org.junit.jupiter.api.Test;

/**
 * What the best-shot rule spares, and what it costs: the faces of a camera by the default rule
 * against all of them, at five frames a second.
 */
class BestShotsTest {
  private static final Instant BEGIN = Instant.parse("2026-11-25T08:00:00Z");
  private static final long INTERVAL = 200;
  private static final float GOOD = 0.7f;

  /** The faces of a clip, by all that is believed to be one person. */
  private static final class Clip {
    private final Mtcnn mtcnn;
    private final FaceSelector every;
    private final FaceSelector chosen;
    private final String camera;
    private CameraTracks everyTracks = CameraTracks.NONE;
    private CameraTracks chosenTracks = CameraTracks.NONE;
    private int sequence;
    private int all;
    private int published;
    private final Map<String, Float> best = new TreeMap<>();
    private final Map<String, Float> bestPublished = new HashMap<>();

    Clip(String camera, Mtcnn mtcnn) {
      this.camera = camera;
      this.mtcnn = mtcnn;
      every = selector(Map.of("detector.best-shots.publish", "all"));
      chosen = selector(Map.of());
    }

    private static FaceSelector selector(Map<String, String> options) {
      DetectorConfig config =
          Settings.load(List.of(DetectorConfig.class), Optional.empty(), Map.of(), options)
              .get(DetectorConfig.class);
      Timer ignored = Timer.builder("ignored").register(new SimpleMeterRegistry());
      return new FaceSelector(config.track(), config.bestShots(), config.crop(), ignored, ignored);
    }

    /**
     * @param at time of the clip, milliseconds
     */
    void take(Picture picture, long at) {
      byte[] jpeg = new byte[0];
      Frame frame =
          new Frame(
              camera,
              1,
              sequence,
              BEGIN.plusMillis(at),
              picture.width(),
              picture.height(),
              "",
              jpeg);
      sequence++;
      // As the detector does it: weak detections carry tracks on.
      MtcnnOptions options = MtcnnOptions.DEFAULT.withThresholds(0.6f, 0.7f, 0.4f);
      List<Detection> found = mtcnn.detect(List.of(picture), options).get(0);
      FaceSelector.Selection whole =
          every.select(everyTracks, frame, picture.rgb(), found, GOOD, CameraZones.NONE);
      FaceSelector.Selection few =
          chosen.select(chosenTracks, frame, picture.rgb(), found, GOOD, CameraZones.NONE);
      everyTracks = whole.after();
      chosenTracks = few.after();
      all += whole.faces().size();
      published += few.faces().size();
      note(whole.faces(), best);
      note(few.faces(), bestPublished);
    }

    private static void note(List<Face> faces, Map<String, Float> best) {
      for (Face face : faces) {
        best.merge(face.track(), face.quality().overall(), Math::max);
      }
    }

    /** The track whose best published face is farthest behind the best that was seen. */
    double worst() {
      double worst = 1;
      for (Map.Entry<String, Float> track : best.entrySet()) {
        worst = Math.min(worst, bestPublished.getOrDefault(track.getKey(), 0f) / track.getValue());
      }
      return worst;
    }

    void print() {
      System.out.printf(
          Locale.ROOT,
          "best shots, %-45s %3d tracks, %4d faces, %3d published (%.0f %% fewer), best published"
              + " at least %.1f %% of the best seen%n",
          camera,
          best.size(),
          all,
          published,
          all == 0 ? 0 : 100.0 * (all - published) / all,
          100 * worst());
    }
  }

  @Test
  void theDemonstrationsPeopleAreSentSeldomAndAtTheirBest() {
    int all = 0;
    int published = 0;
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        Mat drawn = new Mat()) {
      for (Script script : Script.ALL) {
        Clip clip = new Clip(script.camera(), mtcnn);
        try (Scene scene = new Scene(script, Format.DEMO)) {
          int step = (int) (Format.DEMO.fps() * INTERVAL / 1000);
          for (int number = 0; number < scene.frames(); number += step) {
            scene.draw(number, drawn);
            try (Picture picture = decoded(Picture.jpeg(drawn, 85))) {
              clip.take(picture, 1000L * number / Format.DEMO.fps());
            }
          }
        }
        clip.print();
        assertTrue(clip.best.size() >= script.walks().size(), clip.best::toString);
        assertTrue(clip.worst() >= 0.95, clip.camera + " " + clip.worst());
        all += clip.all;
        published += clip.published;
      }
    }
    assertTrue(published <= 0.2 * all, published + " of " + all);
  }

  @Test
  void soAreThoseOfRealVideos() throws Exception {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with video/intel-sample-videos>");
    List<Path> files;
    try (Stream<Path> listed = Files.list(Path.of(data, "video/intel-sample-videos"))) {
      files = listed.filter(file -> file.toString().matches(".*\\.(gif|mp4)")).sorted().toList();
    }
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1)) {
      for (long interval : new long[] {INTERVAL, 0}) {
        int all = 0;
        int published = 0;
        for (Path file : files) {
          Clip clip = clip(file, interval, mtcnn);
          clip.print();
          assertTrue(clip.worst() >= 0.95, clip.camera + " " + clip.worst());
          all += clip.all;
          published += clip.published;
        }
        System.out.printf(
            "best shots, videos %s: %d of %d faces published%n",
            interval == 0 ? "at their own rate" : "at 5 frames a second", published, all);
      }
    }
  }

  /**
   * @param interval between frames that are looked at, milliseconds; 0 for every frame
   */
  private static Clip clip(Path file, long interval, Mtcnn mtcnn) throws Exception {
    Clip clip = new Clip(file.getFileName().toString(), mtcnn);
    try (VideoSource source = VideoSource.open(file)) {
      long begin = Long.MIN_VALUE;
      long next = Long.MIN_VALUE;
      while (source.next()) {
        long at = source.timestamp();
        if (at == StreamClock.NO_TIMESTAMP || at < next) {
          continue;
        }
        begin = begin == Long.MIN_VALUE ? at : begin;
        next = at + 1_000_000 * interval;
        try (Picture picture = decoded(source.jpeg(1280, 85).orElseThrow().jpeg())) {
          clip.take(picture, (at - begin) / 1_000_000);
        }
      }
    }
    return clip;
  }

  private static Picture decoded(byte[] jpeg) {
    try {
      return Picture.decodeFrame(jpeg);
    } catch (UnreadablePictureException impossible) {
      throw new IllegalStateException("our own JPEG is readable", impossible);
    }
  }
}

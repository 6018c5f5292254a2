package org.facestream.ingest.motion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.CameraTracks;
import org.facestream.detector.track.CameraZones;
import org.facestream.detector.track.FaceSelector;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.clock.FrameSampler;
import org.facestream.ingest.source.clock.Sampled;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.KeptPicture;
import org.facestream.ingest.worker.config.Settings;
import org.junit.jupiter.api.Test;

/**
 * What the motion gate holds back of real videos at five frames a second, and whether it costs a
 * face. All frames are detected on and tracked; a track is lost when none of the frames that bear
 * its face was let through.
 */
class MotionFacesTest {
  private static final LumaScaler SCALER = new LumaScaler();

  private static final Instant BEGIN = Instant.parse("2026-11-25T08:00:00Z");
  private static final double FPS = 5;

  /** A frame: the tracks whose faces are in it, and whether it was let through. */
  private record Seen(long time, Set<String> tracks) {}

  private record Outcome(
      int frames, int through, int faces, int facesThrough, int tracks, int lost) {}

  @Test
  void noTrackIsLost() throws Exception {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with video>");
    List<Path> files = new ArrayList<>(List.of(Path.of(data, "video/vtest.avi")));
    try (Stream<Path> listed = Files.list(Path.of(data, "video/intel-sample-videos"))) {
      listed.filter(file -> file.toString().matches(".*\\.(gif|mp4)")).sorted().forEach(files::add);
    }
    int lost = 0;
    for (Path file : files) {
      List<Seen> all = detect(file);
      for (double sensitivity : new double[] {0, 0.5, 1}) {
        Outcome outcome = gated(file, all, sensitivity);
        print(file, sensitivity, outcome);
        lost += sensitivity >= 0.5 ? outcome.lost() : 0;
      }
    }
    assertEquals(0, lost);
  }

  private static List<Seen> detect(Path file) throws Exception {
    DetectorConfig config =
        Settings.load(
                List.of(DetectorConfig.class),
                Optional.empty(),
                Map.of(),
                Map.of("detector.best-shots.publish", "all"))
            .get(DetectorConfig.class);
    Timer ignored = Timer.builder("ignored").register(new SimpleMeterRegistry());
    FaceSelector selector =
        new FaceSelector(config.track(), config.bestShots(), config.crop(), ignored, ignored);
    MtcnnOptions options = MtcnnOptions.DEFAULT.withThresholds(0.6f, 0.7f, 0.4f);
    CameraTracks tracks = CameraTracks.NONE;
    List<Seen> seen = new ArrayList<>();
    FrameSampler sampler = new FrameSampler(FPS);
    StreamClock clock = new StreamClock(false);
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        VideoSource source = VideoSource.open(file)) {
      while (source.next()) {
        long time = clock.at(source.timestamp(), 0, 0);
        if (!sampler.take(time)) {
          continue;
        }
        try (Picture picture = decoded(source.jpeg(1280, 85).orElseThrow().jpeg())) {
          Frame frame =
              new Frame(
                  "a",
                  1,
                  seen.size(),
                  BEGIN.plusNanos(time),
                  picture.width(),
                  picture.height(),
                  "",
                  new byte[0]);
          FaceSelector.Selection selection =
              selector.select(
                  tracks,
                  frame,
                  picture.rgb(),
                  mtcnn.detect(List.of(picture), options).get(0),
                  0.7f,
                  CameraZones.NONE);
          tracks = selection.after();
          Set<String> faces = new HashSet<>();
          for (Face face : selection.faces()) {
            faces.add(face.track());
          }
          seen.add(new Seen(time, faces));
        }
      }
    }
    return seen;
  }

  private static Outcome gated(Path file, List<Seen> all, double sensitivity) throws Exception {
    IngestConfig config =
        Settings.load(List.of(IngestConfig.class), Optional.empty(), Map.of(), Map.of())
            .get(IngestConfig.class);
    MotionDetector detector = new MotionDetector(sensitivity, List.of());
    MotionGate gate =
        new MotionGate(config.motionKeepAlive(), config.motionPreRoll(), config.motionPostRoll());
    FrameSampler sampler = new FrameSampler(FPS);
    StreamClock clock = new StreamClock(false);
    Set<Long> through = new HashSet<>();
    int sampled = 0;
    try (VideoSource source = VideoSource.open(file)) {
      while (source.next()) {
        long time = clock.at(source.timestamp(), 0, 0);
        if (!sampler.take(time)) {
          continue;
        }
        sampled++;
        boolean moves = detector.moves(SCALER.scale(source.picture().frame().orElseThrow()), time);
        if (gate.passes(moves, time)) {
          gate.release().forEach(each -> through.add(each.time()));
          through.add(time);
        } else {
          KeptPicture picture = new KeptPicture.Whole(new EncodedPicture(1, 1, new byte[0]));
          gate.keep(new Sampled<>(time, BEGIN, picture));
        }
      }
    }
    assertEquals(all.size(), sampled);
    Map<String, Integer> tracks = new TreeMap<>();
    int faces = 0;
    int facesThrough = 0;
    for (Seen frame : all) {
      boolean sent = through.contains(frame.time());
      faces += frame.tracks().size();
      facesThrough += sent ? frame.tracks().size() : 0;
      frame.tracks().forEach(track -> tracks.merge(track, sent ? 1 : 0, Integer::sum));
    }
    int lost = (int) tracks.values().stream().filter(count -> count == 0).count();
    return new Outcome(all.size(), through.size(), faces, facesThrough, tracks.size(), lost);
  }

  private static void print(Path file, double sensitivity, Outcome outcome) {
    System.out.printf(
        Locale.ROOT,
        "motion, %-45s sensitivity %.1f: %3d frames, %3.0f %% held back; %3d faces, %3d held back;"
            + " %2d tracks, %d lost%n",
        file.getFileName(),
        sensitivity,
        outcome.frames(),
        100.0 * (outcome.frames() - outcome.through()) / Math.max(1, outcome.frames()),
        outcome.faces(),
        outcome.faces() - outcome.facesThrough(),
        outcome.tracks(),
        outcome.lost());
  }

  private static Picture decoded(byte[] jpeg) {
    try {
      return Picture.decodeFrame(jpeg);
    } catch (UnreadablePictureException impossible) {
      throw new IllegalStateException("our own JPEG is readable", impossible);
    }
  }
}

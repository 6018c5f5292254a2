package org.facestream.deploy.lab.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.source.VideoSource;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.facenet.LocatedFace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What close-ups gain and cost, printed: over real RTSP, through a real broker. */
class CloseUpGainTest {
  private static final String CLIPS = "video/intel-sample-videos";
  private static final Duration LATE = Duration.ofMillis(300);
  private static final int WATCHED_SECONDS = 30;

  @TempDir private Path folder;

  @Test
  void ofTheDemonstrationsPeople() throws Exception {
    data();
    Format format = new Format(1920, 1080, 25);
    TwoSizes sizes;
    try (Scene scene = new Scene(office(), format)) {
      sizes = TwoSizes.of(format, 3, scene.frames(), scene::draw);
    }
    measure("the demonstration's office, 640 and 1920 wide", sizes, portraits());
  }

  @Test
  void ofTheWomanAndTheMan() throws Exception {
    Path clips = data().resolve(CLIPS);
    measure(
        "head-pose-face-detection-female-and-male.gif, 240 and 480 wide",
        sizes(clips.resolve("head-pose-face-detection-female-and-male.gif"), 2),
        List.of(
            picture(clips.resolve("head-pose-face-detection-female.gif")),
            picture(clips.resolve("head-pose-face-detection-male.gif"))));
  }

  @Test
  void ofThoseWhoWalk() throws Exception {
    Path clips = data().resolve(CLIPS);
    measure(
        "face-demographics-walking-and-pause.gif, 240 and 480 wide",
        sizes(clips.resolve("face-demographics-walking-and-pause.gif"), 2),
        List.of(picture(clips.resolve("head-pose-face-detection-female.gif"))));
  }

  /** Encoders and clocks that have nothing to do with each other, B-frames, other codecs. */
  @ParameterizedTest
  @ValueSource(strings = {"h264", "h265"})
  void ofStreamsOfAServerThatNobodyHereWrote(String codec) throws Exception {
    data();
    Format format = new Format(1280, 720, 25);
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    try (Scene scene = new Scene(office(), format);
        Mat drawn = new Mat()) {
      for (int frame = 0; frame < scene.frames(); frame++) {
        scene.draw(frame, drawn);
        Files.write(pictures.resolve("%05d.jpg".formatted(frame)), Picture.jpeg(drawn, 95));
      }
    }
    Path script = folder.resolve("two_streams.py");
    try (InputStream from = getClass().getResourceAsStream("/gstreamer_two_streams.py")) {
      Files.write(script, from.readAllBytes());
    }
    Process server =
        new ProcessBuilder(
                "/usr/bin/python3",
                "" + script,
                "" + pictures,
                "25",
                "480",
                "270",
                "1280",
                "720",
                codec)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String line = server.inputReader().readLine();
      assumeTrue(line != null, "needs GStreamer's RTSP server with x264enc and x265enc");
      String url = "rtsp://127.0.0.1:" + line.substring("port ".length()) + "/";
      Path data = Files.createDirectory(folder.resolve("data"));
      try (TwoStreamSite site = new TwoStreamSite(data, "secret")) {
        measure(
            "the demonstration's office by GStreamer, 480 and 1280 wide, " + codec,
            site,
            url + "small",
            url + "large",
            portraits());
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  /** Its first two people. */
  private static Script office() {
    Script office = Script.ALL.get(1);
    return new Script(
        "door",
        office.photograph(),
        office.wall(),
        17,
        office.seed(),
        office.walks().stream().filter(walk -> walk.start() < 4).toList());
  }

  private static List<byte[]> portraits() {
    return DemoPeople.all().stream().map(DemoPeople::portrait).toList();
  }

  private static Path data() {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with video/intel-sample-videos>");
    return Path.of(data);
  }

  /** A clip in its own size and smaller, at its own rate or near it. */
  private static TwoSizes sizes(Path clip, int factor) throws Exception {
    List<byte[]> pictures = new ArrayList<>();
    long first = Long.MIN_VALUE;
    long last = Long.MIN_VALUE;
    try (VideoSource source = VideoSource.open(clip)) {
      while (source.next()) {
        pictures.add(source.jpeg(1920, 97).orElseThrow().jpeg());
        first = first == Long.MIN_VALUE ? source.timestamp() : first;
        last = source.timestamp();
      }
    }
    int fps = (int) Math.max(5, Math.round((pictures.size() - 1) * 1e9 / (last - first)));
    try (Picture one = Picture.decodeFrame(pictures.get(0))) {
      Format format = new Format(one.width() / 2 * 2, one.height() / 2 * 2, fps);
      return TwoSizes.of(
          format,
          factor,
          pictures.size(),
          (number, into) -> {
            try (Picture picture = Picture.decodeFrame(pictures.get(number));
                Rect even = new Rect(0, 0, format.width(), format.height());
                Mat part = new Mat(picture.rgb(), even)) {
              part.copyTo(into);
            } catch (Exception broken) {
              throw new AssertionError(broken);
            }
          });
    }
  }

  /** The picture of a clip whose face scores best. */
  private static byte[] picture(Path clip) throws Exception {
    byte[] best = null;
    float score = 0;
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        VideoSource source = VideoSource.open(clip)) {
      for (int number = 0; source.next(); number++) {
        if (number % 5 == 0) {
          byte[] jpeg = source.jpeg(1920, 97).orElseThrow().jpeg();
          try (Picture picture = Picture.decodeFrame(jpeg)) {
            for (Detection found : mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0)) {
              best = found.score() > score ? jpeg : best;
              score = Math.max(score, found.score());
            }
          }
        }
      }
    }
    return best;
  }

  private void measure(String what, TwoSizes sizes, List<byte[]> enrolled) throws Exception {
    try (TwoStreamSite site = new TwoStreamSite(folder, "secret")) {
      site.server().add("small", sizes.small(), Duration.ofSeconds(1));
      site.server().add("large", sizes.large(), Duration.ofSeconds(1).minus(LATE));
      measure(what, site, site.url("small"), site.url("large"), enrolled);
    }
  }

  private static void measure(
      String what, TwoStreamSite site, String small, String large, List<byte[]> enrolled)
      throws Exception {
    site.run(
        Camera.of("door", small)
            .withCloseUpUrl(large)
            .withDetection(FaceSearch.AS_CONFIGURED.withMinFaceSize(20)));
    site.until(() -> !site.small().isEmpty());
    long before = cpu();
    Instant begun = Instant.now();
    site.until(() -> begun.plusSeconds(WATCHED_SECONDS).isBefore(Instant.now()));
    double seconds = Duration.between(begun, Instant.now()).toMillis() / 1e3;
    double share = (cpu() - before) / 1e9 / seconds;
    site.until(() -> Instant.now().isAfter(begun.plusSeconds(WATCHED_SECONDS + 3)));
    print(what, site, share, enrolled);
  }

  /** Of the threads that only close-ups need. */
  private static long cpu() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null
          && (info.getThreadName().equals("ingest-close-ups")
              || info.getThreadName().startsWith("close-up-"))) {
        sum += threads.getThreadCpuTime(id);
      }
    }
    return sum;
  }

  private static void print(String what, TwoStreamSite site, double share, List<byte[]> enrolled)
      throws Exception {
    List<Face> large = site.large();
    assertTrue(!large.isEmpty(), what);
    List<Double> eyesSmall = new ArrayList<>();
    List<Double> eyesLarge = new ArrayList<>();
    List<Double> nearSmall = new ArrayList<>();
    List<Double> nearLarge = new ArrayList<>();
    int nearer = 0;
    DescriptorModel model = DescriptorModel.of("facenet");
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        Descriptors descriptors = new Descriptors(model, Device.CPU, 1)) {
      List<float[]> known = new ArrayList<>();
      for (byte[] jpeg : enrolled) {
        try (Picture picture = Picture.decodeFrame(jpeg)) {
          Detection face =
              mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0).stream()
                  .max(Comparator.comparingDouble(Detection::score))
                  .orElseThrow();
          known.add(descriptors.describe(picture, face.landmarks()));
        }
      }
      for (Face close : large) {
        Face asked = site.asked(close);
        eyesSmall.add(TwoStreamSite.eyes(asked));
        eyesLarge.add(TwoStreamSite.eyes(close));
        double small = nearest(descriptors, known, asked);
        double larger = nearest(descriptors, known, close);
        if (Math.min(small, larger) < model.threshold()) {
          nearSmall.add(small);
          nearLarge.add(larger);
          nearer += larger < small ? 1 : 0;
        }
      }
    }
    Map<String, Double> outcomes = new HashMap<>();
    site.telemetry()
        .registry()
        .find("facestream.close.ups")
        .counters()
        .forEach(
            counter ->
                outcomes.put(
                    counter.getId().getTag("stage") + " " + counter.getId().getTag("outcome"),
                    counter.count()));
    System.out.printf(
        Locale.ROOT,
        "close-ups, %s: %d faces, %d close-ups; between the eyes %.0f and %.0f pixels; quality"
            + " %.2f and %.2f; distance to the enrolled picture %.2f and %.2f (%d of %d nearer,"
            + " threshold %.2f: %d and %d below); %.3f of a processor; lag %.0f ms; %s%n",
        what,
        site.small().size(),
        large.size(),
        median(eyesSmall),
        median(eyesLarge),
        median(large.stream().map(site::asked).map(CloseUpGainTest::quality).toList()),
        median(large.stream().map(CloseUpGainTest::quality).toList()),
        median(nearSmall),
        median(nearLarge),
        nearer,
        nearSmall.size(),
        model.threshold(),
        nearSmall.stream().filter(near -> near < model.threshold()).count(),
        nearLarge.stream().filter(near -> near < model.threshold()).count(),
        share,
        1000 * site.gauge("facestream.close.ups.lag"),
        outcomes);
  }

  private static double quality(Face face) {
    return face.quality().overall();
  }

  private static double nearest(Descriptors descriptors, List<float[]> known, Face face)
      throws Exception {
    try (Picture crop = Picture.decodeFrame(face.jpeg())) {
      float[] descriptor =
          descriptors.describe(List.of(new LocatedFace(crop, face.cropLandmarks()))).get(0);
      return known.stream()
          .mapToDouble(each -> descriptors.model().metric().distance(descriptor, each))
          .min()
          .orElseThrow();
    }
  }

  private static double median(List<Double> values) {
    return values.isEmpty()
        ? Double.NaN
        : values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}

package org.facestream.deploy.recognition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerOptions;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.facenet.LocatedFace;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.VisitorReplica;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.TrackReplay;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A woman and a man who are in several real clips, enrolled from one each: detector, tracker,
 * best-shot rule, descriptor and decision together, picture by picture and track by track.
 */
class ClipsTest {
  private static final Instant BEGIN = Instant.parse("2026-11-25T08:00:00Z");
  private static final float GOOD = 0.7f;
  private static final float LEAST_SCORE = 0.9f;
  private static final String WOMAN = "the woman";
  private static final String MAN = "the man";
  private static final Map<String, String> ENROLLED_FROM =
      Map.of(
          WOMAN, "head-pose-face-detection-female.gif", MAN, "head-pose-face-detection-male.gif");

  /** By clip, who is who from left to right; who is not enrolled is a stranger. */
  private static final Map<String, List<String>> CLIPS =
      Map.of(
          "face-demographics-walking-and-pause.gif",
          List.of(WOMAN, IdentityEvent.UNKNOWN, IdentityEvent.UNKNOWN),
          "head-pose-face-detection-female-and-male.gif",
          List.of(WOMAN, MAN),
          "face-demographics-walking.gif",
          List.of(IdentityEvent.UNKNOWN, IdentityEvent.UNKNOWN),
          "classroom.gif",
          List.of(IdentityEvent.UNKNOWN),
          "one-by-one-person-detection.gif",
          List.of(IdentityEvent.UNKNOWN),
          "store-aisle-detection.gif",
          List.of(IdentityEvent.UNKNOWN));

  /** A published face with its descriptor. */
  private record Seen(Face face, float[] descriptor) {}

  @ParameterizedTest
  @ValueSource(strings = {"facenet", "mobilefacenet", "resnet34-128"})
  void whoIsEnrolledFromOneClipIsKnownInTheOthers(String name) throws Exception {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with video/intel-sample-videos>");
    Path folder = Path.of(data, "video/intel-sample-videos");
    DescriptorModel model = DescriptorModel.of(name);
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        Descriptors descriptors = new Descriptors(model, Device.CPU, 1)) {
      Map<String, List<float[]>> gallery = new TreeMap<>();
      for (Map.Entry<String, String> one : ENROLLED_FROM.entrySet()) {
        gallery.put(
            one.getKey(),
            best(tracks(folder.resolve(one.getValue()), mtcnn, descriptors), 3).stream()
                .map(Seen::descriptor)
                .toList());
      }
      Set<String> matched = new HashSet<>();
      for (Map.Entry<String, List<String>> clip : new TreeMap<>(CLIPS).entrySet()) {
        for (List<Seen> track :
            tracks(folder.resolve(clip.getKey()), mtcnn, descriptors).values()) {
          String expected = expected(clip.getValue(), track);
          String said = judge(clip.getKey(), expected, track, gallery, model);
          assertTrue(
              said.equals(expected) || said.equals(IdentityEvent.UNKNOWN),
              () -> clip.getKey() + ": " + expected + " is said to be " + said);
          if (!said.equals(IdentityEvent.UNKNOWN)) {
            matched.add(clip.getKey() + " " + said);
          }
        }
      }
      assertEquals(
          Set.of(
              "face-demographics-walking-and-pause.gif " + WOMAN,
              "head-pose-face-detection-female-and-male.gif " + WOMAN,
              "head-pose-face-detection-female-and-male.gif " + MAN),
          matched);
    }
  }

  /**
   * Nobody is enrolled. What is known of the truth: the woman is in three clips and the man in two,
   * and they are nobody else; some strangers may be in two clips.
   */
  @ParameterizedTest
  @CsvSource({"facenet, 1", "mobilefacenet, 2"})
  void noVisitorIsTwoPeople(String name, int pairs) throws Exception {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with video/intel-sample-videos>");
    Path folder = Path.of(data, "video/intel-sample-videos");
    Map<String, List<String>> clips = new TreeMap<>(CLIPS);
    ENROLLED_FROM.forEach((person, clip) -> clips.put(clip, List.of(person)));
    DescriptorModel model = DescriptorModel.of(name);
    RecognizerConfig config =
        Settings.load(List.of(RecognizerConfig.class), Optional.empty(), Map.of(), Map.of())
            .get(RecognizerConfig.class);
    Map<String, List<String>> visitors = new TreeMap<>();
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        Telemetry telemetry = new Telemetry();
        Descriptors descriptors = new Descriptors(model, Device.CPU, 1)) {
      VisitorReplica replica =
          new VisitorReplica(
              DescriptorSpace.of(model), RecognizerOptions.visitorRules(config, model), telemetry);
      TrackReplay replay = new TrackReplay(RecognizerOptions.of(config).rules(), replica);
      long offset = 0;
      for (Map.Entry<String, List<String>> clip : clips.entrySet()) {
        for (List<Seen> track :
            tracks(folder.resolve(clip.getKey()), mtcnn, descriptors).values()) {
          List<IdentityEvent> events =
              replay.events(
                  track.stream().map(seen -> unknown(clip.getKey(), seen, model)).toList());
          for (Map.Entry<String, byte[]> look : replay.written().entrySet()) {
            replica.replica().accept(look.getKey(), look.getValue(), 0, offset++);
          }
          String expected = expected(clip.getValue(), track);
          String visitor = events.get(events.size() - 1).visitorId();
          System.out.printf(
              "clips, visitors, %s, %s, %s: %d faces, %s%n",
              name, clip.getKey(), expected, track.size(), visitor);
          if (visitor != null) {
            visitors.computeIfAbsent(visitor, id -> new ArrayList<>()).add(expected);
          }
        }
      }
    }
    assertTrue(
        visitors.values().stream().allMatch(who -> Set.copyOf(who).size() == 1),
        visitors::toString);
    // Of three pairs of the woman's tracks, and one of the man's.
    int linked =
        visitors.values().stream()
            .filter(who -> !who.get(0).equals(IdentityEvent.UNKNOWN))
            .mapToInt(who -> who.size() * (who.size() - 1) / 2)
            .sum();
    assertTrue(linked >= pairs, visitors::toString);
  }

  /** As a recognizer with an empty gallery sees it; each clip is a camera. */
  private static Match unknown(String clip, Seen seen, DescriptorModel model) {
    Face face = seen.face();
    return MatchBuilder.builder()
        .faceId(clip + face.id())
        .camera(clip)
        .track(clip + face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .score(face.score())
        .quality(face.quality().overall())
        .candidates(List.of())
        .threshold(model.threshold())
        .model(model.name())
        .galleryVersion(1)
        .descriptor(seen.descriptor())
        .build();
  }

  /** Who stands there: the width is divided among those who are in the clip. */
  private static String expected(List<String> people, List<Seen> track) {
    Face face = track.get(0).face();
    double middle = (face.box().left() + face.box().right()) / 2 / face.frameWidth();
    if (people.contains(WOMAN) && people.size() == 3) {
      // They stand in the left two thirds.
      return middle < 0.32 ? WOMAN : IdentityEvent.UNKNOWN;
    }
    return people.get(Math.min(people.size() - 1, (int) (middle * people.size())));
  }

  /**
   * Prints both verdicts.
   *
   * @return the name in the last event
   */
  private static String judge(
      String clip,
      String expected,
      List<Seen> track,
      Map<String, List<float[]>> gallery,
      DescriptorModel model) {
    List<Match> matches = track.stream().map(seen -> match(seen, gallery, model)).toList();
    long named =
        matches.stream()
            .filter(match -> match.candidates().get(0).distance() < match.threshold())
            .count();
    long wrongly =
        matches.stream()
            .filter(match -> match.candidates().get(0).distance() < match.threshold())
            .filter(match -> !match.candidates().get(0).name().equals(expected))
            .count();
    List<IdentityEvent> events =
        new TrackReplay(new DecisionRules(2, 0.1, Duration.ofSeconds(6))).events(matches);
    Set<String> names =
        events.stream()
            .map(IdentityEvent::name)
            .filter(name -> !name.equals(IdentityEvent.UNKNOWN))
            .collect(Collectors.toSet());
    assertTrue(names.size() <= 1, () -> clip + ": one track, several names: " + names);
    assertEquals(
        1, events.stream().filter(event -> event.type() == IdentityEvent.Type.ended).count());
    String said = events.get(events.size() - 1).name();
    System.out.printf(
        Locale.ROOT,
        "clips, %s, %s, %s: %d faces, of which named %d, wrongly %d, nearest at %s; track: %s%n",
        model.name(),
        clip,
        expected,
        matches.size(),
        named,
        wrongly,
        matches.stream()
            .map(match -> match.candidates().get(0))
            .map(near -> String.format(Locale.ROOT, "%.2f", near.distance()))
            .toList(),
        said);
    return said;
  }

  private static Match match(Seen seen, Map<String, List<float[]>> gallery, DescriptorModel model) {
    Face face = seen.face();
    List<Match.Candidate> candidates = new ArrayList<>();
    gallery.forEach(
        (person, references) -> {
          float least = Float.POSITIVE_INFINITY;
          for (float[] reference : references) {
            least = Math.min(least, model.metric().distance(seen.descriptor(), reference));
          }
          candidates.add(new Match.Candidate(person, person, least, ""));
        });
    candidates.sort(Comparator.comparingDouble(Match.Candidate::distance));
    return MatchBuilder.builder()
        .faceId(face.id())
        .camera(face.camera())
        .track(face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .score(face.score())
        .quality(face.quality().overall())
        .candidates(candidates)
        .threshold(model.threshold())
        .model(model.name())
        .galleryVersion(1)
        .build();
  }

  /** The faces of the best quality. */
  private static List<Seen> best(Map<String, List<Seen>> tracks, int most) {
    return tracks.values().stream()
        .flatMap(List::stream)
        .sorted(
            Comparator.comparingDouble((Seen seen) -> seen.face().quality().overall()).reversed())
        .limit(most)
        .toList();
  }

  /** By track, the faces that the detector's defaults publish and the recognizer's describe. */
  private static Map<String, List<Seen>> tracks(Path clip, Mtcnn mtcnn, Descriptors descriptors)
      throws Exception {
    DetectorConfig config =
        Settings.load(List.of(DetectorConfig.class), Optional.empty(), Map.of(), Map.of())
            .get(DetectorConfig.class);
    Timer ignored = Timer.builder("ignored").register(new SimpleMeterRegistry());
    FaceSelector selector =
        new FaceSelector(config.track(), config.bestShots(), config.crop(), ignored, ignored);
    // As the detector does it: weak detections carry tracks on.
    MtcnnOptions options = MtcnnOptions.DEFAULT.withThresholds(0.6f, 0.7f, 0.4f);
    Map<String, List<Seen>> tracks = new LinkedHashMap<>();
    CameraTracks state = CameraTracks.NONE;
    int sequence = 0;
    try (VideoSource source = VideoSource.open(clip)) {
      long begin = Long.MIN_VALUE;
      while (source.next()) {
        long at = source.timestamp();
        if (at == StreamClock.NO_TIMESTAMP) {
          continue;
        }
        begin = begin == Long.MIN_VALUE ? at : begin;
        try (Picture picture = decoded(source.jpeg(1280, 85).orElseThrow().jpeg())) {
          Frame frame =
              new Frame(
                  "clip",
                  1,
                  sequence++,
                  BEGIN.plusNanos(at - begin),
                  picture.width(),
                  picture.height(),
                  "",
                  new byte[0]);
          List<Detection> found = mtcnn.detect(List.of(picture), options).get(0);
          FaceSelector.Selection selection =
              selector.select(state, frame, picture.rgb(), found, GOOD, CameraZones.NONE);
          state = selection.after();
          for (Face face : selection.faces()) {
            if (face.score() >= LEAST_SCORE) {
              try (Picture crop = decoded(face.jpeg())) {
                float[] descriptor =
                    descriptors
                        .describe(List.of(new LocatedFace(crop, face.cropLandmarks())))
                        .get(0);
                tracks
                    .computeIfAbsent(face.track(), id -> new ArrayList<>())
                    .add(new Seen(face, descriptor));
              }
            }
          }
        }
      }
    }
    return tracks;
  }

  private static Picture decoded(byte[] jpeg) {
    try {
      return Picture.decodeFrame(jpeg);
    } catch (UnreadablePictureException impossible) {
      throw new IllegalStateException("our own JPEG is readable", impossible);
    }
  }
}

package org.facestream.sink.api.picture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.loop.DeviceException;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.LocatedFace;
import org.facestream.recognizer.facenet.ModelDefinition;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Finds and describes the faces of uploaded pictures, some at a time. The networks are loaded when
 * they are first needed. Thread-safe.
 */
public final class FaceReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LATER = Duration.ofSeconds(1);

  private final Settings settings;
  private final int parallel;
  private final int perCaller;
  private final Semaphore permits;
  private final Map<String, Integer> callers = new ConcurrentHashMap<>();
  private @Nullable FaceDescriber describer;

  /**
   * What is wanted of a picture.
   *
   * @param detect whether faces are searched for; otherwise, the picture is one, cut out
   * @param describe whether they are described
   * @param choice of the faces, which are given with the best first
   */
  public record Wanted(boolean detect, boolean describe, UnaryOperator<List<SeenFace>> choice) {
    /** All faces. */
    public static Wanted all(boolean describe) {
      return new Wanted(true, describe, faces -> faces);
    }
  }

  /**
   * A face of a picture.
   *
   * @param face in pixels of the picture in its whole size
   * @param descriptor null when it was not wanted, or the landmarks do not span a face
   */
  public record Described(SeenFace face, float @Nullable [] descriptor) {}

  /**
   * What was found.
   *
   * @param width of the picture, in pixels, upright
   * @param detectMillis time of the search for faces
   * @param describeMillis time of their descriptions
   */
  public record Reading(
      int width, int height, List<Described> faces, double detectMillis, double describeMillis) {}

  /** Opens nothing yet. */
  public FaceReader(Settings settings) {
    ApiConfig config = settings.get(ApiConfig.class);
    this.settings = settings;
    this.parallel = config.inference().orElse(Runtime.getRuntime().availableProcessors());
    this.perCaller = config.inferencePerCaller();
    this.permits = new Semaphore(parallel, true);
  }

  /** The networks, which are loaded now if they are not. */
  private synchronized FaceDescriber describer() {
    if (describer == null) {
      describer = new FaceDescriber(settings, null, parallel);
    }
    return describer;
  }

  /** The model of the descriptors. */
  public DescriptorModel model() {
    return describer().descriptors().model();
  }

  /**
   * Reads a picture.
   *
   * @throws Problem when it is no picture or too large, or the caller or all together have too many
   */
  public Reading read(Caller caller, byte[] encoded, Wanted wanted) {
    String who = caller.kind() + " " + caller.id();
    if (callers.merge(who, 1, Integer::sum) > perCaller) {
      leave(who);
      throw Problem.tooMany(
          "You have %s pictures examined at once (api.inference-per-caller); wait for one."
              .formatted(perCaller),
          LATER);
    }
    try {
      if (!permits.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw Problem.tooMany("Many pictures are being examined; try again.", LATER);
      }
      try (Picture picture = Picture.decodeStill(encoded)) {
        return read(picture, wanted);
      } finally {
        permits.release();
      }
    } catch (UnreadablePictureException unreadable) {
      throw unreadable.reason().equals("too-large")
          ? Problem.tooLarge(sentence(unreadable), unreadable)
          : Problem.unusable(sentence(unreadable));
    } catch (DeviceException failed) {
      throw Problem.unavailable("The device of the networks failed; try again.", failed);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } finally {
      leave(who);
    }
  }

  private void leave(String who) {
    callers.computeIfPresent(who, (same, count) -> count > 1 ? count - 1 : null);
  }

  private static String sentence(UnreadablePictureException unreadable) {
    return "The picture cannot be used: " + unreadable.getMessage() + ".";
  }

  private Reading read(Picture picture, Wanted wanted) {
    FaceDescriber networks = describer();
    long begun = System.nanoTime();
    List<SeenFace> faces =
        wanted
            .choice()
            .apply(
                wanted.detect()
                    ? networks.seen(picture)
                    : List.of(cutOut(picture, networks.descriptors().model().definition())));
    long found = System.nanoTime();
    List<LocatedFace> located =
        faces.stream()
            .filter(face -> networks.descriptors().canDescribe(face.landmarks()))
            .map(face -> new LocatedFace(picture, face.landmarks()))
            .toList();
    List<float[]> descriptors =
        wanted.describe() && !located.isEmpty()
            ? networks.descriptors().describe(located)
            : List.of();
    List<Described> described = new ArrayList<>();
    int next = 0;
    for (SeenFace face : faces) {
      boolean can = next < descriptors.size() && located.get(next).landmarks() == face.landmarks();
      described.add(
          new Described(FullSize.of(face, picture), can ? descriptors.get(next++) : null));
    }
    return new Reading(
        picture.fullWidth(),
        picture.fullHeight(),
        List.copyOf(described),
        (found - begun) / 1e6,
        (System.nanoTime() - found) / 1e6);
  }

  /** The whole picture, with the landmarks where the network expects them. */
  private static SeenFace cutOut(Picture picture, ModelDefinition model) {
    float across = picture.width() / (float) model.input().width();
    float down = picture.height() / (float) model.input().height();
    List<Point> points =
        model.alignment().landmarks().points().stream()
            .map(point -> new Point(point.x() * across, point.y() * down))
            .toList();
    return new SeenFace(
        new Box(0, 0, picture.width(), picture.height()), Landmarks.of(points), 1, 1);
  }

  /** The descriptor of the one face of a picture. */
  static float[] one(Reading reading, String which) {
    if (reading.faces().size() != 1) {
      throw Problem.unusable(
          "The %s picture shows %s: send one with one face."
              .formatted(
                  which,
                  reading.faces().isEmpty() ? "no face" : reading.faces().size() + " faces"));
    }
    return Optional.ofNullable(reading.faces().get(0).descriptor())
        .orElseThrow(
            () ->
                Problem.unusable("Eyes and mouth of the %s face are not found.".formatted(which)));
  }

  @Override
  public synchronized void close() {
    if (describer != null) {
      describer.close();
    }
  }
}

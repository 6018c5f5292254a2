package org.facestream.sink.api.compreface;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.facestream.detector.face.Box;
import org.facestream.sink.api.picture.FaceReader;
import org.jspecify.annotations.Nullable;

/**
 * A picture that was read, and what is answered about its faces.
 *
 * @param model name of the descriptor network
 */
record Look(FaceReader.Reading reading, Wishes wishes, String model) {
  private static final double DIGITS = 1e5;

  /** The faces, the largest first. */
  List<FaceReader.Described> faces() {
    return reading.faces();
  }

  /** A face of it. */
  Answers.Face face(
      FaceReader.Described face,
      @Nullable List<Answers.Likeness> subjects,
      @Nullable Double similarity) {
    return new Answers.Face(
        box(face.face().box(), face.face().score()),
        subjects,
        similarity,
        wishes.calculator() ? face.descriptor() : null,
        wishes.landmarks()
            ? face.face().landmarks().points().stream()
                .map(point -> List.of(Math.round(point.x()), Math.round(point.y())))
                .toList()
            : null,
        wishes.status() ? times() : null);
  }

  private Answers.Box box(Box box, float score) {
    return new Answers.Box(
        Math.round(score * DIGITS) / DIGITS,
        within(box.right(), reading.width()),
        within(box.bottom(), reading.height()),
        within(box.left(), reading.width()),
        within(box.top(), reading.height()));
  }

  private static int within(float place, int size) {
    return Math.max(0, Math.min(size, Math.round(place)));
  }

  /** Those of the picture, shared among its faces. */
  private Map<String, Double> times() {
    Map<String, Double> times = new TreeMap<>();
    int faces = Math.max(1, reading.faces().size());
    times.put("detector", (double) Math.round(reading.detectMillis() / faces));
    if (reading.faces().stream().anyMatch(face -> face.descriptor() != null)) {
      times.put("calculator", (double) Math.round(reading.describeMillis() / faces));
    }
    return times;
  }

  /** What did it, if that is wanted. */
  @Nullable Map<String, String> versions() {
    return wishes.status()
        ? new TreeMap<>(Map.of("detector", "facestream.mtcnn", "calculator", "facestream." + model))
        : null;
  }
}

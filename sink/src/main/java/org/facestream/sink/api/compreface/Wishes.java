package org.facestream.sink.api.compreface;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.api.picture.SeenFace;

/**
 * What a request wants of the faces of a picture.
 *
 * @param most number of faces, the largest first; 0 for all
 * @param probability that a face must have
 * @param plugins what is to be in the answer; as in CompreFace, one that is not there is ignored
 * @param status whether times and versions are to be in the answer
 * @param detect whether faces are searched for; otherwise the picture is one
 */
record Wishes(int most, double probability, Set<String> plugins, boolean status, boolean detect) {
  private static final String CALCULATOR = "calculator";
  private static final String LANDMARKS = "landmarks";

  /** Declares the parameters that {@link #of} reads. */
  static Route.Builder declare(Route.Builder route) {
    return route
        .dialect(Codes.DIALECT)
        .query("limit", Parameter.Type.integer, "Largest number of faces; 0 for all.")
        .query("det_prob_threshold", Parameter.Type.number, "Least probability of a face, 0 to 1.")
        .query("face_plugins", Parameter.Type.text, "calculator, landmarks; separated by commas.")
        .query("status", Parameter.Type.text, "true: with times and versions.");
  }

  static Wishes of(Call call) {
    return new Wishes(
        whole(call, "limit", 0, 0, Integer.MAX_VALUE),
        probability(call),
        Arrays.stream(call.query("face_plugins").orElse("").split(","))
            .map(String::strip)
            .collect(Collectors.toSet()),
        isTrue(call, "status", false),
        isTrue(call, "detect_faces", true));
  }

  /** A whole number, which is refused as CompreFace does. */
  static int whole(Call call, String name, int otherwise, int least, int most) {
    String given = call.query(name).orElse(String.valueOf(otherwise));
    try {
      int value = Integer.parseInt(given);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException none) {
      // Refused below.
    }
    throw Codes.constraint(name + " must be a whole number, at least " + least);
  }

  static double probability(Call call) {
    double given = call.number("det_prob_threshold").orElse(0.0);
    if (given < 0 || given > 1) {
      throw Codes.constraint("det_prob_threshold must be from 0.0 to 1.0");
    }
    return given;
  }

  /** Python's clients send True. */
  private static boolean isTrue(Call call, String name, boolean otherwise) {
    return call.query(name)
        .map(given -> given.toLowerCase(Locale.ROOT).equals("true"))
        .orElse(otherwise);
  }

  boolean calculator() {
    return plugins.contains(CALCULATOR);
  }

  boolean landmarks() {
    return plugins.contains(LANDMARKS);
  }

  /** The same for a picture of which all faces count. */
  Wishes ofAll() {
    return new Wishes(0, probability, plugins, status, detect);
  }

  /**
   * What the networks are to do.
   *
   * @param describe whether faces are compared; they are described too where that was asked for
   */
  FaceReader.Wanted wanted(boolean describe) {
    return new FaceReader.Wanted(detect, describe || calculator(), this::chosen);
  }

  private List<SeenFace> chosen(List<SeenFace> faces) {
    return faces.stream()
        .filter(face -> face.score() >= probability)
        .sorted(Comparator.comparingDouble(Wishes::area).reversed())
        .limit(most == 0 ? Long.MAX_VALUE : most)
        .toList();
  }

  private static double area(SeenFace face) {
    return (double) face.box().width() * face.box().height();
  }
}

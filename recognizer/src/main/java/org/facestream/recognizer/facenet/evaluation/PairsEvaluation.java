package org.facestream.recognizer.facenet.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.Descriptors;

/**
 * Measures detector, alignment and descriptor together on pairs of photographs. Of several faces in
 * a picture the one nearest to its middle counts: so are the pictures of such collections made.
 */
public final class PairsEvaluation {
  private final Path images;
  private final Function<Picture, List<Landmarks>> finder;
  private final Descriptors descriptors;

  /**
   * @param images folder that the pictures' names are relative to
   * @param finder gives the landmarks of each face that a picture shows
   * @param descriptors stays its owner's
   */
  public PairsEvaluation(
      Path images, Function<Picture, List<Landmarks>> finder, Descriptors descriptors) {
    this.images = images;
    this.finder = finder;
    this.descriptors = descriptors;
  }

  /**
   * Describes each picture once and compares the two of each pair.
   *
   * @throws UserError that names the picture which cannot be read
   */
  public Verification evaluate(List<FacePair> pairs) {
    Map<String, Optional<float[]>> described = new HashMap<>();
    List<Verification.ScoredPair> scored = new ArrayList<>(pairs.size());
    for (FacePair pair : pairs) {
      Optional<float[]> first = described.computeIfAbsent(pair.first(), this::describe);
      Optional<float[]> second = described.computeIfAbsent(pair.second(), this::describe);
      float distance =
          first.isPresent() && second.isPresent()
              ? descriptors.model().metric().distance(first.get(), second.get())
              : Float.POSITIVE_INFINITY;
      scored.add(new Verification.ScoredPair(pair, distance));
    }
    return new Verification(scored);
  }

  private Optional<float[]> describe(String name) {
    Path file = images.resolve(name);
    try (Picture picture = Picture.decodeStill(Files.readAllBytes(file))) {
      return finder.apply(picture).stream()
          .min(Comparator.comparingDouble(face -> fromMiddle(face, picture)))
          .map(face -> descriptors.describe(picture, face));
    } catch (IOException | UnreadablePictureException unreadable) {
      throw new UserError(
          "picture " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  private static double fromMiddle(Landmarks face, Picture picture) {
    Point nose = face.nose();
    return Math.hypot(
        nose.x() - (picture.width() - 1) / 2.0, nose.y() - (picture.height() - 1) / 2.0);
  }
}

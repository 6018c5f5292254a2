package org.facestream.deploy.lab.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.sink.api.picture.SeenFace;

/**
 * Pictures of a collection, each described once, when it is first asked for. Of several faces in a
 * picture the one nearest to its middle counts: so are the pictures of such collections made. What
 * is no usable picture has no face, and does not end an evaluation of thousands. One thread uses
 * it.
 */
public final class DescribedPictures {
  private final Path images;
  private final Function<Picture, List<SeenFace>> finder;
  private final Descriptors descriptors;
  private final Consumer<String> progress;
  private final Map<String, Described> described = new HashMap<>();

  /**
   * A picture and what was found in it.
   *
   * @param name relative to the folder of pictures
   * @param face that counts; empty where there is none
   * @param descriptor of that face
   * @param findNanos decoding the picture and finding its faces
   * @param describeNanos describing the one that counts
   * @param unusable why it is no usable picture; empty for one that is
   */
  public record Described(
      String name,
      Optional<SeenFace> face,
      Optional<float[]> descriptor,
      long findNanos,
      long describeNanos,
      Optional<String> unusable) {}

  /**
   * @param images folder that the pictures' names are relative to
   * @param finder gives each face that a picture shows
   * @param descriptors stays its owner's
   * @param progress receives each picture
   */
  public DescribedPictures(
      Path images,
      Function<Picture, List<SeenFace>> finder,
      Descriptors descriptors,
      Consumer<String> progress) {
    this.images = images;
    this.finder = finder;
    this.descriptors = descriptors;
    this.progress = progress;
  }

  DescriptorModel model() {
    return descriptors.model();
  }

  /**
   * A picture's face.
   *
   * @throws UserError that names the picture where its file is not there or cannot be read
   */
  public Described of(String name) {
    return described.computeIfAbsent(name, this::describe);
  }

  /** Everything described so far, the slowest first. */
  public List<Described> slowestFirst() {
    List<Described> all = new ArrayList<>(described.values());
    all.sort(
        Comparator.comparingLong((Described one) -> one.findNanos() + one.describeNanos())
            .reversed()
            .thenComparing(Described::name));
    return all;
  }

  /** Those that are no usable pictures, by name. */
  public List<Described> unusable() {
    return described.values().stream()
        .filter(one -> one.unusable().isPresent())
        .sorted(Comparator.comparing(Described::name))
        .toList();
  }

  /** The distance of two pictures' faces; infinite where one has none. */
  float distance(String first, String second) {
    Optional<float[]> one = of(first).descriptor();
    Optional<float[]> other = of(second).descriptor();
    return one.isPresent() && other.isPresent()
        ? model().metric().distance(one.get(), other.get())
        : Float.POSITIVE_INFINITY;
  }

  private Described describe(String name) {
    progress.accept(name);
    Path file = images.resolve(name);
    long start = System.nanoTime();
    try (Picture picture = Picture.decodeStill(Files.readAllBytes(file))) {
      Optional<SeenFace> face =
          finder.apply(picture).stream()
              .filter(each -> descriptors.canDescribe(each.landmarks()))
              .min(Comparator.comparingDouble(each -> fromMiddle(each.landmarks(), picture)));
      long found = System.nanoTime();
      Optional<float[]> descriptor =
          face.map(each -> descriptors.describe(picture, each.landmarks()));
      return new Described(
          name, face, descriptor, found - start, System.nanoTime() - found, Optional.empty());
    } catch (IOException unreadable) {
      throw UserError.unreadable(file, unreadable);
    } catch (UnreadablePictureException unusable) {
      return unusable(name, start, String.valueOf(unusable.getMessage()));
    } catch (RuntimeException | OutOfMemoryError failed) {
      return unusable(
          name,
          start,
          "it failed with %s (%s)"
              .formatted(
                  failed.getClass().getSimpleName(),
                  String.valueOf(failed.getMessage()).lines().findFirst().orElse("").strip()));
    }
  }

  private static Described unusable(String name, long start, String why) {
    return new Described(
        name, Optional.empty(), Optional.empty(), System.nanoTime() - start, 0, Optional.of(why));
  }

  private static double fromMiddle(Landmarks face, Picture picture) {
    Point nose = face.nose();
    return Math.hypot(
        nose.x() - (picture.width() - 1) / 2.0, nose.y() - (picture.height() - 1) / 2.0);
  }
}

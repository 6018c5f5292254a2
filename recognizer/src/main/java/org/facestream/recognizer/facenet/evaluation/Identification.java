package org.facestream.recognizer.facenet.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.Metric;

/**
 * Open-set identification as ISO/IEC 19795-1 defines it: some people are enrolled, pictures of all
 * are searched for, and those of people who are not enrolled must stay unknown. The distance to a
 * person is that to the nearest of their references.
 *
 * @param enrolled people in the gallery
 * @param references pictures of theirs in it
 * @param mated searches for people who are enrolled
 * @param strangers searches for people who are not
 */
public record Identification(
    int enrolled, int references, List<Search> mated, List<Search> strangers) {

  /**
   * A picture that was searched for.
   *
   * @param picture its name
   * @param person whom it shows
   * @param found who is nearest
   * @param distance to that person; infinite where the picture has no face
   */
  public record Search(String picture, String person, String found, float distance) {
    boolean right() {
      return person.equals(found) && Float.isFinite(distance);
    }
  }

  /**
   * What a threshold gives.
   *
   * @param falsePositive share of the strangers' searches that give somebody's name
   * @param falseNegative share of the others that do not give the right name
   */
  public record Rates(float threshold, double falsePositive, double falseNegative) {}

  public Identification {
    mated = List.copyOf(mated);
    strangers = List.copyOf(strangers);
  }

  /**
   * Enrols every second person, by chance, with their first pictures, and searches for all others.
   *
   * @param references pictures of each enrolled person, 1 or more; who has no more is a stranger
   * @param seed of who is enrolled
   * @throws UserError where too few people have enough pictures
   */
  public static Identification evaluate(
      DescribedPictures pictures, PeopleFolder folder, int references, long seed) {
    List<String> names = new ArrayList<>(folder.people().keySet());
    Collections.shuffle(names, new Random(seed));
    Map<String, List<float[]>> gallery = new LinkedHashMap<>();
    List<String> searched = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      List<String> own = folder.people().get(names.get(i));
      if (i % 2 == 0 && own.size() > references) {
        List<float[]> descriptors = new ArrayList<>();
        own.subList(0, references)
            .forEach(picture -> pictures.of(picture).descriptor().ifPresent(descriptors::add));
        if (!descriptors.isEmpty()) {
          gallery.put(names.get(i), descriptors);
        }
      }
      searched.add(names.get(i));
    }
    if (gallery.isEmpty() || gallery.size() == names.size()) {
      throw new UserError(
          "identification needs people with more than %d pictures, and others"
              .formatted(references));
    }
    List<Search> mated = new ArrayList<>();
    List<Search> strangers = new ArrayList<>();
    Metric metric = pictures.model().metric();
    for (String person : searched) {
      boolean known = gallery.containsKey(person);
      List<String> own = folder.people().get(person);
      for (String picture : known ? own.subList(references, own.size()) : own) {
        Search search = search(picture, person, pictures.of(picture).descriptor(), gallery, metric);
        (known ? mated : strangers).add(search);
      }
    }
    int count = gallery.values().stream().mapToInt(List::size).sum();
    return new Identification(gallery.size(), count, mated, strangers);
  }

  private static Search search(
      String picture,
      String person,
      Optional<float[]> descriptor,
      Map<String, List<float[]>> gallery,
      Metric metric) {
    String nearest = "";
    float least = Float.POSITIVE_INFINITY;
    if (descriptor.isPresent()) {
      for (Map.Entry<String, List<float[]>> one : gallery.entrySet()) {
        for (float[] reference : one.getValue()) {
          float distance = metric.distance(descriptor.get(), reference);
          if (distance < least) {
            least = distance;
            nearest = one.getKey();
          }
        }
      }
    }
    return new Search(picture, person, nearest, least);
  }

  /** The share of searches for enrolled people of which the right one is the nearest. */
  public double rankOne() {
    return share(mated.stream().filter(Search::right).count(), mated.size());
  }

  public Rates at(float threshold) {
    return new Rates(
        threshold,
        share(
            strangers.stream().filter(search -> search.distance() < threshold).count(),
            strangers.size()),
        share(
            mated.stream()
                .filter(search -> !(search.right() && search.distance() < threshold))
                .count(),
            mated.size()));
  }

  /**
   * At the highest threshold at which at most this share of strangers gets a name.
   *
   * @param falsePositive 0 to 1
   */
  public Rates atFalsePositive(double falsePositive) {
    List<Float> distances =
        new ArrayList<>(strangers.stream().map(Search::distance).sorted().toList());
    int most = (int) Math.floor(falsePositive * distances.size() + 1e-9);
    return at(most < distances.size() ? distances.get(most) : Float.MAX_VALUE);
  }

  private static double share(long part, int whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}

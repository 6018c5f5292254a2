package org.facestream.deploy.lab.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Open-set identification as ISO/IEC 19795-1 defines it: some people are enrolled, pictures of all
 * are searched for, and those of people who are not enrolled must stay unknown.
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
   * Searches for every picture that is not enrolled.
   *
   * @param people who is enrolled, and who is not
   * @param counting how many of a person's nearest references count: the mean of their distances is
   *     the distance to the person; 1 or more
   */
  public static Identification evaluate(DescribedPictures pictures, OpenSet people, int counting) {
    NearestPeople nearest = NearestPeople.of(pictures, people, counting);
    return new Identification(
        people.enrolled().size(),
        people.references(),
        searches(pictures, people.mated(), nearest),
        searches(pictures, people.strangers(), nearest));
  }

  private static List<Search> searches(
      DescribedPictures pictures, Map<String, List<String>> people, NearestPeople nearest) {
    List<Search> searches = new ArrayList<>();
    for (Map.Entry<String, List<String>> one : people.entrySet()) {
      for (String picture : one.getValue()) {
        NearestPeople.Near found =
            pictures
                .of(picture)
                .descriptor()
                .map(descriptor -> nearest.to(descriptor, 1).get(0))
                .orElse(new NearestPeople.Near("", Float.POSITIVE_INFINITY));
        searches.add(new Search(picture, one.getKey(), found.person(), found.distance()));
      }
    }
    return searches;
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

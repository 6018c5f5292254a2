package org.facestream.recognizer.gallery.match;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.identity.Match;

/**
 * Finds the candidates for a face: the people whose distance is the smallest share of their
 * threshold.
 *
 * <p>With one threshold, these are the nearest people. If watchlists have their own thresholds, the
 * nearest people of each watchlist and of all others are found by exact searches and merged; blocks
 * of the gallery without people of a watchlist cost nothing.
 */
public final class CandidateSearch {
  /** The best and the second-best person, and one more for the analysis of a decision. */
  public static final int USUAL = 3;

  private final Thresholds thresholds;
  private final Reduction reduction;
  private final int most;

  /**
   * @param most number of candidates per face
   */
  public CandidateSearch(Thresholds thresholds, Reduction reduction, int most) {
    this.thresholds = thresholds;
    this.reduction = reduction;
    this.most = most;
  }

  /**
   * Finds them.
   *
   * @param cameras per face the camera's id
   * @return per face, the likeliest first
   */
  public List<List<Match.Candidate>> search(
      GallerySnapshot gallery, float[][] descriptors, List<String> cameras, Instant now) {
    if (thresholds.watchlists().isEmpty()) {
      return gallery.match(descriptors, most, reduction, now);
    }
    List<List<Match.Candidate>> found =
        search(gallery, descriptors, person -> thresholds.of(person.watchlist()) == null, now);
    thresholds
        .watchlists()
        .forEach(
            (watchlist, threshold) -> {
              List<List<Match.Candidate>> watched =
                  search(
                      gallery,
                      descriptors,
                      person -> Objects.equals(person.watchlist(), watchlist),
                      now);
              for (int face = 0; face < found.size(); face++) {
                for (Match.Candidate candidate : watched.get(face)) {
                  found.get(face).add(candidate.withThreshold(threshold));
                }
              }
            });
    List<List<Match.Candidate>> ranked = new ArrayList<>(found.size());
    for (int face = 0; face < found.size(); face++) {
      float usual = thresholds.on(cameras.get(face));
      ranked.add(
          found.get(face).stream()
              .sorted(Comparator.comparingDouble(candidate -> candidate.share(usual)))
              .limit(most)
              .toList());
    }
    return ranked;
  }

  private List<List<Match.Candidate>> search(
      GallerySnapshot gallery, float[][] descriptors, Predicate<Person> who, Instant now) {
    List<List<Match.Candidate>> found = new ArrayList<>(descriptors.length);
    gallery
        .match(descriptors, most, reduction, now, who)
        .forEach(candidates -> found.add(new ArrayList<>(candidates)));
    return found;
  }
}

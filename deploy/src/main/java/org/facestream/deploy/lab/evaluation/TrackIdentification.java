package org.facestream.deploy.lab.evaluation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.facestream.deploy.lab.evaluation.DescribedPictures.Described;
import org.facestream.recognizer.gallery.match.CandidateSearch;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.TrackReplay;
import org.facestream.sink.api.picture.SeenFace;

/**
 * Open-set identification with the recognizer's decision: the pictures of a person are dealt out to
 * tracks, each picture to one, and the decision per track is taken as in the pipeline.
 *
 * <p>Photographs of different days vary more than the frames of one track do, so a stranger who
 * resembles somebody in one of them is found out by the others. {@code still} is the other extreme:
 * tracks of strangers in which every face is the same picture.
 *
 * @param rules of the decision
 * @param mated tracks of people who are enrolled
 * @param strangers tracks of people who are not
 * @param still tracks of strangers that are one picture again and again
 * @param leftOut pictures without a face, and those that were too few for a track
 */
public record TrackIdentification(
    DecisionRules rules,
    List<SearchedTrack> mated,
    List<SearchedTrack> strangers,
    List<SearchedTrack> still,
    int leftOut) {

  private static final long FRAME_MILLIS = 200;

  /**
   * The faces of a track.
   *
   * @param person whom they show
   * @param faces compared with those who are enrolled, whatever the threshold
   */
  public record SearchedTrack(String person, List<Match> faces) {}

  /**
   * What a threshold gives.
   *
   * @param strangersNamed share of strangers' tracks of which an event gives somebody's name
   * @param stillNamed the same where all faces of a track are one picture
   * @param missed share of the others of which the last event does not give the right name
   * @param wrong share of the others of which an event gives another's name
   */
  public record Rates(
      float threshold, double strangersNamed, double stillNamed, double missed, double wrong) {}

  public TrackIdentification {
    mated = List.copyOf(mated);
    strangers = List.copyOf(strangers);
    still = List.copyOf(still);
  }

  /**
   * Deals out the pictures and compares each with those who are enrolled.
   *
   * @param counting how many of a person's nearest references count: the mean of their distances is
   *     the distance to the person; 1 or more
   * @param length faces of a track, 1 or more; what is left of a person's pictures makes a shorter
   *     one when it is as many as the rules want for a name
   * @param seed of which pictures come together
   */
  public static TrackIdentification evaluate(
      DescribedPictures pictures,
      OpenSet people,
      DecisionRules rules,
      int counting,
      int length,
      long seed) {
    NearestPeople nearest = NearestPeople.of(pictures, people, counting);
    Random random = new Random(seed);
    List<SearchedTrack> mated = tracks(pictures, people.mated(), nearest, rules, length, random);
    List<SearchedTrack> strangers =
        tracks(pictures, people.strangers(), nearest, rules, length, random);
    List<SearchedTrack> still = new ArrayList<>();
    for (Map.Entry<String, List<String>> one : people.strangers().entrySet()) {
      for (String picture : one.getValue()) {
        Described described = pictures.of(picture);
        if (described.face().isPresent()) {
          still.add(track(one.getKey(), Collections.nCopies(length, described), nearest, picture));
        }
      }
    }
    int whole = count(people.mated()) + count(people.strangers());
    int used = faces(mated) + faces(strangers);
    return new TrackIdentification(rules, mated, strangers, still, whole - used);
  }

  private static List<SearchedTrack> tracks(
      DescribedPictures pictures,
      Map<String, List<String>> people,
      NearestPeople nearest,
      DecisionRules rules,
      int length,
      Random random) {
    List<SearchedTrack> tracks = new ArrayList<>();
    for (Map.Entry<String, List<String>> one : people.entrySet()) {
      List<Described> own =
          new ArrayList<>(
              one.getValue().stream()
                  .map(pictures::of)
                  .filter(described -> described.face().isPresent())
                  .toList());
      Collections.shuffle(own, random);
      for (int from = 0; from < own.size(); from += length) {
        List<Described> faces = own.subList(from, Math.min(own.size(), from + length));
        if (faces.size() >= Math.min(length, rules.minFaces())) {
          tracks.add(track(one.getKey(), faces, nearest, one.getKey() + "-" + from));
        }
      }
    }
    return tracks;
  }

  private static SearchedTrack track(
      String person, List<Described> faces, NearestPeople nearest, String id) {
    List<Match> matches = new ArrayList<>(faces.size());
    for (Described described : faces) {
      SeenFace face = described.face().orElseThrow();
      matches.add(
          MatchBuilder.builder()
              .faceId(described.name())
              .camera("evaluation")
              .track(id)
              .captureTime(Instant.EPOCH.plusMillis(FRAME_MILLIS * matches.size()))
              .box(face.box())
              .score(face.score())
              .quality(face.quality())
              .candidates(
                  nearest.to(described.descriptor().orElseThrow(), CandidateSearch.USUAL).stream()
                      .map(
                          near ->
                              new Match.Candidate(
                                  near.person(), near.person(), near.distance(), ""))
                      .toList())
              .threshold(1)
              .model("")
              .galleryVersion(1)
              .build());
    }
    return new SearchedTrack(person, matches);
  }

  private static int count(Map<String, List<String>> people) {
    return people.values().stream().mapToInt(List::size).sum();
  }

  private static int faces(List<SearchedTrack> tracks) {
    return tracks.stream().mapToInt(track -> track.faces().size()).sum();
  }

  /** What that threshold gives. */
  public Rates at(float threshold) {
    return new Rates(
        threshold,
        named(strangers, threshold),
        named(still, threshold),
        share(mated, track -> !track.person().equals(last(events(track, threshold)).name())),
        share(
            mated,
            track ->
                events(track, threshold).stream()
                    .anyMatch(
                        event ->
                            event.personId() != null && !event.personId().equals(track.person()))));
  }

  private double named(List<SearchedTrack> tracks, float threshold) {
    return share(
        tracks,
        track -> events(track, threshold).stream().anyMatch(event -> event.personId() != null));
  }

  private List<IdentityEvent> events(SearchedTrack track, float threshold) {
    return new TrackReplay(rules)
        .events(track.faces().stream().map(face -> face.withThreshold(threshold)).toList());
  }

  private static IdentityEvent last(List<IdentityEvent> events) {
    return events.get(events.size() - 1);
  }

  private static double share(List<SearchedTrack> tracks, Predicate<SearchedTrack> which) {
    return tracks.isEmpty()
        ? Double.NaN
        : (double) tracks.stream().filter(which).count() / tracks.size();
  }
}

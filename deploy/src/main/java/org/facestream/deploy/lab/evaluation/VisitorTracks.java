package org.facestream.deploy.lab.evaluation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.facestream.deploy.lab.evaluation.DescribedPictures.Described;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.VisitorReplica;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.TrackReplay;
import org.facestream.recognizer.identity.VisitorRules;
import org.facestream.sink.api.picture.SeenFace;
import org.jspecify.annotations.Nullable;

/**
 * How well unknown tracks are linked to visitors. Nobody is enrolled; each person's pictures are
 * dealt out to tracks, each picture to one, and the tracks of all people come one after the other
 * in a random order. The recognizer's own rules link them.
 *
 * @param space of the descriptors
 * @param rules of the decision, and of the visitors at the threshold that is judged
 * @param tracks of everybody with pictures enough for one
 * @param seed of the orders
 */
public record VisitorTracks(DescriptorSpace space, Rules rules, List<Track> tracks, long seed) {
  private static final int ORDERS = 5;
  private static final Duration FRAME = Duration.ofMillis(200);
  private static final Duration BETWEEN = Duration.ofMinutes(1);

  /** Shares of the judged threshold that are shown. */
  private static final int FROM = 70;

  private static final int TO = 130;
  private static final int STEP = 5;

  /** The rules that are judged. */
  public record Rules(DecisionRules decision, VisitorRules visitors) {}

  /** A person's pictures that come together. */
  record Track(String person, String id, List<Described> faces) {}

  /**
   * What a threshold gives; means over several orders.
   *
   * @param precision of the pairs of tracks with one visitor id, the share that shows one person
   * @param recall of the pairs of tracks of one person, the share with one visitor id
   * @param visitors how many ids there are
   * @param linked share of the tracks that have an id
   */
  public record Rates(
      double threshold, double precision, double recall, double visitors, double linked) {}

  /**
   * Deals out the pictures.
   *
   * @param length faces of a track, 2 or more; what is left of a person's pictures makes a shorter
   *     one
   */
  public static VisitorTracks deal(
      DescribedPictures pictures, PeopleFolder folder, Rules rules, int length, long seed) {
    Random random = new Random(seed);
    List<Track> tracks = new ArrayList<>();
    for (String person : folder.people().keySet()) {
      List<Described> own =
          new ArrayList<>(
              folder.pictures(person).stream()
                  .map(pictures::of)
                  .filter(described -> described.face().isPresent())
                  .toList());
      Collections.shuffle(own, random);
      for (int from = 0; from < own.size(); from += length) {
        List<Described> faces = own.subList(from, Math.min(own.size(), from + length));
        if (faces.size() >= Math.min(length, 2)) {
          tracks.add(new Track(person, person + "-" + from, List.copyOf(faces)));
        }
      }
    }
    return new VisitorTracks(DescriptorSpace.of(pictures.model()), rules, tracks, seed);
  }

  /** Pairs of tracks of one person. */
  long pairs() {
    Map<String, Long> byPerson = new HashMap<>();
    tracks.forEach(track -> byPerson.merge(track.person(), 1L, Long::sum));
    return byPerson.values().stream().mapToLong(count -> count * (count - 1) / 2).sum();
  }

  /** What that threshold gives. */
  public Rates at(double threshold) {
    double precision = 0;
    double recall = 0;
    double visitors = 0;
    double linked = 0;
    for (int order = 0; order < ORDERS; order++) {
      List<Track> shuffled = new ArrayList<>(tracks);
      Collections.shuffle(shuffled, new Random(seed + order));
      Rates rates = linked(shuffled, threshold);
      precision += rates.precision() / ORDERS;
      recall += rates.recall() / ORDERS;
      visitors += rates.visitors() / ORDERS;
      linked += rates.linked() / ORDERS;
    }
    return new Rates(threshold, precision, recall, visitors, linked);
  }

  private Rates linked(List<Track> inOrder, double threshold) {
    VisitorRules judged = rules.visitors();
    try (Telemetry telemetry = new Telemetry()) {
      VisitorReplica visitors =
          new VisitorReplica(
              space,
              new VisitorRules(threshold, judged.minQuality(), judged.retention()),
              telemetry);
      TrackReplay replay = new TrackReplay(rules.decision(), visitors);
      Map<String, Map<String, Long>> people = new HashMap<>();
      Instant begin = Instant.EPOCH;
      long offset = 0;
      for (Track track : inOrder) {
        List<IdentityEvent> events = replay.events(matches(track, begin));
        for (Map.Entry<String, byte @Nullable []> look : replay.written().entrySet()) {
          visitors.replica().accept(look.getKey(), look.getValue(), 0, offset++);
        }
        String visitor = events.get(events.size() - 1).visitorId();
        if (visitor != null) {
          people
              .computeIfAbsent(visitor, id -> new HashMap<>())
              .merge(track.person(), 1L, Long::sum);
        }
        begin = begin.plus(BETWEEN);
      }
      return rates(threshold, people);
    }
  }

  private Rates rates(double threshold, Map<String, Map<String, Long>> people) {
    long together = 0;
    long right = 0;
    long linked = 0;
    for (Map<String, Long> visitor : people.values()) {
      long all = visitor.values().stream().mapToLong(Long::longValue).sum();
      linked += all;
      together += all * (all - 1) / 2;
      right += visitor.values().stream().mapToLong(count -> count * (count - 1) / 2).sum();
    }
    return new Rates(
        threshold,
        together == 0 ? Double.NaN : (double) right / together,
        pairs() == 0 ? Double.NaN : (double) right / pairs(),
        people.size(),
        (double) linked / tracks.size());
  }

  private List<Match> matches(Track track, Instant begin) {
    List<Match> matches = new ArrayList<>(track.faces().size());
    for (Described described : track.faces()) {
      SeenFace face = described.face().orElseThrow();
      matches.add(
          MatchBuilder.builder()
              .faceId(described.name())
              .camera("evaluation")
              .track(track.id())
              .captureTime(begin.plus(FRAME.multipliedBy(matches.size())))
              .box(face.box())
              .score(face.score())
              .quality(face.quality())
              .candidates(List.of())
              .threshold(1)
              .model(space.model())
              .galleryVersion(1)
              .descriptor(described.descriptor().orElseThrow())
              .build());
    }
    return matches;
  }

  /**
   * For a program.
   *
   * @param pairs of tracks of one person
   * @param judged at the threshold that is used
   */
  record Json(int tracks, long pairs, Rates judged, List<Rates> range) {}

  Json json() {
    return new Json(tracks.size(), pairs(), at(rules.visitors().threshold()), range());
  }

  private List<Rates> range() {
    List<Rates> range = new ArrayList<>();
    for (int percent = FROM; percent <= TO; percent += STEP) {
      range.add(at(rules.visitors().threshold() * percent / 100));
    }
    return range;
  }

  /** For a person. */
  void write(StringBuilder text) {
    line(
        text,
        "visitors: %d tracks, %d pairs of them of one person; means over %d orders",
        tracks.size(),
        pairs(),
        ORDERS);
    line(text, "  threshold   precision      recall   visitors   tracks with one");
    for (Rates rates : range()) {
      line(
          text,
          "  %9.3f %9.2f %% %9.2f %% %10.1f %15.1f %%",
          rates.threshold(),
          100 * rates.precision(),
          100 * rates.recall(),
          rates.visitors(),
          100 * rates.linked());
    }
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}

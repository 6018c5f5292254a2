package org.facestream.recognizer.identity;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one decision per track: pure functions from state and face to state and events, so that the
 * same faces give the same events, whenever and wherever they are processed.
 *
 * <p>Every face adds to the evidence of every person in question, see {@link Weighing}. A person is
 * named when enough faces, or a very good one, speak for them and the evidence is enough. A name in
 * force stays until the evidence for it is gone or another person's is clearly more: not for one
 * bad frame.
 */
final class TrackDecision {
  private final DecisionRules rules;
  private final Weighing weighing;
  private final Linking linking;

  /** The new state of a track, and events to publish. */
  record Outcome(TrackState state, List<IdentityEvent> events) {}

  TrackDecision(DecisionRules rules, Linking linking) {
    this.rules = rules;
    this.linking = linking;
    this.weighing = new Weighing(rules);
  }

  /** Whether a face comes too late: its track has ended, and it is no younger than that. */
  static boolean late(TrackState state, Match match) {
    return state.ended() && !match.captureTime().isAfter(state.lastSeen());
  }

  /** Whether a face is one of the track's last: what is delivered twice votes once. */
  static boolean again(TrackState state, Match match) {
    return state.recent().contains(match.faceId());
  }

  /**
   * Takes in a face that is neither late nor there again; {@code state} is null for a track's first
   * face.
   */
  Outcome face(@Nullable TrackState state, Match match) {
    return face(state, match, false);
  }

  /**
   * The same.
   *
   * @param replay whether a track that begins is of a replay
   */
  Outcome face(@Nullable TrackState state, Match match, boolean replay) {
    TrackState before = state == null ? TrackState.before(match, replay) : state;
    Match counts = match.without(before::refuses);
    TrackState seen = linking.face(decide(see(before, counts)), counts);
    Optional<IdentityEvent.Type> type =
        seen.started() ? worthAnUpdate(seen, counts) : worthAStart(seen, counts);
    return type.map(known -> publish(seen, known, match.captureTime()))
        .orElseGet(() -> new Outcome(seen, List.of()));
  }

  /** The track has not been seen for long. Says {@code started} first if that was not yet said. */
  Outcome silence(TrackState silent) {
    if (silent.ended()) {
      return new Outcome(silent, List.of());
    }
    TrackState state = linking.end(silent);
    if (state.started()) {
      return publish(state, IdentityEvent.Type.ended, state.lastSeen());
    }
    Outcome started = publish(state, IdentityEvent.Type.started, state.lastSeen());
    Outcome ended = publish(started.state(), IdentityEvent.Type.ended, state.lastSeen());
    return new Outcome(ended.state(), List.of(started.events().get(0), ended.events().get(0)));
  }

  /**
   * Forgets people who were removed from the gallery, with an event if the last one named such a
   * person. Returns the same state when it does not refer to them.
   */
  Outcome forget(TrackState state, Predicate<String> gone) {
    TrackState left = state.without(gone);
    boolean named =
        !left.ended()
            && left.told() != null
            && left.told().personId() != null
            && gone.test(left.told().personId());
    return named
        ? publish(decide(left), IdentityEvent.Type.updated, left.lastSeen())
        : new Outcome(left, List.of());
  }

  /**
   * Takes in that the visitors are others now. What has ended is corrected only where two visitors
   * became one: whoever named, ignored or forgot a visitor also changes what is stored.
   */
  Outcome visitors(TrackState state) {
    TrackState left = linking.settle(linking.follow(state));
    TrackState.Told told = left.told();
    TrackState.Told now = left.decision();
    boolean other =
        left != state
            && told != null
            && !(same(told.visitorId(), now.visitorId())
                && Objects.equals(told.ignored(), now.ignored()));
    if (!other) {
      return new Outcome(left, List.of());
    }
    if (left.ended() && now.visitorId() == null) {
      return new Outcome(left.retold(), List.of());
    }
    return publish(
        left,
        left.ended() ? IdentityEvent.Type.corrected : IdentityEvent.Type.updated,
        left.lastSeen());
  }

  /** Whether a correction is applied already, or one that includes it is. */
  static boolean again(TrackState state, Correction correction) {
    return state.corrected() != null && correction.number() <= state.corrected().number();
  }

  /**
   * Takes in a correction, with an event that says so. Later faces do not undo it.
   *
   * @param state null when the track is not remembered any more
   * @param known whom the gallery has
   */
  Outcome correct(@Nullable TrackState state, Correction correction, KnownPeople known) {
    TrackState remembered =
        state == null ? Correction.Corrected.state(correction.event(), correction.before()) : state;
    TrackState corrected = remembered.corrected(correction);
    TrackState left = corrected.without(known.gone(corrected.version()));
    return publish(decide(left), IdentityEvent.Type.corrected, left.lastSeen());
  }

  private static Outcome publish(TrackState state, IdentityEvent.Type type, Instant cause) {
    TrackState after = state.afterEvent(type);
    return new Outcome(after, List.of(TrackEvent.of(after, type, cause)));
  }

  private Optional<IdentityEvent.Type> worthAStart(TrackState state, Match match) {
    boolean inQuestion = state.leader().map(leader -> leader.getValue().sum() > 0).orElse(false);
    boolean clearlyNobody =
        match.candidates().isEmpty()
            || (match.quality() >= DecisionRules.SURE_QUALITY
                && match.share(0) >= DecisionRules.CLEARLY_NOBODY);
    boolean start =
        state.personId() != null
            || (!inQuestion && (clearlyNobody || state.faces() >= rules.minFaces()))
            || state.faces() >= Math.max(DecisionRules.PATIENCE, rules.minFaces());
    return start ? Optional.of(IdentityEvent.Type.started) : Optional.empty();
  }

  private static Optional<IdentityEvent.Type> worthAnUpdate(TrackState state, Match match) {
    TrackState.Told told = Objects.requireNonNull(state.told(), "it has started");
    TrackState.Told now = state.decision();
    boolean other =
        !now.name().equals(told.name())
            || !same(now.personId(), told.personId())
            || !same(now.visitorId(), told.visitorId())
            || !Objects.equals(now.ignored(), told.ignored())
            || !same(now.watchlist(), told.watchlist());
    boolean better =
        now.personId() != null
            && told.distance() != null
            && now.distance() != null
            && told.distance() - now.distance() >= DecisionRules.BETTER * match.threshold();
    boolean elsewhere = !now.zones().equals(told.zones());
    return state.ended() || other || better || elsewhere
        ? Optional.of(IdentityEvent.Type.updated)
        : Optional.empty();
  }

  private TrackState decide(TrackState state) {
    SortedMap<String, Evidence> evidence = state.evidence();
    String inForce = state.personId();
    double kept = 0;
    if (inForce != null) {
      Evidence person = evidence.get(inForce);
      if (person == null || person.sum() < DecisionRules.TAKEN_BACK) {
        inForce = null;
      } else {
        kept = person.value() + DecisionRules.TAKEOVER;
      }
    }
    Map.Entry<String, Evidence> leader = state.leader().orElse(null);
    if (leader != null
        && !leader.getKey().equals(inForce)
        && leader.getValue().enough(rules)
        && leader.getValue().value() >= kept
        && leader.getValue().value() >= 2 * runnerUp(evidence, leader.getKey())) {
      inForce = leader.getKey();
    }
    return same(inForce, state.personId()) ? state : state.withPersonId(inForce);
  }

  private static double runnerUp(SortedMap<String, Evidence> evidence, String leader) {
    return evidence.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(leader))
        .mapToDouble(entry -> entry.getValue().value())
        .max()
        .orElse(0);
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one == null ? other == null : one.equals(other);
  }

  private TrackState see(TrackState state, Match match) {
    // Distances of two models cannot be added up.
    boolean sameModel = match.model().equals(state.model());
    SortedMap<String, Evidence> evidence =
        weighing.with(sameModel ? state.evidence() : new TreeMap<>(), match);
    TrackState.Closest closest = sameModel ? state.closest() : null;
    if (!match.candidates().isEmpty()) {
      Match.Candidate nearest = match.candidates().get(0);
      if (closest == null || nearest.distance() < closest.distance()) {
        closest =
            new TrackState.Closest(
                nearest.personId(),
                nearest.distance(),
                Weighing.other(match.candidates(), 0),
                Weighing.margin(match.candidates(), 0));
      }
    }
    TrackState.BestFace best = state.best();
    if (best == null || match.quality() > best.quality()) {
      best = new TrackState.BestFace(match.faceId(), match.quality(), match.score(), match.box());
    }
    Instant time = match.captureTime();
    return state
        .with()
        .firstSeen(time.isBefore(state.firstSeen()) ? time : state.firstSeen())
        .lastSeen(time.isAfter(state.lastSeen()) ? time : state.lastSeen())
        // A close-up is another face of the same moment.
        .faces(state.faces() + (state.moments().contains(time.toEpochMilli()) ? 0 : 1))
        .evidence(evidence)
        .personId(
            evidence.containsKey(state.personId() == null ? "" : state.personId())
                ? state.personId()
                : null)
        .closest(closest)
        .best(best)
        .model(match.model())
        .galleryVersion(Math.max(state.galleryVersion(), match.galleryVersion()))
        .gallery(GalleryVersion.most(state.gallery(), match.gallery()))
        .least(GalleryVersion.least(state.least(), match.gallery()))
        .recent(state.recentWith(match.faceId()))
        .zones(state.zonesWith(match.zones()))
        .moments(state.momentsWith(time.toEpochMilli()))
        .visit(sameModel ? state.visit() : null)
        .build();
  }
}

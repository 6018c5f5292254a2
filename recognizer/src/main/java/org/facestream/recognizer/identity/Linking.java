package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Links unknown tracks to visitors. With none it does nothing. The tracks of a replay are not
 * linked: what a recording shows is not now.
 *
 * <p>It depends on the faces and on the replica, not on the clock. What is to be written to the
 * visitors topic waits in {@link #written()} until the state is stored, in one transaction with
 * that.
 */
final class Linking {
  private final @Nullable Visitors visitors;
  private final List<Written> written = new ArrayList<>();

  /**
   * A record for the visitors topic.
   *
   * @param value null to erase
   */
  record Written(String faceId, byte @Nullable [] value) {}

  Linking(@Nullable Visitors visitors) {
    this.visitors = visitors;
  }

  /** What was to be written since it was asked last. */
  List<Written> written() {
    List<Written> all = List.copyOf(written);
    written.clear();
    return all;
  }

  /** The match as nobody's when its face is nearer to somebody ignored than to any person. */
  Match held(Match match) {
    if (visitors == null || match.descriptor() == null || match.candidates().isEmpty()) {
      return match;
    }
    List<Visitors.Near> near = visitors.nearestIgnored(match.descriptor(), match.captureTime());
    boolean ignored =
        !near.isEmpty()
            && near.get(0).distance() < visitors.rules().threshold()
            && near.get(0).distance() <= match.candidates().get(0).distance();
    return ignored ? match.withCandidates(List.of()) : match;
  }

  /** Takes in a face that the decision has taken in. */
  TrackState face(TrackState state, Match match) {
    if (visitors == null || state.ofReplay()) {
      return state;
    }
    Visit visit = state.visit() == null ? Visit.NONE : state.visit();
    if (visit.over()) {
      return state;
    }
    if (isNamed(state)) {
      return takenBack(state);
    }
    if (visit.through() != null) {
      return state;
    }
    if (match.descriptor() != null && match.quality() >= visitors.rules().minQuality()) {
      visit =
          visit.with(
              new Visit.Look(
                  match.faceId(),
                  match.captureTime().toEpochMilli(),
                  match.quality(),
                  match.descriptor()));
    }
    if (visit.looks().isEmpty()) {
      return state;
    }
    boolean inQuestion = state.leader().map(leader -> leader.getValue().sum() > 0).orElse(false);
    return state.withVisit(
        visit.looks().size() >= VisitorRules.FACES && !inQuestion
            ? link(visitors, state, visit)
            : ignored(visitors, state, visit));
  }

  /** The track has ended. */
  TrackState end(TrackState state) {
    Visit visit = state.visit();
    if (visitors == null || visit == null) {
      return state;
    }
    if (isNamed(state)) {
      return takenBack(state);
    }
    boolean enough = visit.through() == null && visit.looks().size() >= VisitorRules.LEAST_FACES;
    return state.withVisit((enough ? link(visitors, state, visit) : visit).with(List.of()));
  }

  private static boolean isNamed(TrackState state) {
    return state.decision().personId() != null;
  }

  /** Somebody known is no visitor. */
  private TrackState takenBack(TrackState state) {
    Visit visit = state.visit();
    if (visit != null && visit.own() != null) {
      written.add(new Written(visit.own().faceId(), null));
    }
    return visit == null ? state : state.withVisit(null);
  }

  private Visit ignored(Visitors among, TrackState state, Visit visit) {
    List<Visitors.Near> near = among.nearestIgnored(visit.look(), state.lastSeen());
    return near.isEmpty() || near.get(0).distance() >= among.rules().threshold()
        ? visit
        : visit.linked(near.get(0).holder(), near.get(0).reference(), true, null);
  }

  private Visit link(Visitors among, TrackState state, Visit visit) {
    VisitorRules rules = among.rules();
    List<Visitors.Near> near = among.nearest(visit.look(), null, state.lastSeen());
    if (near.isEmpty() || near.get(0).distance() >= rules.threshold()) {
      Visitors.Kept founding =
          keep(
              state,
              visit,
              new Visitors.Holder(
                  id(state), null, state.firstSeen(), state.lastSeen().plus(rules.retention())));
      write(among, founding);
      return visit.linked(founding.holder(), founding.faceId(), false, founding);
    }
    Visitors.Near nearest = near.get(0);
    boolean clear =
        nearest.distance() < VisitorRules.CLEARLY * rules.threshold()
            && (near.size() < 2
                || near.get(1).distance() - nearest.distance()
                    > VisitorRules.MARGIN * rules.threshold());
    Visitors.Holder holder = nearest.holder();
    if (!clear
        || holder.answer() == Visitors.Answer.discarded
        || !among.keepsMore(holder.visitorId(), state.lastSeen())) {
      return visit.linked(holder, nearest.reference(), true, null);
    }
    // The answer of a person ends when it was said to end.
    Instant expiry =
        holder.answer() == null ? state.lastSeen().plus(rules.retention()) : holder.expiry();
    Visitors.Kept kept =
        keep(
            state,
            visit,
            new Visitors.Holder(holder.visitorId(), holder.answer(), state.firstSeen(), expiry));
    write(among, kept);
    return visit.linked(holder, nearest.reference(), true, kept);
  }

  private static Visitors.Kept keep(TrackState state, Visit visit, Visitors.Holder holder) {
    Visit.Look best = visit.looks().get(0);
    return new Visitors.Kept(
        best.faceId(), holder, state.model(), visit.look(), best.quality(), state.track());
  }

  private void write(Visitors among, Visitors.Kept kept) {
    written.add(new Written(kept.faceId(), among.record(kept)));
  }

  /**
   * A track is whose the look is that it was linked through: the state when that has changed, or
   * the same one.
   */
  TrackState follow(TrackState state) {
    Visit visit = state.visit();
    if (visitors == null || visit == null || visit.through() == null) {
      return state;
    }
    Visitors.Holder now = visitors.holder(visit.through());
    Visitors.Holder then = Objects.requireNonNull(visit.holder(), "it is linked");
    if (now == null) {
      if (!visit.confirmed()) {
        return state;
      }
      if (visit.own() != null && !visit.isFounder()) {
        written.add(new Written(visit.own().faceId(), null));
      }
      return state.withVisit(Visit.OVER);
    }
    if (now.isSameAs(then)) {
      return visit.confirmed()
          ? state
          : state.withVisit(visit.linked(then, visit.through(), true, visit.own()));
    }
    Visitors.Kept own = visit.own();
    if (own != null) {
      own = own.of(now);
      if (!visit.isFounder()) {
        write(visitors, own);
      }
    }
    return state.withVisit(visit.linked(now, visit.through(), true, own));
  }

  /**
   * Two workers, or two cameras of one, may found a visitor each for one person, because neither
   * has heard of the other. Then the younger one is the older one: the track that founded the
   * younger moves its look, and who was linked through that follows.
   */
  TrackState settle(TrackState state) {
    Visit visit = state.visit();
    if (visitors == null || visit == null || visit.own() == null || !visit.isFounder()) {
      return state;
    }
    Visitors.Kept own = visit.own();
    List<Visitors.Near> near =
        visitors.nearest(own.look(), own.holder().visitorId(), state.lastSeen());
    if (near.isEmpty()
        || near.get(0).distance() >= visitors.rules().threshold()
        || !near.get(0).holder().before(own.holder())) {
      return state;
    }
    Visitors.Kept moved = own.of(near.get(0).holder());
    write(visitors, moved);
    return state.withVisit(
        visit.linked(near.get(0).holder(), near.get(0).reference(), true, moved));
  }

  /** The same track founds the same visitor, whenever and wherever it is processed. */
  private static String id(TrackState state) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((state.camera() + "/" + state.track()).getBytes(UTF_8));
      return Visitors.PREFIX + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}

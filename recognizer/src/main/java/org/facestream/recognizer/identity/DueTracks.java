package org.facestream.recognizer.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An index of the tracks in the store, to find those that are due without reading them. In memory
 * only, rebuilt from the store at each start. For one thread.
 *
 * <p>Two clocks count. A camera's is the latest capture time of its faces; it may be set back, or
 * be wrong for one face, so a track is compared only with how far it has come since the track's own
 * last face was taken in. The other is this worker's.
 *
 * <p>For tracks of a replay the camera's clock alone counts, which is the recording's: this
 * worker's says only how busy the machine is. A camera's replay has a clock of its own, beside the
 * one of what the camera shows now. A replay that was abandoned is let go in the end.
 */
final class DueTracks {
  /** A replay without records for this time is considered abandoned. */
  private static final Duration ABANDONED = Duration.ofHours(6);

  /** After this time, whoever founds a visitor has heard of those that are there. */
  private static final Duration FOUNDING = Duration.ofSeconds(10);

  /** Which of a camera's two clocks: that of its replay, or that of what it shows now. */
  private record CameraClock(String camera, boolean replay) {
    static CameraClock of(TrackState state) {
      return new CameraClock(state.camera(), state.ofReplay());
    }
  }

  /**
   * @param since when it was last seen or ended, or this worker began, by this worker's clock
   * @param cameraThen its camera's clock when its last face was taken in
   */
  private record Watched(
      CameraClock camera,
      boolean ended,
      Instant lastSeen,
      Set<String> persons,
      long since,
      Instant cameraThen,
      @Nullable Visit visit) {

    boolean replay() {
      return camera.replay();
    }
  }

  private final Duration timeout;
  private final Duration memory;
  private final Map<String, Watched> tracks = new HashMap<>();
  private final Map<CameraClock, Instant> cameras = new HashMap<>();

  /**
   * @param timeout a track that was not seen for this long is silent
   * @param memory an ended track is remembered for this long
   */
  DueTracks(Duration timeout, Duration memory) {
    this.timeout = timeout;
    this.memory = memory;
  }

  /** Forgets all; each track of the store is then to be {@linkplain #restore restored}. */
  void clear() {
    tracks.clear();
    cameras.clear();
  }

  /** A track that is in the store already when the worker begins. */
  void restore(String key, TrackState state) {
    put(key, state, 0, cameras.merge(CameraClock.of(state), state.lastSeen(), DueTracks::later));
  }

  /** All are restored: their time begins. */
  void begin(long now) {
    tracks.replaceAll(
        (key, track) ->
            new Watched(
                track.camera(),
                track.ended(),
                track.lastSeen(),
                track.persons(),
                now,
                clock(track),
                track.visit()));
  }

  /** A track took in a face that was captured then. */
  void seen(String key, TrackState state, Instant captured, long now) {
    put(key, state, now, cameras.merge(CameraClock.of(state), captured, DueTracks::later));
  }

  /** A track's silence ended it. */
  void ended(String key, TrackState state, long now) {
    put(key, state, now, watched(key).cameraThen());
  }

  /** A track's state is another, though it was not seen: the time of its silence goes on. */
  void changed(String key, TrackState state) {
    Watched before = watched(key);
    put(key, state, before.since(), before.cameraThen());
  }

  /**
   * A user corrected a track, perhaps one that is not remembered. A living one goes on as before;
   * an ended one is remembered anew, so that the next correction meets this one.
   */
  void corrected(String key, TrackState state, long now) {
    Watched before = tracks.get(key);
    if (before == null) {
      seen(key, state, state.lastSeen(), now);
    } else {
      put(key, state, state.ended() ? now : before.since(), before.cameraThen());
    }
  }

  private Watched watched(String key) {
    return Objects.requireNonNull(tracks.get(key), "a track that is watched");
  }

  /** There is one as long as the camera has a track. */
  private Instant clock(Watched track) {
    return Objects.requireNonNull(cameras.get(track.camera()), "the clock of a track's camera");
  }

  void remove(String key) {
    tracks.remove(key);
  }

  private void put(String key, TrackState state, long since, Instant cameraThen) {
    tracks.put(
        key,
        new Watched(
            CameraClock.of(state),
            state.ended(),
            state.lastSeen(),
            state.persons(),
            since,
            cameraThen,
            state.visit()));
  }

  /**
   * Whether a face, not of a replay, without a track in the store may be of one that was remembered
   * for long enough: it is older than what is remembered, by either clock.
   */
  boolean past(Match match, long now) {
    Instant latest = cameras.get(new CameraClock(match.camera(), false));
    Instant captured = match.captureTime();
    return latest != null
        && captured.isBefore(latest.minus(memory))
        && captured.isBefore(Instant.ofEpochMilli(now).minus(memory));
  }

  /** Tracks that live and were not seen for the timeout, by either clock. */
  List<String> silent(long now) {
    List<String> silent = new ArrayList<>();
    tracks.forEach(
        (key, track) -> {
          Duration patience = track.replay() ? ABANDONED : timeout;
          // The next face of a replay's camera shows that a track has ended.
          if (!track.ended()
              && (now - track.since() >= patience.toMillis()
                  || (!track.replay() && passedBy(track)))) {
            silent.add(key);
          }
        });
    return silent;
  }

  /**
   * Tracks of a camera's replay that live and were not seen for the timeout by the recording's
   * time, in a fixed order.
   *
   * @param captured when the recording's next face was taken
   */
  List<String> silent(String camera, Instant captured) {
    cameras.merge(new CameraClock(camera, true), captured, DueTracks::later);
    return inOrder(camera, track -> !track.ended() && passedBy(track));
  }

  /** Every track of a camera's replay, in a fixed order. */
  List<String> ofReplay(String camera) {
    return inOrder(camera, track -> true);
  }

  private List<String> inOrder(String camera, Predicate<Watched> wanted) {
    CameraClock replayed = new CameraClock(camera, true);
    return tracks.entrySet().stream()
        .filter(each -> each.getValue().camera().equals(replayed))
        .filter(each -> wanted.test(each.getValue()))
        .sorted(
            Comparator.comparing((Map.Entry<String, Watched> each) -> each.getValue().lastSeen())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean passedBy(Watched track) {
    Instant then = later(track.lastSeen(), track.cameraThen());
    return clock(track).isAfter(then.plus(timeout));
  }

  /**
   * Ended tracks of which no face can come any more: their time is over by both clocks. What a
   * camera saw last is therefore remembered while the camera shows nobody, but not for longer than
   * its matches are in Kafka.
   */
  List<String> over(long now) {
    List<String> over = new ArrayList<>();
    tracks.forEach(
        (key, track) -> {
          if (track.ended() && now - track.since() >= memory.toMillis() && past(track, now)) {
            over.add(key);
          }
        });
    return over;
  }

  private boolean past(Watched track, long now) {
    boolean gone = track.lastSeen().isBefore(clock(track).minus(memory));
    if (track.replay()) {
      return gone || now - track.since() >= ABANDONED.toMillis();
    }
    return gone
        || track
            .lastSeen()
            .isBefore(Instant.ofEpochMilli(now).minus(MatchTopic.RETENTION).minus(memory));
  }

  /** Tracks that know of somebody who is not among these. */
  List<String> concerned(KnownPeople known) {
    List<String> concerned = new ArrayList<>();
    tracks.forEach(
        (key, track) -> {
          if (!track.persons().stream().allMatch(known::contains)) {
            concerned.add(key);
          }
        });
    return concerned;
  }

  /**
   * Tracks whose visitor is another one now, or may be: of two that are founded for one person,
   * neither is heard of at once.
   */
  List<String> visiting(Visitors visitors, long now) {
    List<String> visiting = new ArrayList<>();
    tracks.forEach(
        (key, track) -> {
          Visit visit = track.visit();
          if (visit != null && visit.through() != null) {
            boolean young = visit.isFounder() && now - track.since() < FOUNDING.toMillis();
            if (young || visit.isOther(visitors.holder(visit.through()))) {
              visiting.add(key);
            }
          }
        });
    return visiting;
  }

  /** Forgets the clocks of cameras that have no track any more. */
  void forgetCameras() {
    Set<CameraClock> left = new HashSet<>();
    tracks.values().forEach(track -> left.add(track.camera()));
    cameras.keySet().retainAll(left);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}

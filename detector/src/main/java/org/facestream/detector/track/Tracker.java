package org.facestream.detector.track;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.facestream.detector.face.Box;

/**
 * Follows the faces of a camera from frame to frame. A pure function from one state to the next.
 *
 * <p>It uses two passes as in ByteTrack (Zhang et al., ECCV 2022): first the good detections are
 * assigned to the tracks, then the weak ones to the remaining tracks, because a face that turns
 * away or is partly hidden still has a weak detection at its expected place. Only good detections
 * begin a track. The cost of a pair is different: faces are small, and at five frames per second
 * the box of a walking person does not overlap its last one. So the cost is the likelihood of the
 * detection under the track's motion (gated Mahalanobis distance, as in DeepSORT: Wojke et al.,
 * ICIP 2017) instead of the overlap. Between the two passes, the remaining detections are compared
 * with the last seen places of tracks, because people can stop and turn back suddenly.
 */
final class Tracker {
  /** 99 % of a face's own detections are nearer: chi-squared with three degrees of freedom. */
  private static final double GATE = 11.3;

  /** A stricter limit for weak detections: 80 % are nearer. */
  private static final double WEAK_GATE = 4.6;

  /** The limit for the last seen place, for faces that stopped or turned back: 97 % are nearer. */
  private static final double STILL_GATE = 9;

  /** The density of new faces; a less likely pair is not assigned. */
  private static final double APPEARING = 8;

  /** The maximum movement between two frames of a track, in sizes. */
  private static final double FARTHEST = 4;

  private static final int OUT_OF_QUESTION = -2;

  private final TrackConfig config;

  Tracker(TrackConfig config) {
    this.config = config;
  }

  /**
   * A detection for tracking.
   *
   * @param box in frame coordinates
   * @param good whether it may begin a track
   */
  record Observation(Box box, boolean good) {}

  /**
   * The outcome of a frame.
   *
   * @param state after it
   * @param tracks for each observation the position of its track in {@code state}, or -1
   */
  record Step(CameraTracks state, int[] tracks) {}

  /**
   * Processes one frame.
   *
   * @param before the state after the frame before
   * @param frame its id
   * @param captured capture time, milliseconds since 1970; frames may come at uneven intervals
   * @param width of the frame; when it changes, the tracks end
   * @param height of the frame
   * @param seen the detections, in the detector's order
   */
  Step next(
      CameraTracks before,
      FrameId frame,
      long captured,
      int width,
      int height,
      List<Observation> seen) {
    List<Track> known = new ArrayList<>();
    if (before.width() == width && before.height() == height) {
      for (Track track : before.tracks()) {
        if (captured - track.lastSeen() <= config.maxGap().toMillis()) {
          known.add(track);
        }
      }
    }
    int[] observationOf = new int[known.size()];
    Arrays.fill(observationOf, -1);
    List<Motion> motions = known.stream().map(track -> track.motionAt(captured)).toList();
    assign(motions, seen, true, GATE, observationOf);
    int[] moving = observationOf.clone();
    List<Motion> still = known.stream().map(track -> track.motion().still()).toList();
    assignStill(known, still, seen, observationOf);
    boolean[] halted = new boolean[known.size()];
    for (int i = 0; i < halted.length; i++) {
      halted[i] = observationOf[i] != moving[i];
    }
    assign(motions, seen, false, WEAK_GATE, observationOf);

    List<Track> after = new ArrayList<>();
    int[] trackOf = new int[seen.size()];
    Arrays.fill(trackOf, -1);
    for (int i = 0; i < known.size(); i++) {
      Track track = known.get(i);
      if (observationOf[i] >= 0) {
        trackOf[observationOf[i]] = after.size();
        after.add(
            hit(
                track,
                halted[i] ? still.get(i) : motions.get(i),
                seen.get(observationOf[i]),
                captured));
      } else if (track.confirmed() || track.missed() < config.tentativeMisses()) {
        after.add(track.missedOnce());
      }
    }
    for (int i = 0; i < seen.size(); i++) {
      if (trackOf[i] < 0 && seen.get(i).good()) {
        trackOf[i] = after.size();
        after.add(
            new Track(
                frame.face(i),
                Motion.begin(seen.get(i).box()),
                captured,
                1,
                0,
                config.confirmHits() <= 1,
                Track.Sent.NOTHING));
      }
    }
    long last = Math.max(before.lastFrame(), captured);
    return bounded(new CameraTracks(width, height, last, after), trackOf);
  }

  /** Only for tracks of the frame before: later, another person may be at that place. */
  private static void assignStill(
      List<Track> known, List<Motion> still, List<Observation> seen, int[] observationOf) {
    int[] recent = observationOf.clone();
    for (int i = 0; i < recent.length; i++) {
      if (known.get(i).missed() > 0 && recent[i] < 0) {
        recent[i] = OUT_OF_QUESTION;
      }
    }
    assign(still, seen, true, STILL_GATE, recent);
    for (int i = 0; i < recent.length; i++) {
      observationOf[i] = Math.max(-1, recent[i]);
    }
  }

  private static void assign(
      List<Motion> motions,
      List<Observation> seen,
      boolean good,
      double gate,
      int[] observationOf) {
    int[] tracks = IntStream.range(0, motions.size()).filter(i -> observationOf[i] == -1).toArray();
    int[] candidates =
        IntStream.range(0, seen.size()).filter(i -> seen.get(i).good() == good).toArray();
    if (tracks.length == 0 || candidates.length == 0) {
      return;
    }
    double[][] costs = new double[tracks.length][candidates.length];
    for (int i = 0; i < tracks.length; i++) {
      Motion motion = motions.get(tracks[i]);
      for (int j = 0; j < candidates.length; j++) {
        Box box = seen.get(candidates[j]).box();
        boolean possible = motion.distance(box) <= FARTHEST && motion.squaredDistance(box) <= gate;
        costs[i][j] = possible ? motion.cost(box) - APPEARING : 0;
      }
    }
    int[] chosen = Assignment.solve(costs);
    for (int i = 0; i < tracks.length; i++) {
      if (chosen[i] >= 0) {
        observationOf[tracks[i]] = candidates[chosen[i]];
      }
    }
  }

  private Track hit(Track track, Motion motion, Observation seen, long captured) {
    int hits = track.hits() + 1;
    return new Track(
        track.id(),
        motion.corrected(seen.box()),
        Math.max(track.lastSeen(), captured),
        hits,
        0,
        track.confirmed() || hits >= config.confirmHits(),
        track.sent());
  }

  /** When there are too many tracks, those unseen for longest end. */
  private Step bounded(CameraTracks state, int[] trackOf) {
    if (state.tracks().size() <= config.most()) {
      return new Step(state, trackOf);
    }
    List<Track> kept =
        state.tracks().stream()
            .sorted(Comparator.comparingLong(Track::lastSeen).reversed())
            .limit(config.most())
            .toList();
    int[] moved =
        Arrays.stream(trackOf)
            .map(at -> at < 0 ? -1 : kept.indexOf(state.tracks().get(at)))
            .toArray();
    return new Step(
        new CameraTracks(state.width(), state.height(), state.lastFrame(), kept), moved);
  }
}

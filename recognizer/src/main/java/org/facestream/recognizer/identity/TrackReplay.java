package org.facestream.recognizer.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The decision for complete tracks, for evaluations: the same functions as the topology's, without
 * a topic or a clock.
 */
public final class TrackReplay {
  private final TrackDecision decision;

  public TrackReplay(DecisionRules rules) {
    this.decision = new TrackDecision(rules);
  }

  /**
   * What would be published of a track.
   *
   * @param faces all of one track, in the order of their capture, at least one
   * @return from {@code started} to {@code ended}
   */
  public List<IdentityEvent> events(List<Match> faces) {
    List<IdentityEvent> events = new ArrayList<>();
    @Nullable TrackState state = null;
    for (Match face : faces) {
      TrackDecision.Outcome outcome = decision.face(state, face);
      state = outcome.state();
      events.addAll(outcome.events());
    }
    events.addAll(decision.silence(Objects.requireNonNull(state, "at least one face")).events());
    return events;
  }
}

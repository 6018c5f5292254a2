package org.facestream.recognizer.identity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The decision for complete tracks, for evaluations and replays: the same functions as the
 * topology's, without a topic or a clock.
 */
public final class TrackReplay {
  private final Linking linking;
  private final TrackDecision decision;

  public TrackReplay(DecisionRules rules) {
    this(rules, null);
  }

  /** With visitors that unknown tracks are linked to. */
  public TrackReplay(DecisionRules rules, @Nullable Visitors visitors) {
    this.linking = new Linking(visitors);
    this.decision = new TrackDecision(rules, linking);
  }

  /** What the visitors topic would be given, by face id, since it was asked last. */
  public Map<String, byte @Nullable []> written() {
    Map<String, byte @Nullable []> written = new LinkedHashMap<>();
    linking.written().forEach(each -> written.put(each.faceId(), each.value()));
    return written;
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
      TrackDecision.Outcome outcome = decision.face(state, linking.held(face));
      state = outcome.state();
      events.addAll(outcome.events());
    }
    events.addAll(decision.silence(Objects.requireNonNull(state, "at least one face")).events());
    return events;
  }
}

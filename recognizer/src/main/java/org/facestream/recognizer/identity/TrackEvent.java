package org.facestream.recognizer.identity;

import java.time.Instant;

/** What an event tells of a track's state. */
final class TrackEvent {
  private TrackEvent() {}

  /**
   * The event that was published last.
   *
   * @param state made by {@link TrackState#afterEvent}
   * @param cause capture time of the face that caused it
   */
  static IdentityEvent of(TrackState state, IdentityEvent.Type type, Instant cause) {
    TrackState.Told told = state.told();
    TrackState.BestFace best = state.best();
    return new IdentityEvent(
        state.track() + "." + state.revision(),
        type,
        IdentityEvent.SCHEMA_VERSION,
        state.camera(),
        state.track(),
        state.revision(),
        state.firstSeen(),
        state.lastSeen(),
        told.zones(),
        told.personId(),
        told.name(),
        told.watchlist(),
        rounded(told.distance()),
        margin(state),
        state.faces(),
        rounded(Math.max(0, Math.min(1, best.quality()))),
        rounded(Math.max(0, Math.min(1, best.score()))),
        best.box(),
        state.model(),
        state.galleryVersion(),
        state.least(),
        best.faceId(),
        cause);
  }

  private static Double margin(TrackState state) {
    Double margin =
        state.personId() != null
            ? state.evidence().get(state.personId()).margin()
            : state.closest() == null ? null : state.closest().margin();
    return margin == null ? null : rounded(Math.max(0, margin));
  }

  /** Distances have four digits that mean something. */
  private static Double rounded(Double value) {
    return value == null ? null : Double.valueOf(Math.round(value * 1e4) / 1e4);
  }
}

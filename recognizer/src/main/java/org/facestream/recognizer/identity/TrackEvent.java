package org.facestream.recognizer.identity;

import java.time.Instant;

/** Creates events from a track's state. */
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
    return IdentityEventBuilder.builder()
        .eventId(state.track() + "." + state.revision())
        .type(type)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera(state.camera())
        .track(state.track())
        .revision(state.revision())
        .firstSeen(state.firstSeen())
        .lastSeen(state.lastSeen())
        .zones(told.zones())
        .personId(told.personId())
        .name(told.name())
        .watchlist(told.watchlist())
        .distance(rounded(told.distance()))
        .margin(margin(state))
        .faces(state.faces())
        .quality(rounded(Math.max(0, Math.min(1, best.quality()))))
        .score(rounded(Math.max(0, Math.min(1, best.score()))))
        .box(best.box())
        .model(state.model())
        .galleryVersion(state.galleryVersion())
        .gallery(state.least())
        .bestFace(best.faceId())
        .captureTime(cause)
        .build();
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

package org.facestream.recognizer.identity;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
    TrackState.Told told = Objects.requireNonNull(state.told(), "what the event says");
    TrackState.BestFace best = Objects.requireNonNull(state.best(), "its first face is there");
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
        .visitorId(told.visitorId())
        .ignored(told.ignored())
        .distance(rounded(told.distance()))
        .margin(margin(state, told))
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

  private static @Nullable Double margin(TrackState state, TrackState.Told told) {
    Evidence person = told.personId() == null ? null : state.evidence().get(told.personId());
    Double margin = null;
    if (person != null) {
      margin = person.margin();
    } else if (told.personId() == null && told.distance() != null && state.closest() != null) {
      margin = state.closest().margin();
    }
    return margin == null ? null : Double.valueOf(rounded(Math.max(0, margin)));
  }

  /** Distances have four digits that mean something. */
  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  private static @Nullable Double rounded(@Nullable Double value) {
    return value == null ? null : Double.valueOf(rounded(value.doubleValue()));
  }
}

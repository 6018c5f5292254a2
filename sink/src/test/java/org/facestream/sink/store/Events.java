package org.facestream.sink.store;

import java.time.Instant;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;

/** Identity events for tests. */
public final class Events {
  public static final Instant START = Instant.parse("2026-11-22T04:30:00.123Z");

  private Events() {}

  /** An event of a track that began at {@link #START}, a second older with each revision. */
  public static IdentityEvent event(String track, int revision, Type type, String person) {
    return event("gate", track, revision, type, person, START.plusSeconds(revision));
  }

  public static IdentityEvent event(
      String camera, String track, int revision, Type type, String person, Instant seen) {
    return new IdentityEvent(
        track + "." + revision,
        type,
        IdentityEvent.SCHEMA_VERSION,
        camera,
        track,
        revision,
        START.isBefore(seen) ? START : seen,
        seen,
        List.of(),
        person,
        person == null ? IdentityEvent.UNKNOWN : person.toUpperCase(java.util.Locale.ROOT),
        null,
        person == null ? null : .375,
        null,
        revision * 2,
        .75,
        .5,
        new Box(1.5f, 2, 30, 40.25f),
        "dlib-128",
        7,
        null,
        "face-" + track,
        seen);
  }

  /** The same of somebody on a watchlist, or on none, who was in zones. */
  public static IdentityEvent there(IdentityEvent event, String watchlist, String... zones) {
    return new IdentityEvent(
        event.eventId(),
        event.type(),
        event.schemaVersion(),
        event.camera(),
        event.track(),
        event.revision(),
        event.firstSeen(),
        event.lastSeen(),
        List.of(zones),
        event.personId(),
        event.name(),
        watchlist,
        event.distance(),
        event.margin(),
        event.faces(),
        event.quality(),
        event.score(),
        event.box(),
        event.model(),
        event.galleryVersion(),
        event.gallery(),
        event.bestFace(),
        event.captureTime());
  }
}

package org.facestream.sink.store;

import java.time.Instant;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.IdentityEventBuilder;

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
    return IdentityEventBuilder.builder()
        .eventId(track + "." + revision)
        .type(type)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera(camera)
        .track(track)
        .revision(revision)
        .firstSeen(START.isBefore(seen) ? START : seen)
        .lastSeen(seen)
        .personId(person)
        .name(person == null ? IdentityEvent.UNKNOWN : person.toUpperCase(java.util.Locale.ROOT))
        .distance(person == null ? null : .375)
        .faces(revision * 2)
        .quality(.75)
        .score(.5)
        .box(new Box(1.5f, 2, 30, 40.25f))
        .model("dlib-128")
        .galleryVersion(7)
        .bestFace("face-" + track)
        .captureTime(seen)
        .build();
  }

  /** The same of somebody on a watchlist, or on none, who was in zones. */
  public static IdentityEvent there(IdentityEvent event, String watchlist, String... zones) {
    return event.with().zones(List.of(zones)).watchlist(watchlist).build();
  }
}

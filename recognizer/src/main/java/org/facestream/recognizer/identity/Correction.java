package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.jspecify.annotations.Nullable;

/**
 * The contract of a correction: a user states who a track is, or is not. A record of the matches
 * topic, so that it meets the state of its track: key camera id, value this as JSON, timestamp the
 * time of the correction, and a header {@value #HEADER} with its number. It is no {@link Match};
 * readers of matches skip records with that header.
 *
 * @param number greater than that of every earlier correction; one with a number that a track knows
 *     is not applied again
 * @param kind what the user did
 * @param by the account of the user
 * @param at when
 * @param event the last one of the track that is stored
 * @param before the last one of the track before its first correction: what its faces said
 * @param verdict what all corrections of the track come to, with this one
 * @param gallery the version of the gallery that has the people of the verdict
 */
@RecordBuilder
public record Correction(
    long number,
    Kind kind,
    String by,
    Instant at,
    IdentityEvent event,
    IdentityEvent before,
    Verdict verdict,
    GalleryVersion gallery)
    implements CorrectionBuilder.With {

  /** Header of the record. */
  public static final String HEADER = "correction";

  /** What a user did. */
  public enum Kind {
    /** This is that person. */
    is,
    /** This is not that person. */
    is_not,
    /** This is the person of another track. */
    same,
    /** This is no face. */
    no_face,
    /** An earlier correction does not hold any more. */
    undo
  }

  /** Whether a record of the matches topic with these headers is a correction and no match. */
  public static boolean isIn(Headers headers) {
    return headers.lastHeader(HEADER) != null;
  }

  /** A correction as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Correction correction) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            topic,
            null,
            correction.at().toEpochMilli(),
            correction.event().camera(),
            RecordJson.write(correction));
    record.headers().add(HEADER, Long.toString(correction.number()).getBytes(UTF_8));
    return record;
  }

  /**
   * The correction in a record.
   *
   * @throws InvalidRecordException with reason {@code no-key}, {@code empty-value}, {@code
   *     bad-json} or {@code bad-value} when the record violates the contract
   */
  public static Correction read(@Nullable String key, byte @Nullable [] value)
      throws InvalidRecordException {
    if (key == null || key.isEmpty()) {
      throw new InvalidRecordException("no-key", "a correction's key is its camera's id");
    }
    Correction correction = RecordJson.read(value, Correction.class);
    if (correction.number() < 1
        || correction.kind() == null
        || correction.at() == null
        || correction.verdict() == null
        || correction.gallery() == null
        || correction.event() == null
        || correction.before() == null) {
      throw new InvalidRecordException("bad-value", "a part that every correction has is missing");
    }
    for (IdentityEvent event : new IdentityEvent[] {correction.event(), correction.before()}) {
      IdentityTopic.check(event);
      if (event.box() == null || event.bestFace() == null || event.model() == null) {
        throw new InvalidRecordException("bad-value", "the event's best face is missing");
      }
      if (!event.track().equals(correction.event().track()) || !event.camera().equals(key)) {
        throw new InvalidRecordException("bad-value", "track or camera and key differ");
      }
    }
    Verdict.Who person = correction.verdict().person();
    if (person != null && (person.personId() == null || person.name() == null)) {
      throw new InvalidRecordException("bad-value", "the person is nobody");
    }
    return correction;
  }

  /**
   * What all corrections of a track that are in force come to. It stands above what the track's
   * faces say.
   *
   * @param person who it is, or null when no correction states that
   * @param nobody whether it is no known person, whatever the faces say: the detector took
   *     something else for a face, or the person of a correction was forgotten
   * @param not ids of people who it is not
   */
  public record Verdict(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Who person,
      boolean nobody,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> not) {
    /** No correction is in force. */
    public static final Verdict NONE = new Verdict(null, false, List.of());

    public Verdict {
      not = not == null ? List.of() : List.copyOf(not);
    }

    /**
     * A person, as the gallery had them when the correction was made.
     *
     * @param personId the person
     * @param name the person's name
     * @param watchlist that the person is on, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Who(String personId, String name, @Nullable String watchlist) {}

    /** The same without people who were removed from the gallery; somebody removed is nobody. */
    Verdict without(Predicate<String> gone) {
      boolean lost = person != null && gone.test(person.personId());
      return new Verdict(
          lost ? null : person, nobody || lost, not.stream().filter(gone.negate()).toList());
    }
  }

  /**
   * What a track's state remembers of its corrections.
   *
   * @param number of the last one
   * @param verdict what they come to
   * @param faces what the track's faces say when it has ended; while it lives, its evidence says
   *     that
   */
  record Corrected(long number, Verdict verdict, TrackState.Told faces) {

    /** The state of a track that is not remembered any more, by its events; it has ended. */
    static TrackState state(IdentityEvent event, IdentityEvent before) {
      TrackState.Told faces =
          new TrackState.Told(
              before.personId(),
              before.name(),
              before.watchlist(),
              before.distance(),
              before.zones(),
              before.visitorId(),
              before.ignored());
      return TrackStateBuilder.builder()
          .camera(event.camera())
          .track(event.track())
          .revision(event.revision())
          .ended(true)
          .firstSeen(event.firstSeen())
          .lastSeen(event.lastSeen())
          .faces(event.faces())
          .evidence(new TreeMap<>())
          .best(
              new TrackState.BestFace(
                  event.bestFace(), event.quality(), event.score(), event.box()))
          .model(event.model())
          .galleryVersion(event.galleryVersion())
          .gallery(event.gallery())
          .least(event.gallery())
          .zones(event.zones())
          .corrected(new Corrected(0, Verdict.NONE, faces))
          .build();
    }

    /** What an event of the track says. */
    TrackState.Told told(TrackState state) {
      TrackState.Told own = own(state);
      Verdict.Who who = verdict.person();
      if (who != null) {
        Evidence evidence = state.evidence().get(who.personId());
        return evidence != null
            ? new TrackState.Told(
                who.personId(),
                evidence.name(),
                evidence.watchlist(),
                evidence.distance(),
                state.zones(),
                null,
                null)
            : new TrackState.Told(
                who.personId(),
                who.name(),
                who.watchlist(),
                who.personId().equals(own.personId()) ? own.distance() : null,
                state.zones(),
                null,
                null);
      }
      boolean refused = own.personId() != null && verdict.not().contains(own.personId());
      return verdict.nobody() || refused
          ? nobody(state.zones())
          : new TrackState.Told(
              own.personId(),
              own.name(),
              own.watchlist(),
              own.distance(),
              state.zones(),
              own.visitorId(),
              own.ignored());
    }

    /**
     * What the faces say. Those of a live track lost their evidence of who it was said not to be:
     * once that is taken back, they say what they said before.
     */
    private TrackState.Told own(TrackState state) {
      TrackState.Told now = state.saidByFaces();
      boolean before =
          now.personId() == null
              && faces.personId() != null
              && !verdict.not().contains(faces.personId());
      return state.ended() || before ? faces : now;
    }

    private static TrackState.Told nobody(List<String> zones) {
      return new TrackState.Told(null, IdentityEvent.UNKNOWN, null, null, zones, null, null);
    }

    /** Adds everyone that it refers to, and perhaps null. */
    void addPersons(Set<String> persons) {
      persons.add(faces.personId());
      persons.addAll(verdict.not());
      persons.add(verdict.person() == null ? null : verdict.person().personId());
    }

    /**
     * The same when the track ends. Faces that lost their evidence of who it was said not to be say
     * what they said before, also when that was taken back.
     */
    Corrected ended(TrackState.Told saidByFaces) {
      return saidByFaces.personId() == null && faces.personId() != null
          ? this
          : new Corrected(number, verdict, saidByFaces);
    }

    /** The same without people who were removed from the gallery. */
    Corrected without(Predicate<String> gone) {
      boolean lost = faces.personId() != null && gone.test(faces.personId());
      return new Corrected(number, verdict.without(gone), lost ? nobody(faces.zones()) : faces);
    }
  }
}

package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.facestream.detector.face.Box;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of a track; what the state store holds, as JSON.
 *
 * @param camera the camera's id
 * @param track the track's id
 * @param revision of the last event, 0 before the first
 * @param ended whether the last event said so
 * @param firstSeen capture time of the first face
 * @param lastSeen capture time of the last face
 * @param faces in how many moments there were any
 * @param evidence by person id, a bounded number
 * @param personId whose name is in force, or null
 * @param told the event that was published last said this
 * @param closest the person whom a face was nearest to, or null when the gallery was always empty
 * @param best the face of the best quality
 * @param model of the last face
 * @param galleryVersion the greatest number of its faces
 * @param gallery the least version that covers those of all its faces; null in a state of before
 * @param least the greatest that those of all its faces cover; null when that is not known
 * @param recent ids of the last faces, at most {@value #RECENT}
 * @param zones that it has been in, in the order of first entry
 * @param moments of the last faces, in milliseconds since 1970, each once, at most {@value #RECENT}
 * @param visit what is known of its visitor; null where visitors are not linked
 * @param replay whether it is of a replay, whose time is that of the recording; null for not
 * @param corrected what users stated, or null when they did not
 */
// As many values as its JSON has in the state store, without levels between, as there.
@RecordBuilder
record TrackState(
    String camera,
    String track,
    int revision,
    boolean ended,
    Instant firstSeen,
    Instant lastSeen,
    int faces,
    SortedMap<String, Evidence> evidence,
    @Nullable String personId,
    @Nullable Told told,
    @Nullable Closest closest,
    @Nullable BestFace best,
    String model,
    long galleryVersion,
    @Nullable GalleryVersion gallery,
    @Nullable GalleryVersion least,
    List<String> recent,
    List<String> zones,
    List<Long> moments,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Visit visit,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean replay,
    @JsonInclude(JsonInclude.Include.NON_NULL) Correction.@Nullable Corrected corrected)
    implements TrackStateBuilder.With {

  /** Enough to recognise a duplicate: a redelivery begins a little earlier. */
  static final int RECENT = 16;

  TrackState {
    // A state of before there were any.
    recent = recent == null ? List.of() : List.copyOf(recent);
    zones = zones == null ? List.of() : List.copyOf(zones);
    moments = moments == null ? List.of() : List.copyOf(moments);
  }

  /** What was published of the decision. */
  record Told(
      @Nullable String personId,
      String name,
      @Nullable String watchlist,
      @Nullable Double distance,
      List<String> zones,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String visitorId,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean ignored) {
    Told {
      zones = zones == null ? List.of() : List.copyOf(zones);
    }
  }

  /**
   * The nearest person of a face of the track, named or not.
   *
   * @param personId the person
   * @param distance of that face
   * @param other the second-best person then, or null
   * @param margin how much farther that one was, or null
   */
  record Closest(
      String personId, double distance, @Nullable String other, @Nullable Double margin) {}

  /** The face that shows the person best. */
  record BestFace(String faceId, double quality, double score, Box box) {}

  /** Before its first face. */
  static TrackState before(Match first, boolean replay) {
    return TrackStateBuilder.builder()
        .camera(first.camera())
        .track(first.track())
        .firstSeen(first.captureTime())
        .lastSeen(first.captureTime())
        .evidence(new TreeMap<>())
        .model(first.model())
        .least(first.gallery())
        .replay(replay ? true : null)
        .build();
  }

  /**
   * The state with a correction; nothing is left of what its faces said of people who it is not.
   */
  TrackState corrected(Correction correction) {
    Told faces = corrected == null ? saidByFaces() : corrected.faces();
    return with()
        .revision(Math.max(revision, correction.event().revision()))
        .galleryVersion(Math.max(galleryVersion, correction.gallery().sum()))
        .gallery(GalleryVersion.most(gallery, correction.gallery()))
        .corrected(new Correction.Corrected(correction.number(), correction.verdict(), faces))
        .build()
        .withoutEvidence(correction.verdict().not()::contains);
  }

  /** Whether a user said that it is not that person. */
  boolean refuses(String person) {
    return corrected != null && corrected.verdict().not().contains(person);
  }

  boolean ofReplay() {
    return replay != null && replay;
  }

  /** What is to be known of the gallery by who says that somebody is gone from it. */
  GalleryVersion version() {
    return gallery == null ? GalleryVersion.ofNumber(galleryVersion) : gallery;
  }

  boolean started() {
    return revision > 0;
  }

  /** The last faces when there is one more. */
  List<String> recentWith(String faceId) {
    List<String> more = new ArrayList<>(recent);
    more.add(faceId);
    return more.subList(Math.max(0, more.size() - RECENT), more.size());
  }

  /** The moments when there is a face of this one. */
  List<Long> momentsWith(long at) {
    return Stream.concat(moments.stream().filter(known -> known != at), Stream.of(at))
        .skip(moments.contains(at) ? 0 : Math.max(0, moments.size() + 1 - RECENT))
        .toList();
  }

  /** The zones when there is a face in these. */
  List<String> zonesWith(List<String> more) {
    return zones.containsAll(more)
        ? zones
        : Stream.concat(zones.stream(), more.stream())
            .distinct()
            .limit(IdentityEvent.MOST_ZONES)
            .toList();
  }

  /** The person with the most evidence. */
  Optional<Map.Entry<String, Evidence>> leader() {
    return evidence.entrySet().stream()
        .max(Comparator.comparingDouble(entry -> entry.getValue().value()));
  }

  /** What an event would say of the decision now. */
  Told decision() {
    return corrected == null ? saidByFaces() : corrected.told(this);
  }

  /** What the track's faces say, whatever was corrected. */
  Told saidByFaces() {
    if (personId == null) {
      Double distance = closest == null ? null : closest.distance();
      return new Told(
          null,
          IdentityEvent.UNKNOWN,
          null,
          distance,
          zones,
          visit == null ? null : visit.visitorId(),
          visit != null && visit.isIgnored() ? true : null);
    }
    Evidence person = ofPerson(personId);
    return new Told(
        personId, person.name(), person.watchlist(), person.distance(), zones, null, null);
  }

  /** Who is named has evidence. */
  Evidence ofPerson(String person) {
    return Objects.requireNonNull(evidence.get(person), "evidence of who is named");
  }

  /** Everyone that this state refers to. */
  Set<String> persons() {
    Set<String> persons = new HashSet<>(evidence.keySet());
    evidence.values().forEach(known -> persons.add(known.other()));
    if (closest != null) {
      persons.add(closest.personId());
      persons.add(closest.other());
    }
    if (told != null) {
      persons.add(told.personId());
    }
    if (corrected != null) {
      corrected.addPersons(persons);
    }
    persons.remove(null);
    return persons;
  }

  /**
   * The state without people who were removed from the gallery. Only the last published decision
   * stays, so that the next event corrects it.
   */
  TrackState without(Predicate<String> gone) {
    if (persons().stream().noneMatch(gone)) {
      return this;
    }
    TrackState without = withoutEvidence(gone);
    if (corrected != null) {
      without = without.withCorrected(corrected.without(gone));
    }
    return ended || (told != null && told.personId() == null) ? without.retold() : without;
  }

  private TrackState withoutEvidence(Predicate<String> gone) {
    SortedMap<String, Evidence> left = new TreeMap<>();
    evidence.forEach(
        (person, known) -> {
          if (!gone.test(person)) {
            left.put(person, known.without(gone));
          }
        });
    Closest near = closest;
    if (near != null && gone.test(near.personId())) {
      near = null;
    } else if (near != null && near.other() != null && gone.test(near.other())) {
      near = new Closest(near.personId(), near.distance(), null, null);
    }
    return with()
        .evidence(left)
        .personId(personId == null || gone.test(personId) ? null : personId)
        .closest(near)
        .build();
  }

  /** The state after the current decision is published. */
  TrackState retold() {
    return withTold(decision());
  }

  /** After an event of that type was published: of an ended track little is remembered. */
  TrackState afterEvent(IdentityEvent.Type type) {
    boolean end =
        type == IdentityEvent.Type.ended || (ended && type == IdentityEvent.Type.corrected);
    return with()
        .revision(revision + 1)
        .ended(end)
        .evidence(end ? ofPersonInForce() : evidence)
        .moments(end ? List.of() : moments)
        .corrected(
            type == IdentityEvent.Type.ended && corrected != null
                ? corrected.ended(saidByFaces())
                : corrected)
        .build()
        .retold();
  }

  private SortedMap<String, Evidence> ofPersonInForce() {
    SortedMap<String, Evidence> only = new TreeMap<>();
    if (personId != null) {
      only.put(personId, ofPerson(personId).ended());
    }
    return only;
  }
}

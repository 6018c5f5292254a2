package org.facestream.sink.people;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.Correction;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Corrects sightings: who they are, or are not. A correction is written to the audit trail,
 * recorded in the database, sent to the recognizers, which publish an event of it, and stored as
 * that event by a sink. What is recorded and not sent, a running sink sends.
 */
public final class Corrections {
  private static final Duration LOOK = Duration.ofMillis(200);

  private final KafkaClients clients;
  private final People people;
  private final CorrectionStore store;
  private final AuditTrail trail;

  /**
   * What was recorded.
   *
   * @param before the sighting as it was
   * @param number of the correction
   * @param person who is named or excluded, or null
   */
  public record Recorded(CorrectionStore.Sighting before, long number, @Nullable Person person) {}

  /**
   * @param people of the gallery
   * @param store of the database that the sinks write to
   * @param trail takes down each correction before it is done
   */
  public Corrections(KafkaClients clients, People people, CorrectionStore store, AuditTrail trail) {
    this.clients = clients;
    this.people = people;
    this.store = store;
    this.trail = trail;
  }

  /**
   * States that a sighting is a person, or is not.
   *
   * @param kind {@code is} or {@code is_not}
   * @param idOrName of somebody in the gallery
   * @throws UserError when there is no such sighting or person
   */
  public Recorded correct(String track, Correction.Kind kind, String idOrName)
      throws StoreException {
    CorrectionStore.Sighting sighting = sighting(track);
    return record(sighting, kind, null, people.show(idOrName).person());
  }

  /**
   * States that a sighting is no face; its crops, and what visitors are known by of it, are erased.
   */
  public Recorded noFace(String track) throws StoreException {
    return record(sighting(track), Correction.Kind.no_face, null, null);
  }

  /**
   * States that two sightings are one person: the one that is unknown becomes the person of the
   * other.
   *
   * @throws UserError when both are unknown, both have a name, or one is not there
   */
  public Recorded same(String track, String otherTrack) throws StoreException {
    CorrectionStore.Sighting one = sighting(track);
    CorrectionStore.Sighting other = sighting(otherTrack);
    if (one.personId() == null && other.personId() == null) {
      throw new UserError(
          "Both sightings are unknown: name one of them first with `facestream correct TRACK --is "
              + "NAME`.");
    }
    if (one.personId() != null && other.personId() != null) {
      throw new UserError(
          one.personId().equals(other.personId())
              ? "Both sightings are %s already.".formatted(PersonName.shown(one.name()))
              : "One sighting is %s, the other is %s: correct the wrong one with --is or --is-not."
                  .formatted(PersonName.shown(one.name()), PersonName.shown(other.name())));
    }
    CorrectionStore.Sighting unknown = one.personId() == null ? one : other;
    CorrectionStore.Sighting named = one.personId() == null ? other : one;
    Person person = people.show(String.valueOf(named.personId())).person();
    return record(unknown, Correction.Kind.same, named.track(), person);
  }

  /**
   * Takes back the last correction of a sighting.
   *
   * @throws UserError when there is no such sighting, or nothing to take back
   */
  public CorrectionStore.Undone undo(String track) throws StoreException {
    sighting(track);
    trail.correcting(Correction.Kind.undo.name(), null, track);
    return store
        .undo(track, trail.actor())
        .orElseThrow(
            () ->
                new UserError(
                    "There is nothing to undo: no correction of the sighting '%s' is in force."
                        .formatted(PersonName.shown(track))));
  }

  /** The sighting of a track. */
  public CorrectionStore.Sighting sighting(String track) throws StoreException {
    return store.sighting(track).orElseThrow(() -> noSighting(track));
  }

  private static UserError noSighting(String track) {
    return new UserError(
        ("There is no sighting '%s' in the database: it does not exist, is not stored yet, or "
                + "has expired. An event's `track` is its id.")
            .formatted(PersonName.shown(track)));
  }

  private Recorded record(
      CorrectionStore.Sighting sighting,
      Correction.Kind kind,
      @Nullable String other,
      @Nullable Person person)
      throws StoreException {
    String personId = person == null ? null : person.id();
    String track = sighting.track();
    trail.correcting(kind.name(), personId, track);
    long number =
        store.add(kind, track, other, personId, trail.actor()).orElseThrow(() -> noSighting(track));
    return new Recorded(sighting, number, person);
  }

  /**
   * Sends to the recognizers what they do not have of a sighting's corrections.
   *
   * @throws UserError when Kafka does not take it: it is recorded, and sent later
   */
  public void send(String track) throws StoreException {
    Optional<CorrectionStore.Due> due = store.due(track);
    if (due.isEmpty()) {
      return;
    }
    Correction correction = correction(due.get());
    if (correction.verdict().nobody()) {
      // Here and not where it is recorded: a sink sends it again after a crash.
      people.visitors().eraseOfTrack(track);
    }
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(Correction.toRecord(clients.name(MatchTopic.TOPIC), correction)).get();
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException | KafkaException failed) {
      Throwable why = failed.getCause() == null ? failed : failed.getCause();
      throw new UserError(
          ("The correction is recorded, but Kafka does not take it (%s). A running sink sends it "
                  + "when Kafka is back.")
              .formatted(why.getMessage()),
          failed);
    }
    store.sent(track, due.get().number());
  }

  /** Sends what commands recorded and could not send. Sent twice, it is applied once. */
  public static void sendDue(KafkaClients clients, Database database) throws StoreException {
    CorrectionStore store = new CorrectionStore(database.dataSource());
    List<String> tracks = store.due();
    if (!tracks.isEmpty()) {
      Corrections corrections =
          new Corrections(clients, new People(clients), store, AuditTrail.NONE);
      for (String track : tracks) {
        corrections.send(track);
      }
    }
  }

  private Correction correction(CorrectionStore.Due due) {
    Map<String, Person> gallery = new HashMap<>();
    people.list().forEach(entry -> gallery.put(entry.person().id(), entry.person()));
    // Later than the list: who is forgotten in between is nobody.
    GalleryVersion version = people.galleryVersion();
    return new Correction(
        due.number(),
        due.kind(),
        due.by(),
        due.at(),
        due.event(),
        due.before(),
        verdict(due.statements(), gallery),
        version);
  }

  /** What statements come to, the later above the earlier. */
  private static Correction.Verdict verdict(
      List<CorrectionStore.Statement> statements, Map<String, Person> gallery) {
    Correction.Verdict.Who who = null;
    boolean nobody = false;
    List<String> not = new ArrayList<>();
    for (CorrectionStore.Statement each : statements) {
      Person person = each.personId() == null ? null : gallery.get(each.personId());
      if (each.kind() != Correction.Kind.is_not) {
        who =
            person == null
                ? null
                : new Correction.Verdict.Who(person.id(), person.name(), person.watchlist());
        nobody = person == null;
        not.remove(each.personId());
      } else if (person != null && !not.contains(person.id())) {
        not.add(person.id());
        who = who != null && who.personId().equals(person.id()) ? null : who;
      }
    }
    return new Correction.Verdict(who, nobody, not);
  }

  /**
   * Waits until a sink has stored a correction.
   *
   * @param before the sighting as it was
   * @return as it is now
   * @throws UserError when nothing stores it in that time
   */
  public CorrectionStore.Sighting await(CorrectionStore.Sighting before, Duration patience)
      throws StoreException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<CorrectionStore.Sighting> now = store.corrected(before.track(), before.revision());
      if (now.isPresent()) {
        return now.get();
      }
      if (System.nanoTime() > deadline) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "The correction is recorded, but its event was not stored within %d s. Check that a"
                    + " recognizer and a sink run: they apply it when they do.",
                patience.toSeconds()));
      }
      try {
        Thread.sleep(LOOK.toMillis());
      } catch (InterruptedException interrupted) {
        throw new InterruptException(interrupted);
      }
    }
  }
}

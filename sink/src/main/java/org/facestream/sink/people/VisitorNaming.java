package org.facestream.sink.people;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.StoredCropQuality;
import org.facestream.recognizer.gallery.people.Likeness;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.gallery.people.VisitorLooks;
import org.facestream.recognizer.identity.Correction;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Makes a visitor a person: enrols stored crops, corrects the sightings, erases the looks, in this
 * order. The visitor's id leaves the stored events last: by them, the same call finds what is left
 * when it was interrupted.
 */
public final class VisitorNaming {
  /** References of one visitor. */
  private static final int MOST = 5;

  /** Of so many of the latest sightings, crops are looked at. */
  private static final int LOOKED_AT = 20;

  /** Also what was corrected already, by an earlier call. */
  private static final String SIGHTINGS =
      """
      SELECT track, EXISTS (SELECT FROM correction WHERE correction.track = sighting.track
          AND undone_at IS NULL AND kind = 'is' AND person_id = ?) AS named,
          visitor_id IS NOT DISTINCT FROM ? AS linked
      FROM sighting
      WHERE NOT no_face AND (visitor_id = ?
          OR track IN (SELECT track FROM identity_event WHERE visitor_id = ?))
      ORDER BY last_seen DESC, track\
      """;

  private final Settings settings;
  private final People people;
  private final Database database;
  private final AuditTrail trail;
  private final Corrections corrections;

  /**
   * What was done.
   *
   * @param pictures how many of the person's pictures are of this visitor
   * @param sightings how many are corrected
   * @param looks how many were erased
   */
  public record Named(Person person, int pictures, int sightings, int looks) {}

  /**
   * @param people of the gallery
   * @param database of the sightings
   * @param trail takes down what is done
   */
  public VisitorNaming(Settings settings, People people, Database database, AuditTrail trail) {
    this.settings = settings;
    this.people = people;
    this.database = database;
    this.trail = trail;
    this.corrections =
        new Corrections(
            people.clients(), people, new CorrectionStore(database.dataSource()), trail);
  }

  /** Whether a sighting is one of that visitor's. */
  public boolean has(String visitor) throws StoreException {
    return VisitorLooks.isVisitor(visitor) && !sightings(visitor.strip(), null).isEmpty();
  }

  /**
   * Names a visitor.
   *
   * @param idOrName a new name, or a person of the gallery
   * @param confirmed whether crops that look like somebody else are enrolled
   * @param enroller stays the caller's, and is used by one thread
   * @throws UserError when there is no such visitor, or no crop that can be enrolled: then nothing
   *     was changed
   */
  public Named name(
      String visitor, String idOrName, boolean confirmed, EnrolmentTerms terms, Enroller enroller)
      throws StoreException {
    if (!has(visitor)) {
      throw VisitorLooks.unknown(visitor);
    }
    String id = visitor.strip();
    Optional<Person> before = inGallery(idOrName);
    String name = before.isPresent() ? before.get().name() : PersonName.check(idOrName);
    EnrolmentTerms used = before.map(person -> terms.with(person.id())).orElse(terms);
    Map<String, Boolean> sightings = sightings(id, before.map(Person::id).orElse(null));
    List<EnrolmentResult.Enrolled> enrolled =
        enrol(crops(List.copyOf(sightings.keySet())), name, enroller.under(confirmed, used, trail));
    Person person = enrolled.get(0).person();
    for (Map.Entry<String, Boolean> each : sightings.entrySet()) {
      if (!each.getValue()) {
        corrections.correct(each.getKey(), Correction.Kind.is, person.id());
      }
      corrections.send(each.getKey());
    }
    int looks = people.visitors().erase(id);
    forgetLinks(id);
    return new Named(person, enrolled.size(), sightings.size(), looks);
  }

  private Optional<Person> inGallery(String idOrName) {
    List<People.Entry> found = people.find(idOrName);
    if (found.size() > 1) {
      throw new UserError(
          "Several people are called '%s': give the id.".formatted(PersonName.shown(idOrName)));
    }
    return found.stream().map(People.Entry::person).findFirst();
  }

  /** The latest first, each with whether it is corrected to that person already. */
  private Map<String, Boolean> sightings(String visitor, @Nullable String personId)
      throws StoreException {
    return Transaction.run(
        database.dataSource(),
        connection -> {
          Map<String, Boolean> tracks = new LinkedHashMap<>();
          try (PreparedStatement select = connection.prepareStatement(SIGHTINGS)) {
            select.setString(1, personId);
            select.setString(2, visitor);
            select.setString(3, visitor);
            select.setString(4, visitor);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                boolean named = row.getBoolean("named");
                if (named || row.getBoolean("linked")) {
                  tracks.put(row.getString("track"), named);
                }
              }
            }
          }
          return tracks;
        });
  }

  /** Good crops of the latest sightings, in the order in which they are tried. */
  private List<Face> crops(List<String> tracks) throws StoreException {
    RecognizerConfig config = settings.get(RecognizerConfig.class);
    DescriptorModel model = DescriptorModel.of(config.model());
    Map<String, Face> faces = new LinkedHashMap<>();
    List<Reference> described = new ArrayList<>();
    List<StoredCrops.Described> stored =
        new StoredCrops(database.dataSource())
            .of(tracks.subList(0, Math.min(tracks.size(), LOOKED_AT)), null);
    for (StoredCrops.Described each : stored) {
      Face face = each.face();
      if (face.jpeg().length == 0 || face.quality().overall() < config.visitorMinQuality()) {
        continue;
      }
      faces.put(face.id(), face);
      if (model.name().equals(each.model()) && each.descriptor() != null) {
        described.add(
            ReferenceBuilder.builder().faceId(face.id()).descriptor(each.descriptor()).build());
      }
    }
    List<Reference> order = new ArrayList<>();
    new Likeness(model.metric(), model.threshold())
        .addMostDifferent(order, described, described.size());
    List<Face> first = new ArrayList<>();
    order.forEach(each -> first.add(faces.remove(each.faceId())));
    first.addAll(faces.values());
    return first;
  }

  private static List<EnrolmentResult.Enrolled> enrol(
      List<Face> crops, String name, Enrolment enrolment) {
    List<EnrolmentResult.Enrolled> enrolled = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (Face crop : crops) {
      if (enrolled.size() == MOST) {
        break;
      }
      try {
        EnrolmentResult result = enrolment.enrol(name, StoredCropQuality.measured(crop));
        if (result instanceof EnrolmentResult.Enrolled done) {
          enrolled.add(done);
        } else if (result instanceof EnrolmentResult.Refused why) {
          refused.add(why.reason() + ": " + why.message());
        }
      } catch (UnreadablePictureException unreadable) {
        refused.add("a crop cannot be read");
      }
    }
    if (enrolled.isEmpty()) {
      throw new UserError(
          crops.isEmpty()
              ? "No crop of the visitor's latest sightings is stored (any more), or none is good"
                  + " enough. Nothing was changed. Enrol a photograph with `facestream enroll`."
              : "No stored crop of the visitor can be enrolled (%s). Nothing was changed."
                  .formatted(refused.get(0)));
    }
    return enrolled;
  }

  /** Nothing stored links the person's earlier events any more. */
  private void forgetLinks(String visitor) throws StoreException {
    Transaction.run(
        database.dataSource(),
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE identity_event SET visitor_id = NULL WHERE visitor_id = ?")) {
            update.setString(1, visitor);
            return update.executeUpdate();
          }
        });
  }
}

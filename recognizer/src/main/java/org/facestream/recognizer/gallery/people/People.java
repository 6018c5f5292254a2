package org.facestream.recognizer.gallery.people;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.Watchlist;
import org.facestream.recognizer.identity.GalleryVersion;

/** The people in the gallery topic. */
public final class People {
  private final KafkaClients clients;
  private final AuditTrail trail;

  /**
   * A person with their references.
   *
   * @param person id and name
   * @param references in the order of their enrolment, at least one; those of {@link #show} are
   *     whole, all others without thumbnail and descriptor, which are null
   */
  public record Entry(Person person, List<Reference> references) {
    public Entry {
      references = List.copyOf(references);
    }

    /** When the first was enrolled. */
    public Instant since() {
      return references.get(0).enrolledAt();
    }
  }

  /**
   * A person who was removed from the gallery.
   *
   * @param person id and name
   * @param references what was erased, without thumbnails and descriptors
   * @param galleryVersion of the gallery without the person: what was matched with a version that
   *     does not cover it may still name them
   */
  public record Forgotten(
      Person person, List<Reference> references, GalleryVersion galleryVersion) {
    public Forgotten {
      references = List.copyOf(references);
    }
  }

  /**
   * The result of a merge.
   *
   * @param gone the removed person, with the former references
   * @param kept the remaining person, with all references
   */
  public record Merged(Entry gone, Entry kept) {}

  /** As the other, for who changes nobody, or where no trail is kept. */
  public People(KafkaClients clients) {
    this(clients, AuditTrail.NONE);
  }

  /**
   * Creates the gallery topic where it is missing.
   *
   * @param trail records each action before it is done
   */
  public People(KafkaClients clients, AuditTrail trail) {
    this.clients = clients;
    this.trail = trail;
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
  }

  /** Of the broker that has the gallery. */
  public KafkaClients clients() {
    return clients;
  }

  /** The unknown people beside those of the gallery. */
  public VisitorLooks visitors() {
    return new VisitorLooks(clients, trail);
  }

  /** The gallery's version as of now. */
  public GalleryVersion galleryVersion() {
    return GalleryReader.version(clients, GalleryReader.ends(clients));
  }

  /** Everyone, by name. */
  public List<Entry> list() {
    try (ReferenceTable table = new ReferenceTable(clients)) {
      table.readOn();
      return Everyone.of(table.all()).entries();
    }
  }

  /**
   * One person.
   *
   * @param idOrName a person's id, or their name, in other letters too
   * @throws UserError when there is none, or more than one of that name
   */
  public Entry show(String idOrName) {
    try (ReferenceTable table = new ReferenceTable(clients)) {
      table.readOn();
      Person person = Everyone.of(table.all()).one(idOrName).person();
      List<Reference> whole = table.whole(person);
      if (whole.isEmpty()) {
        throw forgotten(person);
      }
      return new Entry(person, whole);
    }
  }

  /** Everyone of that id or, where nobody has it, of that name, in other letters too. */
  public List<Entry> find(String idOrName) {
    return new Everyone(list()).find(idOrName);
  }

  /**
   * Erases a person: every recognizer stops using the references within seconds, and their data
   * leave the broker's disk when the topic is compacted, within an hour.
   *
   * @return the erased references
   * @throws UserError when there is no such person, or the person is enrolled repeatedly in the
   *     meantime
   */
  public Forgotten forget(String idOrName) {
    return new Forgetting(clients, trail)
        .of(table -> Everyone.of(table.all()).one(idOrName).person(), ReferenceTable::of);
  }

  /** As the other, of somebody who is known already; nothing is erased when nothing is there. */
  public Forgotten forget(Person person) {
    return new Forgetting(clients, trail).of(table -> person, ReferenceTable::of);
  }

  /**
   * Continues an erasure that was begun earlier: erases references that were in the gallery then,
   * and keeps those enrolled since.
   *
   * @param begun the gallery's version when it was begun
   * @param moment when that was
   * @return what was erased, nothing when nothing was left
   */
  public Forgotten forget(Person person, GalleryVersion begun, Instant moment) {
    String topic = Objects.requireNonNull(galleryVersion().topic(), "Kafka gave it an id");
    return new Forgetting(clients, trail)
        .of(table -> person, (table, who) -> table.of(who, begun, topic, moment));
  }

  /**
   * Erases every reference that expired at an instant or before, as {@link #forget} does a
   * person's; who has no other one is in the gallery no more.
   *
   * @return what was erased, by person
   */
  public List<Entry> expire(Instant until) {
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      List<Entry> expired =
          Everyone.of(
                  edit.all().stream()
                      .filter(each -> each.expiry() != null && !each.expiry().isAfter(until))
                      .toList())
              .entries();
      Map<String, Integer> byPerson = new TreeMap<>();
      expired.forEach(entry -> byPerson.put(entry.person().id(), entry.references().size()));
      trail.expiring(
          byPerson,
          () ->
              edit.erase(expired.stream().flatMap(entry -> entry.references().stream()).toList()));
      return expired;
    }
  }

  /**
   * Gives a person another name; the id stays.
   *
   * @return the person as they are now
   * @throws UserError when the name is not one, somebody else has it, or the person is being
   *     forgotten
   */
  public Entry rename(String idOrName, String newName) {
    String name = PersonName.check(newName);
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      Person person = Everyone.of(edit.all()).renamable(idOrName, name);
      Person renamed = new Person(person.id(), name, person.watchlist());
      return rewrite(edit, person, renamed, trail::renaming);
    }
  }

  /**
   * Who would be renamed.
   *
   * @throws UserError when {@link #rename} would refuse
   */
  public Person renamable(String idOrName, String newName) {
    return new Everyone(list()).renamable(idOrName, PersonName.check(newName));
  }

  /**
   * Merges two people: the references of the first move to the second, who keeps id and name. No
   * picture is erased.
   *
   * @return the first as they were, and the second as they are now
   * @throws UserError when either is not there or not clear, both are the same, they are not on the
   *     same watchlist (nobody leaves one, or gets on one, by the way), or either is being
   *     forgotten
   */
  public Merged merge(String idOrName, String intoIdOrName) {
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      return merge(edit, idOrName, intoIdOrName);
    }
  }

  private Merged merge(ReferenceEdit edit, String idOrName, String intoIdOrName) {
    Merged two = Everyone.of(edit.all()).mergeable(idOrName, intoIdOrName);
    Entry gone = two.gone();
    Entry kept = two.kept();
    rewrite(
        edit,
        gone.person(),
        kept.person(),
        (into, count, deed) ->
            trail.merging(
                gone.person(), into, count, () -> unlessAlone(edit, gone, kept, deed.get())));
    return new Merged(gone, new Entry(kept.person(), edit.bareOf(kept.person())));
  }

  /** Of the second something must be left: the first is not to stand in for somebody forgotten. */
  private static List<Reference> unlessAlone(
      ReferenceEdit edit, Entry gone, Entry kept, List<Reference> moved) {
    if (edit.bareOf(kept.person()).size() == moved.size()) {
      edit.put(moved.stream().map(reference -> reference.as(gone.person())).toList());
      throw forgotten(kept.person());
    }
    return moved;
  }

  /**
   * Who would be merged.
   *
   * @return both as they are
   * @throws UserError when {@link #merge} would refuse
   */
  public Merged mergeable(String idOrName, String intoIdOrName) {
    return new Everyone(list()).mergeable(idOrName, intoIdOrName);
  }

  /**
   * Sets or removes the watchlist of a person. Recognizers apply it within seconds.
   *
   * @return the person as they are now
   * @throws UserError when there is no such person, they are being forgotten, or the watchlist
   *     cannot be called so
   */
  public Entry watch(String idOrName, Optional<String> watchlist) {
    String name = watchlist.map(Watchlist::check).orElse(null);
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      Person person = Everyone.of(edit.all()).one(idOrName).person();
      Person watched = new Person(person.id(), person.name(), name);
      return rewrite(edit, person, watched, trail::watching);
    }
  }

  /** How the trail takes down that references are changed. */
  private interface Audit {
    List<Reference> during(Person as, int references, Supplier<List<Reference>> deed);
  }

  private static Entry rewrite(ReferenceEdit edit, Person person, Person as, Audit audit) {
    List<Reference> changed = edit.of(person).stream().map(reference -> reference.as(as)).toList();
    if (changed.isEmpty()) {
      throw forgotten(person);
    }
    List<Reference> stay = audit.during(as, changed.size(), () -> edit.put(changed));
    if (stay.isEmpty()) {
      throw forgotten(person);
    }
    return new Entry(as, stay);
  }

  private static UserError forgotten(Person person) {
    return new UserError("%s was forgotten in the meantime.".formatted(person.id()));
  }
}

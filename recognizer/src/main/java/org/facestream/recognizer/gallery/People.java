package org.facestream.recognizer.gallery;

import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;

/** The persons of the gallery, as the gallery topic has them now. */
public final class People {
  /** To forget somebody takes one look at what is left, two when they are enrolled meanwhile. */
  private static final int MOST_LOOKS = 5;

  private final KafkaClients clients;

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
   * A person who is in the gallery no more.
   *
   * @param person id and name
   * @param references what was erased, without thumbnails and descriptors
   * @param galleryVersion sum of the gallery offsets from which on the person is not in it: what
   *     was matched with a lower version may still name them
   */
  public record Forgotten(Person person, List<Reference> references, long galleryVersion) {
    public Forgotten {
      references = List.copyOf(references);
    }
  }

  /**
   * Two persons who are one now.
   *
   * @param gone who is in the gallery no more, with the references they had
   * @param kept who has them now, with all of theirs
   */
  public record Merged(Entry gone, Entry kept) {}

  /** Creates the gallery topic where it is missing. */
  public People(KafkaClients clients) {
    this.clients = clients;
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
  }

  /** The gallery's version as of now: the sum of its offsets, as in {@link Forgotten}. */
  public long galleryVersion() {
    return GalleryReader.ends(clients).values().stream().mapToLong(Long::longValue).sum();
  }

  /** Everyone, by name. */
  public List<Entry> list() {
    try (GalleryTable table = new GalleryTable(clients)) {
      table.readOn();
      return entries(table.all());
    }
  }

  /**
   * One person.
   *
   * @param idOrName a person's id, or their name in any case
   * @throws UserError when there is none, or more than one of that name
   */
  public Entry show(String idOrName) {
    try (GalleryTable table = new GalleryTable(clients)) {
      table.readOn();
      Person person = one(entries(table.all()), idOrName).person();
      List<Reference> whole = table.whole(person);
      if (whole.isEmpty()) {
        throw forgotten(person);
      }
      return new Entry(person, whole);
    }
  }

  /** Everyone of that id or, where nobody has it, of that name in any case. */
  public List<Entry> find(String idOrName) {
    return find(list(), idOrName);
  }

  private static List<Entry> find(List<Entry> everyone, String idOrName) {
    String name = Normalizer.normalize(idOrName, Normalizer.Form.NFC).strip();
    List<Entry> found =
        everyone.stream().filter(entry -> entry.person().id().equals(idOrName)).toList();
    if (found.isEmpty()) {
      found =
          everyone.stream().filter(entry -> entry.person().name().equalsIgnoreCase(name)).toList();
    }
    return found;
  }

  private static Entry one(List<Entry> everyone, String idOrName) {
    List<Entry> found = find(everyone, idOrName);
    if (found.isEmpty()) {
      throw new UserError(
          "Nobody in the gallery is called '%s'. `facestream people list` shows who is."
              .formatted(PersonName.shown(idOrName)));
    }
    if (found.size() > 1) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "%d persons are called '%s'. Give one of their ids: %s.",
              found.size(),
              PersonName.shown(idOrName),
              found.stream().map(entry -> entry.person().id()).collect(Collectors.joining(", "))));
    }
    return found.get(0);
  }

  /**
   * Erases a person: every recognizer stops using their references within seconds, and their bytes
   * leave the broker's disk when the topic is compacted, within an hour.
   *
   * @return what was erased
   * @throws UserError when there is no such person, or somebody enrols them all the while
   */
  public Forgotten forget(String idOrName) {
    try (GalleryTable table = new GalleryTable(clients);
        GalleryWriter writer = new GalleryWriter(clients)) {
      table.readOn();
      Person person = one(entries(table.all()), idOrName).person();
      Map<Integer, Long> ends = GalleryReader.ends(clients);
      Map<String, Reference> erased = new LinkedHashMap<>();
      List<Reference> left = table.of(person);
      for (int looks = 0; !left.isEmpty(); looks++) {
        if (looks == MOST_LOOKS) {
          throw new UserError(
              "%s is being enrolled at the same time: end that, and forget once more."
                  .formatted(person.id()));
        }
        writer.erase(left.stream().map(Reference::faceId).toList(), ends);
        left.forEach(reference -> erased.put(reference.faceId(), reference));
        // Who enrols or merges at this moment may have looked before, and written after.
        table.readOn();
        left = table.of(person);
      }
      AuditTrail.forgotten(person, erased.size());
      return new Forgotten(
          person,
          List.copyOf(erased.values()),
          ends.values().stream().mapToLong(Long::longValue).sum());
    }
  }

  /**
   * Erases every reference that expired at an instant or before, as {@link #forget} does a
   * person's; who has no other one is in the gallery no more.
   *
   * @return what was erased, by person
   */
  public List<Entry> expire(Instant until) {
    try (GalleryEdit edit = new GalleryEdit(clients)) {
      List<Entry> expired =
          entries(
              edit.all().stream()
                  .filter(each -> each.expiry() != null && !each.expiry().isAfter(until))
                  .toList());
      edit.erase(expired.stream().flatMap(entry -> entry.references().stream()).toList());
      expired.forEach(entry -> AuditTrail.expired(entry.person().id(), entry.references().size()));
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
    try (GalleryEdit edit = new GalleryEdit(clients)) {
      List<Entry> everyone = entries(edit.all());
      Person person = one(everyone, idOrName).person();
      for (Entry other : everyone) {
        if (other.person().name().equalsIgnoreCase(name)
            && !other.person().id().equals(person.id())) {
          throw new UserError(
              "'%s' is already the name of %s.".formatted(name, other.person().id()));
        }
      }
      Entry renamed = rewrite(edit, person, new Person(person.id(), name, person.watchlist()));
      AuditTrail.renamed(renamed.person(), renamed.references().size());
      return renamed;
    }
  }

  /**
   * Makes one person of two: the references of the first become the second's, who keeps id and
   * name. No picture is erased.
   *
   * @return the first as they were, and the second as they are now
   * @throws UserError when either is not there or not clear, both are the same, they are not on the
   *     same watchlist (nobody leaves one, or gets on one, by the way), or either is being
   *     forgotten
   */
  public Merged merge(String idOrName, String intoIdOrName) {
    try (GalleryEdit edit = new GalleryEdit(clients)) {
      return merge(edit, idOrName, intoIdOrName);
    }
  }

  private static Merged merge(GalleryEdit edit, String idOrName, String intoIdOrName) {
    List<Entry> everyone = entries(edit.all());
    Entry gone = one(everyone, idOrName);
    Entry kept = one(everyone, intoIdOrName);
    if (gone.person().id().equals(kept.person().id())) {
      throw new UserError(
          "'%s' and '%s' are the same person already."
              .formatted(PersonName.shown(idOrName), PersonName.shown(intoIdOrName)));
    }
    if (!Objects.equals(gone.person().watchlist(), kept.person().watchlist())) {
      throw new UserError(
          "%s is on %s, and %s on %s: say with `facestream people watchlist` which it is for both."
              .formatted(
                  gone.person().id(),
                  watchlist(gone.person()),
                  kept.person().id(),
                  watchlist(kept.person())));
    }
    List<Reference> moved = rewrite(edit, gone.person(), kept.person()).references();
    List<Reference> together = edit.bareOf(kept.person());
    if (together.size() == moved.size()) {
      // Of the second nothing is left: the first is not to stand in for somebody forgotten.
      edit.put(moved.stream().map(reference -> reference.as(gone.person())).toList());
      throw forgotten(kept.person());
    }
    AuditTrail.merged(gone.person(), kept.person(), moved.size());
    return new Merged(gone, new Entry(kept.person(), together));
  }

  private static String watchlist(Person person) {
    return person.watchlist() == null ? "no watchlist" : "the watchlist " + person.watchlist();
  }

  /**
   * Puts a person on a watchlist in place of the one before, or with none takes them off it.
   * Recognizers know it within seconds.
   *
   * @return the person as they are now
   * @throws UserError when there is no such person, they are being forgotten, or the watchlist
   *     cannot be called so
   */
  public Entry watch(String idOrName, Optional<String> watchlist) {
    String name = watchlist.map(Watchlist::check).orElse(null);
    try (GalleryEdit edit = new GalleryEdit(clients)) {
      Person person = one(entries(edit.all()), idOrName).person();
      Entry watched = rewrite(edit, person, new Person(person.id(), person.name(), name));
      AuditTrail.watched(watched.person(), watched.references().size());
      return watched;
    }
  }

  private static Entry rewrite(GalleryEdit edit, Person person, Person as) {
    List<Reference> stay =
        edit.put(edit.of(person).stream().map(reference -> reference.as(as)).toList());
    if (stay.isEmpty()) {
      throw forgotten(person);
    }
    return new Entry(as, stay);
  }

  private static UserError forgotten(Person person) {
    return new UserError("%s was forgotten meanwhile.".formatted(person.id()));
  }

  /** References by person, persons by name. */
  static List<Entry> entries(Collection<Reference> references) {
    Map<String, List<Reference>> byPerson = new TreeMap<>();
    for (Reference reference : references) {
      byPerson.computeIfAbsent(reference.personId(), id -> new ArrayList<>()).add(reference);
    }
    return byPerson.entrySet().stream()
        .map(
            entry -> {
              List<Reference> sorted = new ArrayList<>(entry.getValue());
              sorted.sort(Comparator.comparing(Reference::enrolledAt));
              Reference last = sorted.get(sorted.size() - 1);
              return new Entry(new Person(entry.getKey(), last.name(), last.watchlist()), sorted);
            })
        .sorted(
            Comparator.comparing((Entry entry) -> entry.person().name().toLowerCase(Locale.ROOT))
                .thenComparing(entry -> entry.person().id()))
        .toList();
  }
}

package org.facestream.recognizer.gallery.people;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.People.Entry;

/**
 * The people in the gallery at one moment, and lookups by name and id.
 *
 * @param entries everyone, by name
 */
record Everyone(List<Entry> entries) {
  /** Everyone with references. */
  static Everyone of(Collection<Reference> references) {
    Map<String, List<Reference>> byPerson = new TreeMap<>();
    for (Reference reference : references) {
      byPerson.computeIfAbsent(reference.personId(), id -> new ArrayList<>()).add(reference);
    }
    return new Everyone(
        byPerson.entrySet().stream()
            .map(
                entry -> {
                  List<Reference> sorted = new ArrayList<>(entry.getValue());
                  sorted.sort(Comparator.comparing(Reference::enrolledAt));
                  Reference last = sorted.get(sorted.size() - 1);
                  return new Entry(
                      new Person(entry.getKey(), last.name(), last.watchlist()), sorted);
                })
            .sorted(
                Comparator.comparing(
                        (Entry entry) -> entry.person().name().toLowerCase(Locale.ROOT))
                    .thenComparing(entry -> entry.person().id()))
            .toList());
  }

  List<Entry> find(String idOrName) {
    String id = Normalizer.normalize(idOrName, Normalizer.Form.NFC).strip();
    List<Entry> found = entries.stream().filter(entry -> entry.person().id().equals(id)).toList();
    if (found.isEmpty()) {
      found =
          entries.stream()
              .filter(entry -> PersonName.same(entry.person().name(), idOrName))
              .toList();
    }
    return found;
  }

  Entry one(String idOrName) {
    List<Entry> found = find(idOrName);
    if (found.isEmpty()) {
      throw new UserError(
          "Nobody in the gallery is called '%s'. `facestream people list` shows who is."
              .formatted(PersonName.shown(idOrName)));
    }
    if (found.size() > 1) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "%d people are called '%s'. Give one of their ids: %s.",
              found.size(),
              PersonName.shown(idOrName),
              found.stream()
                  .map(entry -> entry.person().spelledOut())
                  .collect(Collectors.joining(", "))));
    }
    return found.get(0);
  }

  Person renamable(String idOrName, String name) {
    Person person = one(idOrName).person();
    for (Entry other : entries) {
      if (PersonName.same(other.person().name(), name)
          && !other.person().id().equals(person.id())) {
        throw new UserError(
            "'%s' is already the name of %s.".formatted(name, other.person().spelledOut()));
      }
    }
    return person;
  }

  People.Merged mergeable(String idOrName, String intoIdOrName) {
    Entry gone = one(idOrName);
    Entry kept = one(intoIdOrName);
    if (gone.person().id().equals(kept.person().id())) {
      throw new UserError(
          "'%s' and '%s' are already the same person."
              .formatted(PersonName.shown(idOrName), PersonName.shown(intoIdOrName)));
    }
    if (!Objects.equals(gone.person().watchlist(), kept.person().watchlist())) {
      throw new UserError(
          ("%s is on %s, and %s on %s: set the same watchlist for both with `facestream "
                  + "people watchlist`.")
              .formatted(
                  gone.person().id(),
                  watchlist(gone.person()),
                  kept.person().id(),
                  watchlist(kept.person())));
    }
    return new People.Merged(gone, kept);
  }

  private static String watchlist(Person person) {
    return person.watchlist() == null ? "no watchlist" : "the watchlist " + person.watchlist();
  }
}

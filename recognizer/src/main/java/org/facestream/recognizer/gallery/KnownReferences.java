package org.facestream.recognizer.gallery;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.RecordLookup;
import org.facestream.ingest.worker.kafka.TopicReader;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;

/**
 * The gallery as an enrolment sees it: what is there, who is called what, and who looks like whom.
 * One thread owns it; every thread may {@linkplain #get ask for} a reference.
 */
final class KnownReferences implements AutoCloseable {
  private final DescriptorSpace space;
  private final float threshold;
  private final GalleryMatrix matrix;
  private final Map<String, KnownFace> byFace = new ConcurrentHashMap<>();

  /** How many references each person of a name has. */
  private final Map<String, Map<String, Integer>> idsByName = new HashMap<>();

  private final Map<String, Integer> ids = new HashMap<>();

  /** By id, as of the reference that was written last. */
  private final Map<String, Person> persons = new HashMap<>();

  /** Names and face ids of whom others erased since {@link #begin}. */
  private final Set<String> erased = new HashSet<>();

  private final KafkaClients clients;
  private final TopicReader reader;
  private RecordLookup lookup;

  /**
   * Reads the gallery. Of each reference the descriptor is kept, outside the heap, and a {@link
   * KnownFace}: some 600 bytes, its keys in tables included.
   *
   * @param threshold distance under which two faces count as one person's
   */
  KnownReferences(KafkaClients clients, DescriptorSpace space, float threshold) {
    this.clients = clients;
    this.space = space;
    this.threshold = threshold;
    this.matrix = new GalleryMatrix(space);
    this.reader = GalleryReader.open(clients);
    try {
      refresh();
    } catch (RuntimeException failed) {
      reader.close();
      throw failed;
    }
  }

  /** Takes in what was written since; who was erased until now may be enrolled again. */
  void begin() {
    refresh();
    erased.clear();
  }

  /** Whether somebody of this name, or the entry of this face, was erased since {@link #begin}. */
  boolean erasedMeanwhile(String name, String faceId) {
    return erased.contains(name) || erased.contains(faceId);
  }

  /** Takes in what was written since, also by others. */
  void refresh() {
    try {
      reader.readToEnd(this::accept);
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
  }

  private void accept(ConsumerRecord<String, byte[]> entry) {
    GalleryReader.reference(entry)
        .ifPresentOrElse(
            reference -> put(reference, entry.partition(), entry.offset()),
            () -> {
              if (entry.key() != null) {
                KnownFace gone = byFace.get(entry.key());
                if (gone != null && entry.value() == null) {
                  erased.add(gone.person().name());
                  erased.add(gone.faceId());
                }
                remove(entry.key());
              }
            });
  }

  /** The reference of a face id, or null. */
  KnownFace get(String faceId) {
    return byFace.get(faceId);
  }

  /** All of a person's. Looks through the whole gallery. */
  List<KnownFace> of(String personId) {
    return byFace.values().stream().filter(face -> face.person().id().equals(personId)).toList();
  }

  /**
   * A reference with its picture, as it stands in the topic.
   *
   * @throws RefusedException with reason {@code changed} when that is not what is known
   */
  Reference whole(KnownFace face) throws RefusedException {
    try {
      if (lookup == null) {
        lookup = new RecordLookup(clients, GalleryTopic.TOPIC);
      }
      return face.in(lookup.at(face.partition(), face.offset()))
          .orElseThrow(
              () ->
                  new RefusedException(
                      "changed", "it was changed by another at this moment; enrol it again"));
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
  }

  /**
   * Adds or replaces one.
   *
   * @param partition of its record
   * @param offset of its record
   */
  void put(Reference reference, int partition, long offset) {
    remove(reference.faceId());
    Person written = new Person(reference.personId(), reference.name(), reference.watchlist());
    Person person =
        persons.merge(written.id(), written, (before, now) -> before.equals(now) ? before : now);
    byFace.put(reference.faceId(), KnownFace.of(reference, person, partition, offset));
    ids.merge(reference.personId(), 1, Integer::sum);
    idsByName
        .computeIfAbsent(reference.name(), name -> new LinkedHashMap<>())
        .merge(reference.personId(), 1, Integer::sum);
    if (reference.model().equals(space.model())
        && reference.descriptor().length == space.length()) {
      matrix.put(reference);
    }
  }

  private void remove(String faceId) {
    KnownFace gone = byFace.remove(faceId);
    if (gone == null) {
      return;
    }
    Person person = gone.person();
    ids.computeIfPresent(person.id(), (id, count) -> count == 1 ? null : count - 1);
    if (!ids.containsKey(person.id())) {
      persons.remove(person.id());
    }
    Map<String, Integer> named = idsByName.get(person.name());
    named.computeIfPresent(person.id(), (id, count) -> count == 1 ? null : count - 1);
    if (named.isEmpty()) {
      idsByName.remove(person.name());
    }
    matrix.remove(faceId);
  }

  /**
   * Who has exactly this name, or somebody new.
   *
   * @throws RefusedException with reason {@code ambiguous-name} when several have it
   */
  Person person(String name) throws RefusedException {
    Set<String> named = idsByName.getOrDefault(name, Map.of()).keySet();
    if (named.size() > 1) {
      throw new RefusedException(
          "ambiguous-name",
          String.format(
              Locale.ROOT,
              "%d persons are called '%s' (%s); rename or merge them first",
              named.size(),
              name,
              String.join(", ", named)));
    }
    String id = named.isEmpty() ? PersonName.id(name, ids.keySet()) : named.iterator().next();
    Person known = persons.get(id);
    return new Person(id, name, known == null ? null : known.watchlist());
  }

  /**
   * Lets a new reference pass that is neither nearly the same as another of its person nor looks
   * like somebody else, and more so than like its person.
   *
   * @param rules for the shares of the threshold
   * @throws RefusedException with reason {@code duplicate} or {@code conflict}
   */
  void check(Reference reference, EnrolmentRules rules, Instant now) throws RefusedException {
    List<Match.Candidate> near =
        matrix
            .publish(GalleryVersion.ofNumber(0))
            .match(new float[][] {reference.descriptor()}, 2, Reduction.MINIMUM, now)
            .get(0);
    Optional<Match.Candidate> own =
        near.stream().filter(who -> who.personId().equals(reference.personId())).findFirst();
    if (own.isPresent() && own.get().distance() < rules.duplicate() * threshold) {
      throw new RefusedException(
          "duplicate",
          "it is nearly the same as %s, which is enrolled already; another look would help more"
              .formatted(byFace.get(own.get().reference()).source()));
    }
    Optional<Match.Candidate> other =
        near.stream().filter(who -> !who.personId().equals(reference.personId())).findFirst();
    boolean ownIsNearer =
        own.isPresent() && other.isPresent() && own.get().distance() < other.get().distance();
    if (other.isPresent()
        && other.get().distance() < rules.conflict() * threshold
        && !ownIsNearer
        && !rules.confirmed()) {
      throw new RefusedException(
          "conflict",
          String.format(
              Locale.ROOT,
              "it looks like %s (distance %.2f, under %.2f is too near); confirm to enrol it all the same",
              other.get().name(),
              other.get().distance(),
              rules.conflict() * threshold));
    }
  }

  @Override
  public void close() {
    try (RecordLookup opened = lookup) {
      reader.close();
    }
  }
}

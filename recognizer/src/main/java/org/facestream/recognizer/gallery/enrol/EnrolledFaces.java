package org.facestream.recognizer.gallery.enrol;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.RecordLookup;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.ReferenceMatrix;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.jspecify.annotations.Nullable;

/**
 * The gallery as an enrolment sees it: its references, names, and similar faces. One thread owns
 * it; every thread may {@linkplain #get ask for} a reference.
 */
final class EnrolledFaces implements AutoCloseable {
  private final DescriptorSpace space;
  private final float threshold;
  private final float unlike;
  private final ReferenceMatrix matrix;
  private final Map<String, EnrolledFace> byFace = new ConcurrentHashMap<>();

  /** How many references each person of a name has, names {@linkplain PersonName#key folded}. */
  private final Map<String, Map<String, Integer>> idsByName = new HashMap<>();

  private final Map<String, Integer> ids = new HashMap<>();

  /** By id, as of the reference that was written last. */
  private final Map<String, Person> persons = new HashMap<>();

  /** Names and face ids that others erased since {@link #begin}. */
  private final Set<String> erased = new HashSet<>();

  private final KafkaClients clients;
  private final TopicLog reader;
  private @Nullable RecordLookup lookup;

  /**
   * Reads the gallery. Of each reference the descriptor is kept, outside the heap, and a {@link
   * EnrolledFace}: some 600 bytes, its keys in tables included.
   *
   * @param threshold distance under which two faces count as one person's
   * @param unlike distance over which a face does not resemble another
   */
  EnrolledFaces(KafkaClients clients, DescriptorSpace space, float threshold, float unlike) {
    this.clients = clients;
    this.space = space;
    this.threshold = threshold;
    this.unlike = unlike;
    this.matrix = new ReferenceMatrix(space);
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
    return erased.contains(PersonName.key(name)) || erased.contains(faceId);
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
                EnrolledFace gone = byFace.get(entry.key());
                if (gone != null && entry.value() == null) {
                  erased.add(PersonName.key(gone.person().name()));
                  erased.add(gone.faceId());
                }
                remove(entry.key());
              }
            });
  }

  /** The reference of a face id, or null. */
  @Nullable EnrolledFace get(String faceId) {
    return byFace.get(faceId);
  }

  /** All of a person's. Looks through the whole gallery. */
  List<EnrolledFace> of(String personId) {
    return byFace.values().stream().filter(face -> face.person().id().equals(personId)).toList();
  }

  /**
   * A reference with its picture, as it stands in the topic.
   *
   * @throws RefusedException with reason {@code changed} when that is not what is known
   */
  Reference whole(EnrolledFace face) throws RefusedException {
    try {
      if (lookup == null) {
        lookup = new RecordLookup(clients, GalleryTopic.TOPIC);
      }
      return face.in(lookup.at(face.partition(), face.offset()))
          .orElseThrow(
              () ->
                  new RefusedException(
                      "changed", "another process changed it at the same time; enrol it again"));
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
    byFace.put(reference.faceId(), EnrolledFace.of(reference, person, partition, offset));
    ids.merge(reference.personId(), 1, Integer::sum);
    idsByName
        .computeIfAbsent(PersonName.key(reference.name()), name -> new LinkedHashMap<>())
        .merge(reference.personId(), 1, Integer::sum);
    if (reference.model().equals(space.model())
        && reference.descriptor().length == space.length()
        && !reference.setAside()) {
      matrix.put(reference);
    }
  }

  private void remove(String faceId) {
    EnrolledFace gone = byFace.remove(faceId);
    if (gone == null) {
      return;
    }
    Person person = gone.person();
    ids.computeIfPresent(person.id(), (id, count) -> count == 1 ? null : count - 1);
    if (!ids.containsKey(person.id())) {
      persons.remove(person.id());
    }
    String name = PersonName.key(person.name());
    Map<String, Integer> named = Objects.requireNonNull(idsByName.get(name), "their name");
    named.computeIfPresent(person.id(), (id, count) -> count == 1 ? null : count - 1);
    if (named.isEmpty()) {
      idsByName.remove(name);
    }
    matrix.remove(faceId);
  }

  /**
   * Who has this name, in other letters too, or somebody new. Where several have it, who has it in
   * exactly these letters.
   *
   * @param id of the person who is meant, or empty
   * @throws RefusedException with reason {@code ambiguous-name} when several have it, or {@code
   *     other-name} when the person of the id has another
   */
  Person person(String name, Optional<String> id) throws RefusedException {
    if (id.isPresent()) {
      Person meant = persons.getOrDefault(id.get(), new Person(id.get(), name));
      if (!PersonName.same(meant.name(), name)) {
        throw new RefusedException(
            "other-name",
            "%s is the id of '%s' and not of '%s'; give that name, or another id"
                .formatted(meant.id(), PersonName.shown(meant.name()), PersonName.shown(name)));
      }
      return meant;
    }
    List<Person> named =
        idsByName.getOrDefault(PersonName.key(name), Map.of()).keySet().stream()
            .sorted()
            .map(persons::get)
            .toList();
    List<Person> exactly = named.stream().filter(person -> person.name().equals(name)).toList();
    if (named.size() > 1 && exactly.size() != 1) {
      throw new RefusedException(
          "ambiguous-name",
          String.format(
              Locale.ROOT,
              "%d people are called '%s': %s; choose one with --id, or merge them",
              named.size(),
              PersonName.shown(name),
              named.stream().map(Person::spelledOut).collect(Collectors.joining(", "))));
    }
    return named.isEmpty()
        ? new Person(PersonName.id(name, ids.keySet()), name)
        : (exactly.isEmpty() ? named : exactly).get(0);
  }

  /**
   * Lets a new reference pass that is neither nearly the same as another of its person, nor looks
   * like somebody else, and more so than like its person, nor unlike all others of its person.
   *
   * @param rules for the shares of the threshold
   * @throws RefusedException with reason {@code duplicate}, {@code conflict} or {@code unlike}
   */
  void check(Reference reference, EnrolmentRules rules, Instant now) throws RefusedException {
    Predicate<Person> same = person -> person.id().equals(reference.personId());
    GallerySnapshot gallery = matrix.publish(GalleryVersion.ofNumber(0));
    Optional<Match.Candidate> own = nearest(gallery, reference, now, same);
    if (own.isPresent() && own.get().distance() < rules.duplicate() * threshold) {
      throw new RefusedException(
          "duplicate",
          ("it is nearly the same as %s, which is already enrolled; a different picture "
                  + "would help more")
              .formatted(source(own.get())));
    }
    if (rules.confirmed()) {
      return;
    }
    float denied = gallery.denial(reference.personId(), reference.descriptor(), now);
    double near = rules.conflict() * threshold;
    if (denied < near && own.isEmpty()) {
      String who = "a face that a user said is not " + PersonName.shown(reference.name());
      throw RefusedException.conflict(who, denied, near);
    }
    Optional<Match.Candidate> other = nearest(gallery, reference, now, same.negate());
    boolean ownIsNearer =
        own.isPresent() && other.isPresent() && own.get().distance() < other.get().distance();
    if (other.isPresent() && other.get().distance() < near && !ownIsNearer) {
      throw RefusedException.conflict(other.get().name(), other.get().distance(), near);
    }
    if (own.isPresent() && own.get().distance() > unlike) {
      throw new RefusedException(
          EnrolmentResult.UNLIKE,
          String.format(
              Locale.ROOT,
              "it does not look like %s as enrolled: the most similar picture is %s (distance %.2f,"
                  + " above %.2f is too far); compare both, and confirm if they show one person",
              PersonName.shown(reference.name()),
              source(own.get()),
              own.get().distance(),
              unlike));
    }
  }

  private String source(Match.Candidate near) {
    return Objects.requireNonNull(byFace.get(near.reference()), "of the same gallery").source();
  }

  private static Optional<Match.Candidate> nearest(
      GallerySnapshot gallery, Reference reference, Instant now, Predicate<Person> who) {
    float[][] descriptors = {reference.descriptor()};
    return gallery.match(descriptors, 1, Reduction.MINIMUM, now, who).get(0).stream().findFirst();
  }

  @Override
  public void close() {
    try (RecordLookup opened = lookup) {
      reader.close();
    }
  }
}

package org.facestream.recognizer.gallery.people;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.RecordLookup;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.identity.GalleryVersion;
import org.jspecify.annotations.Nullable;

/**
 * The gallery topic as a table. It keeps each reference without picture and descriptor, which are
 * nearly all of its size, and its position in the topic, from which the whole reference is read
 * when needed. A million references need some hundred megabytes.
 *
 * <p>For one thread.
 */
final class ReferenceTable implements AutoCloseable {
  /** A reference changes at the very moment when it is looked up; not every time. */
  private static final int MOST_LOOKS = 5;

  private final KafkaClients clients;
  private final Topic topic;
  private final TopicLog reader;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** Names and other words that many references have in common, each once. */
  private final Map<String, String> words = new HashMap<>();

  private final Set<String> erased = new HashSet<>();
  private @Nullable RecordLookup lookup;

  private record Row(Reference bare, int partition, long offset) {}

  /**
   * Reads nothing yet.
   *
   * @throws UserError when the broker does not answer
   */
  ReferenceTable(KafkaClients clients) {
    this(clients, GalleryTopic.TOPIC);
  }

  /** The same of a topic of the gallery's form. */
  ReferenceTable(KafkaClients clients, Topic topic) {
    this.clients = clients;
    this.topic = topic;
    this.reader = GalleryReader.open(clients, topic);
  }

  /**
   * Brings the table up to the topic's present end.
   *
   * @throws UserError when the broker does not answer
   */
  void readOn() {
    try {
      reader.readToEnd(this::accept);
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
  }

  private void accept(ConsumerRecord<String, byte[]> record) {
    if (record.value() == null) {
      erased.add(record.key());
    }
    Optional<Reference> reference = GalleryReader.reference(record);
    if (reference.isPresent()) {
      Reference bare = reference.get().bare(record.key(), this::word);
      rows.put(record.key(), new Row(bare, record.partition(), record.offset()));
    } else {
      rows.remove(record.key());
    }
  }

  private @Nullable String word(@Nullable String text) {
    return text == null ? null : words.computeIfAbsent(text, same -> same);
  }

  /** Every {@linkplain Reference#bare bare} reference, as of the last reading. */
  List<Reference> all() {
    return rows.values().stream().map(Row::bare).toList();
  }

  /** A person's, bare, in the order of their enrolment. */
  List<Reference> of(Person person) {
    return rowsOf(person).stream().map(Row::bare).toList();
  }

  /**
   * Those of a person, bare, that were in the gallery at a moment: those before a version, even if
   * they were rewritten later, and those that were enrolled by then.
   */
  List<Reference> of(Person person, GalleryVersion version, String topic, Instant moment) {
    boolean comparable = topic.equals(version.topic());
    return rowsOf(person).stream()
        .filter(
            row ->
                (comparable && version.hasRead(row.partition(), row.offset()))
                    || !row.bare().enrolledAt().isAfter(moment))
        .map(Row::bare)
        .toList();
  }

  private List<Row> rowsOf(Person person) {
    return rows.values().stream()
        .filter(row -> row.bare().personId().equals(person.id()))
        .sorted(Comparator.comparing(row -> row.bare().enrolledAt()))
        .toList();
  }

  /**
   * A person's references as of now, with pictures and descriptors, in the order of their
   * enrolment.
   *
   * @throws UserError when they are being changed all the while, or the broker does not answer
   */
  List<Reference> whole(Person person) {
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      readOn();
      List<Row> wanted = rowsOf(person);
      List<Reference> found = new ArrayList<>(wanted.size());
      for (Row row : wanted) {
        whole(row).ifPresent(found::add);
      }
      if (found.size() == wanted.size()) {
        return found;
      }
    }
    throw new UserError(
        "%s is being changed by another process: try again.".formatted(person.id()));
  }

  private Optional<Reference> whole(Row row) {
    try {
      if (lookup == null) {
        lookup = new RecordLookup(clients, topic);
      }
      return lookup
          .at(row.partition(), row.offset())
          .filter(
              record ->
                  record.offset() == row.offset()
                      && Objects.equals(record.key(), row.bare().faceId()))
          .flatMap(GalleryReader::reference);
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
  }

  /** Face ids that were erased since {@link #forgetErased}, by whomever. */
  Set<String> erased() {
    return erased;
  }

  void forgetErased() {
    erased.clear();
  }

  /** Takes out what is known to be erased before that is read. */
  void remove(String faceId) {
    rows.remove(faceId);
  }

  @Override
  public void close() {
    try (RecordLookup opened = lookup) {
      reader.close();
    }
  }
}

package org.facestream.recognizer.gallery.people;

import java.util.List;
import java.util.Set;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;

/**
 * Rewrites references with changes while others may erase them: it writes what was read just
 * before, and erases again what was erased in between. So a forgotten person does not come back.
 *
 * <p>For one thread.
 */
final class ReferenceEdit implements AutoCloseable {
  private final ReferenceTable table;
  private final GalleryWriter writer;
  private final Closing closing = new Closing();

  /**
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not answer
   */
  ReferenceEdit(KafkaClients clients) {
    this(clients, GalleryTopic.TOPIC);
  }

  /** The same in a topic of the gallery's form. */
  ReferenceEdit(KafkaClients clients, Topic topic) {
    // The producer is started first, because it takes time and must not delay the write after the
    // read.
    writer = closing.add(new GalleryWriter(clients, topic));
    try {
      table = closing.add(new ReferenceTable(clients, topic));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  /** Every reference as of now, {@linkplain Reference#bare bare}. */
  List<Reference> all() {
    table.readOn();
    return table.all();
  }

  /** A person's references as of now, whole, in the order of their enrolment. */
  List<Reference> of(Person person) {
    return table.whole(person);
  }

  /** As {@link #of}, but bare. */
  List<Reference> bareOf(Person person) {
    table.readOn();
    return table.of(person);
  }

  /**
   * Replaces references that were read last, and checks the result.
   *
   * @return those that stay; the others were erased in the meantime
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not take them
   */
  List<Reference> put(List<Reference> changed) {
    table.forgetErased();
    writer.put(changed);
    table.readOn();
    Set<String> erased = table.erased();
    List<Reference> gone =
        changed.stream().filter(reference -> erased.contains(reference.faceId())).toList();
    if (gone.isEmpty()) {
      return changed;
    }
    erase(gone);
    return changed.stream().filter(reference -> !erased.contains(reference.faceId())).toList();
  }

  /** Erases references from the gallery. */
  void erase(List<Reference> gone) {
    writer.erase(gone.stream().map(Reference::faceId).toList());
    gone.forEach(reference -> table.remove(reference.faceId()));
  }

  @Override
  public void close() {
    closing.close();
  }
}

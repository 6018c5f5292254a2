package org.facestream.recognizer.gallery.people;

import java.util.List;
import java.util.Set;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;

/**
 * References that are written anew with something changed, while others may erase them: what is
 * written is what was there a moment before, and what was erased in this moment is erased again. So
 * nobody who is being forgotten comes back.
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
    // A producer takes a while to come up: before anything is read, not between that and a write.
    writer = closing.add(new GalleryWriter(clients));
    try {
      table = closing.add(new ReferenceTable(clients));
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
   * Writes references in place of those that were read last, and looks what became of them.
   *
   * @return those that stay; the others were erased meanwhile
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

  /** Takes references out of the gallery. */
  void erase(List<Reference> gone) {
    writer.erase(gone.stream().map(Reference::faceId).toList());
    gone.forEach(reference -> table.remove(reference.faceId()));
  }

  @Override
  public void close() {
    closing.close();
  }
}

package org.facestream.recognizer.gallery;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicReader;

/**
 * References that are written anew with something changed, while others may erase them: what is
 * written is what was there a moment before, and what was erased in this moment is erased again. So
 * nobody who is being forgotten comes back.
 *
 * <p>For one thread.
 */
final class GalleryEdit implements AutoCloseable {
  private final Map<String, Reference> references = new LinkedHashMap<>();

  /** Face ids of what others erased since the last write. */
  private final Set<String> erased = new HashSet<>();

  private final TopicReader reader;
  private final GalleryWriter writer;
  private final Closing closing = new Closing();

  /**
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not answer
   */
  GalleryEdit(KafkaClients clients) {
    // A producer takes a while to come up: before anything is read, not between that and a write.
    writer = closing.add(new GalleryWriter(clients));
    try {
      reader = closing.add(GalleryReader.open(clients));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  /** Every reference as of now. */
  List<Reference> all() {
    readOn();
    return List.copyOf(references.values());
  }

  /** A person's references as of now, in the order of their enrolment. */
  List<Reference> of(Person person) {
    readOn();
    return People.of(person, references);
  }

  /**
   * Writes references in place of those that were read last, and looks what became of them.
   *
   * @return those that stay; the others were erased meanwhile
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not take them
   */
  List<Reference> put(List<Reference> changed) {
    erased.clear();
    writer.put(changed);
    readOn();
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
    gone.forEach(reference -> references.remove(reference.faceId()));
  }

  private void readOn() {
    try {
      reader.readToEnd(
          record -> {
            if (record.value() == null) {
              erased.add(record.key());
            }
            GalleryReader.reference(record)
                .ifPresentOrElse(
                    reference -> references.put(record.key(), reference),
                    () -> references.remove(record.key()));
          });
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}

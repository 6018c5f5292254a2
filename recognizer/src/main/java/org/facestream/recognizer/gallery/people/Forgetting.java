package org.facestream.recognizer.gallery.people;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;

/** Erases a person's references, until a check finds none left. */
final class Forgetting {
  /** One check is enough; two if the person is enrolled in the meantime. */
  private static final int MOST_LOOKS = 5;

  private final KafkaClients clients;
  private final AuditTrail trail;

  Forgetting(KafkaClients clients, AuditTrail trail) {
    this.clients = clients;
    this.trail = trail;
  }

  /**
   * Erases once, and what is written meanwhile too.
   *
   * @param whom finds the person
   * @param what finds which of their references are to go
   * @throws UserError when the person is enrolled repeatedly in the meantime
   */
  People.Forgotten of(
      Function<ReferenceTable, Person> whom,
      BiFunction<ReferenceTable, Person, List<Reference>> what) {
    try (ReferenceTable table = new ReferenceTable(clients);
        GalleryWriter writer = new GalleryWriter(clients)) {
      table.readOn();
      Person person = whom.apply(table);
      Map<Integer, Long> ends = GalleryReader.ends(clients);
      Map<String, Reference> erased = new LinkedHashMap<>();
      List<Reference> left = what.apply(table, person);
      for (int looks = 0; !left.isEmpty(); looks++) {
        if (looks == MOST_LOOKS) {
          throw new UserError(
              ("%s is being enrolled at the same time: stop the enrolment, and run the command "
                      + "again.")
                  .formatted(person.id()));
        }
        List<String> faceIds = left.stream().map(Reference::faceId).toList();
        trail.forgetting(person, faceIds.size(), () -> writer.erase(faceIds, ends));
        left.forEach(reference -> erased.put(reference.faceId(), reference));
        // A concurrent enrolment or merge may have read before and written after the erasure.
        table.readOn();
        left = what.apply(table, person);
      }
      return new People.Forgotten(
          person, List.copyOf(erased.values()), GalleryReader.version(clients, ends));
    }
  }
}

package org.facestream.recognizer.gallery.people;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;

/** Erases single references. Who has no other one is in the gallery no more. */
public final class ReferenceErasure {
  private final KafkaClients clients;
  private final AuditTrail trail;

  /**
   * @param trail takes down what is erased
   */
  public ReferenceErasure(KafkaClients clients, AuditTrail trail) {
    this.clients = clients;
    this.trail = trail;
  }

  /**
   * Erases references; one that is not there is no error.
   *
   * @return what was erased, by person
   */
  public List<People.Entry> erase(Set<String> faceIds) {
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      List<People.Entry> gone =
          Everyone.of(edit.all().stream().filter(each -> faceIds.contains(each.faceId())).toList())
              .entries();
      Map<String, Integer> byPerson = new TreeMap<>();
      gone.forEach(entry -> byPerson.put(entry.person().id(), entry.references().size()));
      trail.erasing(
          byPerson,
          () -> edit.erase(gone.stream().flatMap(entry -> entry.references().stream()).toList()));
      return gone;
    }
  }
}

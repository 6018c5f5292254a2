package org.facestream.deploy.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.identity.IdentityEvent;

/** The events of the topic and those of the database, which must be the same, each once. */
final class EventLedger {
  private EventLedger() {}

  /**
   * Compares them.
   *
   * @return ids of all events
   */
  static Set<String> compare(KafkaClients clients, EmbeddedDatabase database) throws Exception {
    List<IdentityEvent> events = Stored.events(clients);
    Set<String> published =
        events.stream().map(IdentityEvent::eventId).collect(Collectors.toCollection(TreeSet::new));
    List<String> stored = Stored.eventIds(database);
    assertEquals(published.size(), events.size(), "an event was published twice");
    assertEquals(published, new TreeSet<>(stored), "the topic and the database differ");
    assertEquals(published.size(), stored.size(), "an event was stored twice");
    assertFalse(published.isEmpty(), "there is no event");
    // No gap: of every track, the revisions from 1 to the last.
    events.stream()
        .collect(Collectors.groupingBy(IdentityEvent::track))
        .forEach(
            (track, own) ->
                assertEquals(
                    own.size(),
                    own.stream().mapToInt(IdentityEvent::revision).max().orElse(0),
                    "revisions of " + track));
    return published;
  }
}

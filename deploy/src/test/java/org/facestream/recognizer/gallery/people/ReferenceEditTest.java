package org.facestream.recognizer.gallery.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody forgets between the steps of a change: a real broker, in the package of the steps. */
@Timeout(120)
class ReferenceEditTest {
  private static final Person ADA = new Person("ada", "Ada", null);
  private static final Person BOB = new Person("bob", "Bob", null);
  private static EmbeddedKafka broker;

  @BeforeAll
  static void open(@TempDir Path folder) {
    broker = new EmbeddedKafka(folder, 0);
  }

  @AfterAll
  static void close() {
    broker.close();
  }

  @Test
  void whatIsErasedBeforeAWriteIsNotWritten() {
    KafkaClients clients = clients("before");
    People people = new People(clients);
    write(clients, reference("a1", ADA), reference("a2", ADA));
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      assertEquals(2, edit.all().size());
      people.forget("ada");
      assertEquals(List.of(), edit.of(ADA));
    }
  }

  @Test
  void whatIsErasedInTheMomentOfAWriteIsErasedAgain() {
    KafkaClients clients = clients("during");
    People people = new People(clients);
    write(clients, reference("a1", ADA), reference("a2", ADA), reference("b1", BOB));
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      Person lovelace = new Person("ada", "Lovelace", null);
      List<Reference> renamed = as(edit.of(ADA), lovelace);
      people.forget("ada");
      assertEquals(List.of(), edit.put(renamed));
      assertEquals(List.of(BOB), who(people));
      // Enrolled again, which is another matter.
      write(clients, reference("a1", ADA));
      assertEquals(1, edit.put(as(edit.of(ADA), lovelace)).size());
      assertEquals(List.of(BOB, lovelace), who(people));
    }
  }

  @Test
  void onlyWhatWasErasedIsErasedAgain() {
    KafkaClients clients = clients("part");
    People people = new People(clients);
    write(clients, reference("a1", ADA), reference("b1", BOB));
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      Person both = new Person("both", "Both", null);
      List<Reference> moved = new ArrayList<>(as(edit.of(ADA), both));
      moved.addAll(as(edit.of(BOB), both));
      people.forget("ada");
      assertEquals(List.of("b1"), edit.put(moved).stream().map(Reference::faceId).toList());
      assertEquals("b1", people.show("both").references().get(0).faceId());
      assertEquals(1, people.list().size());
    }
  }

  @Test
  void onlyWhoIsShownIsReadWithPictureAndDescriptor() {
    KafkaClients clients = clients("bare");
    People people = new People(clients);
    write(clients, reference("a1", ADA), reference("a2", ADA), reference("b1", BOB));
    for (People.Entry entry : people.list()) {
      for (Reference reference : entry.references()) {
        assertNull(reference.thumbnail());
        assertNull(reference.descriptor());
      }
    }
    // A reference that was written anew is read from its new place.
    people.rename("ada", "Lovelace");
    List<Reference> whole = people.show("lovelace").references();
    assertEquals(List.of("a1", "a2"), whole.stream().map(Reference::faceId).toList());
    whole.forEach(
        reference -> {
          assertEquals(1, reference.descriptor().length);
          assertEquals(4_000, reference.thumbnail().length);
        });
  }

  @Test
  void whatExpiredIsErasedAndNothingElse() {
    KafkaClients clients = clients("expired");
    People people = new People(clients);
    Instant over = Instant.now();
    Reference kept = reference("a2", ADA);
    write(
        clients,
        reference("a1", ADA).on(Optional.empty(), Optional.of(over)),
        kept.on(Optional.empty(), Optional.of(over.plusMillis(1))),
        reference("b1", BOB).on(Optional.empty(), Optional.of(over)));
    List<People.Entry> expired = people.expire(over);
    assertEquals(List.of(ADA, BOB), expired.stream().map(People.Entry::person).toList());
    assertEquals(1, people.list().size());
    assertEquals("a2", people.show("ada").references().get(0).faceId());
    assertEquals(List.of(), people.expire(over));
  }

  @Test
  void whatAReplicaDoesNotKnowToBeRenewedIsNotErased() throws InterruptedException {
    KafkaClients clients = clients("stale");
    People people = new People(clients);
    Instant now = Instant.now();
    Optional<Instant> over = Optional.of(now.minusSeconds(60));
    write(
        clients,
        reference("a1", ADA).on(Optional.empty(), over),
        reference("b1", BOB).on(Optional.empty(), over));
    write(clients, reference("a1", ADA).on(Optional.empty(), Optional.of(now.plusSeconds(60))));
    Map<String, String> known = Map.of("a1", "ada", "b1", "bob", "e1", "erased before");
    try (Telemetry telemetry = new Telemetry();
        GalleryRetention retention =
            new GalleryRetention(
                new ErasureRule(Duration.ofSeconds(30), Duration.ofHours(1)),
                clients,
                until -> known,
                AuditTrail.NONE,
                Clock.fixed(now, ZoneOffset.UTC),
                telemetry)) {
      assertEquals(1, retention.run());
      assertEquals(List.of(ADA), who(people));
      assertEquals(0, retention.run());
    }
  }

  private static KafkaClients clients(String prefix) {
    return KafkaClients.of(
        broker.bootstrapServers(), Map.of("kafka.topic-prefix", prefix, "kafka.partitions", "3"));
  }

  private static void write(KafkaClients clients, Reference... references) {
    try (GalleryWriter writer = new GalleryWriter(clients)) {
      writer.put(List.of(references));
    }
  }

  private static List<Reference> as(List<Reference> references, Person person) {
    return references.stream().map(reference -> reference.as(person)).toList();
  }

  private static List<Person> who(People people) {
    return people.list().stream().map(People.Entry::person).toList();
  }

  private static Reference reference(String faceId, Person person) {
    return ReferenceBuilder.builder()
        .faceId(faceId)
        .personId(person.id())
        .name(person.name())
        .model("m")
        .descriptor(new float[] {1})
        .thumbnail(new byte[4_000])
        .quality(1)
        .source("test")
        .enrolledAt(Instant.now())
        .build();
  }
}

package org.facestream.sink.store;

import static org.facestream.sink.store.Events.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.recognizer.identity.Correction;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorrectionStoreTest {
  private static TestDatabase server;
  private static Database database;
  private static EventStore events;
  private static CorrectionStore store;

  @BeforeAll
  static void open(@TempDir Path folder) throws Exception {
    server = new TestDatabase(folder).start();
    database = new Database(server.config(Map.of()));
    database.check();
    events = new EventStore(database.dataSource());
    store = new CorrectionStore(database.dataSource());
  }

  @AfterAll
  static void close() throws Exception {
    database.close();
    server.close();
  }

  @BeforeEach
  void empty() throws Exception {
    server.execute(
        "TRUNCATE identity_event, sighting, correction, forgotten_person, gallery_topic");
  }

  private static long add(Correction.Kind kind, String person) throws StoreException {
    return store.add(kind, "t", null, person, "guard").orElseThrow();
  }

  private static List<String> inForce() throws StoreException {
    return store.due("t").orElseThrow().statements().stream()
        .map(each -> each.kind() + " " + each.personId())
        .toList();
  }

  @Test
  void whatIsDueSaysAllThatIsInForce() throws Exception {
    IdentityEvent first =
        event("t", 2, Type.updated, "bob")
            .withGallery(new GalleryVersion("T_1", List.of(3L, 4L)))
            .withGalleryVersion(7);
    events.store(List.of(event("t", 1, Type.started, null), first));
    assertEquals(Optional.empty(), store.due("t"));
    assertEquals(Optional.empty(), store.add(Correction.Kind.is, "other", null, "ada", "guard"));
    long number = add(Correction.Kind.is, "ada");
    CorrectionStore.Due due = store.due("t").orElseThrow();
    assertEquals(number, due.number());
    assertEquals("is guard", due.kind() + " " + due.by());
    assertEquals(first, due.event());
    assertEquals(first, due.before());
    assertEquals(List.of("t"), store.due());
    store.sent("t", number - 1);
    assertEquals(List.of("t"), store.due());
    store.sent("t", number);
    assertEquals(List.of(), store.due());

    // What its faces said is what was said before the first correction.
    assertEquals(Optional.empty(), store.corrected("t", 2));
    IdentityEvent later = event("t", 4, Type.updated, "ada");
    events.store(List.of(event("t", 3, Type.corrected, "ada"), later));
    assertEquals("ada", store.corrected("t", 2).orElseThrow().personId());
    add(Correction.Kind.is_not, "bob");
    due = store.due("t").orElseThrow();
    assertEquals(later, due.event());
    assertEquals(first, due.before());
    assertEquals(List.of("is ada", "is_not bob"), inForce());

    CorrectionStore.Undone undone = store.undo("t", "other guard").orElseThrow();
    assertEquals("bob", undone.personId());
    due = store.due("t").orElseThrow();
    assertTrue(due.number() > number);
    assertEquals("undo other guard", due.kind() + " " + due.by());
    assertEquals(List.of("is ada"), inForce());
    store.undo("t", "guard");
    assertEquals(List.of(), inForce());
    assertEquals(Optional.empty(), store.undo("t", "guard"));
  }

  @Test
  void whatIsNoFaceIsMarkedUntilAnotherStatement() throws Exception {
    events.store(List.of(event("t", 1, Type.started, "bob")));
    add(Correction.Kind.no_face, null);
    assertTrue(store.sighting("t").orElseThrow().noFace());
    add(Correction.Kind.is_not, "bob");
    assertTrue(store.sighting("t").orElseThrow().noFace());
    add(Correction.Kind.is, "ada");
    assertTrue(!store.sighting("t").orElseThrow().noFace());
    store.undo("t", "guard");
    assertTrue(store.sighting("t").orElseThrow().noFace());
    // Events do not change it.
    events.store(List.of(event("t", 2, Type.corrected, null)));
    assertTrue(store.sighting("t").orElseThrow().noFace());
  }

  @Test
  void whoIsForgottenIsTakenOutAndWhoIsMergedIsAnother() throws Exception {
    events.store(List.of(event("t", 1, Type.started, "bob")));
    add(Correction.Kind.is, "ada");
    add(Correction.Kind.is_not, "bob");
    new PersonRecords(database.dataSource()).merge("bob", "rob", "Rob", GalleryVersion.ofNumber(0));
    assertEquals(List.of("is ada", "is_not rob"), inForce());
    events.forgetPerson("ada", GalleryVersion.ofNumber(9));
    assertEquals(List.of("is null", "is_not rob"), inForce());
  }

  @Test
  void itGoesWithItsSighting() throws Exception {
    events.store(List.of(event("t", 1, Type.started, "bob"), event("u", 1, Type.started, "bob")));
    add(Correction.Kind.is, "ada");
    store.add(Correction.Kind.same, "u", "t", "ada", "guard");
    server.execute("DELETE FROM sighting WHERE track = 't'");
    assertEquals(List.of("u"), server.query("SELECT track FROM correction"));
    events.deleteEndedBefore(Instant.now().plusSeconds(60));
    assertEquals(List.of(), server.query("SELECT track FROM correction"));
  }
}

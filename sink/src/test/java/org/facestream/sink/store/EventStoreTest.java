package org.facestream.sink.store;

import static org.facestream.sink.store.Events.START;
import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Events.there;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.sink.store.EventStore.Rows;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventStoreTest {
  @TempDir static Path folder;
  private static TestDatabase server;
  private static Database database;
  private static EventStore store;

  @BeforeAll
  static void open() throws Exception {
    server = new TestDatabase(folder).start();
    database = new Database(server.config(Map.of()));
    database.check();
    store = new EventStore(database.dataSource());
  }

  @AfterAll
  static void close() throws Exception {
    database.close();
    server.close();
  }

  @BeforeEach
  void empty() throws Exception {
    server.execute(
        "TRUNCATE identity_event, sighting, forgotten_person, erasure_audit, gallery_topic");
  }

  @Test
  void keepsEveryPartOfAnEvent() throws Exception {
    IdentityEvent event =
        there(event("t", 2, Type.updated, "ann"), "wanted", "entrance", "the \"counter\", {left}");
    assertEquals(new Rows(1, 1), store.store(List.of(event)));
    assertEquals(
        List.of(
            "t.2|updated|1|gate|t|2|2026-11-22 04:30:00.123|2026-11-22 04:30:02.123|2"
                + "|entrance|the \"counter\", {left}|ann|ANN|wanted|0.375|null|4|0.75|0.5|1.5|2|30|40.25|dlib-128|7|face-t|2026-11-22 04:30:02.123"),
        server.query(
            "SELECT event_id, type, schema_version, camera, track, revision,"
                + " first_seen AT TIME ZONE 'UTC', last_seen AT TIME ZONE 'UTC', cardinality(zones),"
                + " zones[1], zones[2], person_id, name, watchlist, distance, margin, faces, quality, score, box_left, box_top, box_right,"
                + " box_bottom, model, gallery_version, best_face,"
                + " capture_time AT TIME ZONE 'UTC' FROM identity_event"));
    assertEquals(
        List.of(
            "t|2|f|gate|2|entrance|the \"counter\", {left}|ann|ANN|wanted|0.375|null|4|0.75|0.5|dlib-128|face-t"),
        server.query(
            "SELECT track, revision, ended, camera, cardinality(zones), zones[1], zones[2],"
                + " person_id, name, watchlist, distance, margin, faces, quality, score, model, best_face FROM sighting"));
  }

  @Test
  void replayWritesNothing() throws Exception {
    List<IdentityEvent> events =
        List.of(event("t", 1, Type.started, null), event("t", 2, Type.ended, "ann"));
    assertEquals(new Rows(2, 1), store.store(events));
    assertEquals(new Rows(0, 0), store.store(events));
    assertEquals(new Rows(0, 0), store.store(List.of(events.get(0), events.get(0))));
    assertEquals(2, server.count("identity_event"));
    assertEquals(1, server.count("sighting"));
  }

  @Test
  void latestRevisionWinsInWhateverOrder() throws Exception {
    List<IdentityEvent> events = new ArrayList<>();
    for (int track = 0; track < 20; track++) {
      events.add(event("t" + track, 1, Type.started, null));
      events.add(event("t" + track, 2, Type.updated, "ann"));
      events.add(event("t" + track, 3, Type.ended, "bob"));
      events.add(event("t" + track, 4, Type.corrected, "eve"));
    }
    Random random = new Random(7);
    for (int round = 0; round < 10; round++) {
      empty();
      Collections.shuffle(events, random);
      for (int from = 0; from < events.size(); from += 7) {
        store.store(events.subList(from, Math.min(events.size(), from + 7)));
      }
      assertEquals(
          List.of("4|t|eve|8|20"),
          server.query(
              "SELECT revision, ended, person_id, faces, count(*) FROM sighting"
                  + " GROUP BY 1, 2, 3, 4"));
    }
  }

  @Test
  void aTrackThatGoesOnHasNotEnded() throws Exception {
    store.store(List.of(event("t", 1, Type.started, "ann"), event("t", 2, Type.ended, "ann")));
    assertEquals(1, server.count("sighting WHERE ended"));
    store.store(List.of(event("t", 3, Type.updated, "ann")));
    assertEquals(1, server.count("sighting WHERE NOT ended AND revision = 3"));
    store.store(List.of(event("t", 5, Type.corrected, "bob")));
    assertEquals(1, server.count("sighting WHERE NOT ended AND revision = 5"));
    // Late, behind the correction: it tells that the track ended, not who it was.
    store.store(List.of(event("t", 4, Type.ended, "ann")));
    assertEquals(1, server.count("sighting WHERE ended AND revision = 5 AND person_id = 'bob'"));
  }

  @Test
  void storesTenThousandAtOnce() throws Exception {
    List<IdentityEvent> events = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      events.add(event("t" + i % 2_500, 1 + i / 2_500, Type.updated, i % 3 == 0 ? null : "p" + i));
    }
    long before = System.nanoTime();
    assertEquals(new Rows(10_000, 2_500), store.store(events));
    long millis = Duration.ofNanos(System.nanoTime() - before).toMillis();
    System.out.println("10,000 events stored in one transaction in " + millis + " ms");
    assertEquals(new Rows(0, 0), store.store(events));
    assertEquals(10_000, server.count("identity_event"));
    assertEquals(2_500, server.count("sighting WHERE revision = 4"));
  }

  /** As when partitions move from one sink to another. */
  @Test
  void theSameEventsOfSeveralSinksAtTheSameMomentAreNobodysFault() throws Exception {
    int sinks = 4;
    int rounds = 150;
    CyclicBarrier together = new CyclicBarrier(sinks);
    ExecutorService threads = Executors.newFixedThreadPool(sinks);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int sink = 0; sink < sinks; sink++) {
        running.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < rounds; round++) {
                    List<IdentityEvent> events = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                      events.add(event("at-once-%d-%d".formatted(round, i), 1, Type.started, null));
                    }
                    together.await(20, TimeUnit.SECONDS);
                    store.store(events);
                  }
                  return null;
                }));
      }
      for (Future<Void> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
      assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
    }
    assertEquals(20 * rounds, server.count("identity_event WHERE track LIKE 'at-once-%'"));
  }

  @Test
  void storesAllOrNothing() throws Exception {
    StoreException refused =
        assertThrows(
            StoreException.class,
            () ->
                store.store(
                    List.of(
                        event("good", 1, Type.started, "ann"),
                        event("bad", 1, Type.started, "ann\0"))));
    assertTrue(refused.rowAtFault());
    assertNull(refused.getCause());
    assertFalse(refused.toString().toLowerCase(java.util.Locale.ROOT).contains("ann"));
    assertEquals(0, server.count("identity_event"));
    assertEquals(0, server.count("sighting"));
  }

  @Test
  void forgetsAPersonForThePastAndForLateEvents() throws Exception {
    store.store(
        List.of(
            event("t", 1, Type.started, "ann"),
            event("t", 2, Type.updated, "ann"),
            event("u", 1, Type.started, "bob")));
    assertEquals(new Rows(2, 1), store.forgetPerson("ann", GalleryVersion.ofNumber(7)));
    // Late, and again: captured before, so still erased.
    store.store(List.of(event("t", 3, Type.ended, "ann"), event("t", 2, Type.updated, "ann")));
    assertEquals(
        List.of(
            "t.1|null|unknown|null",
            "t.2|null|unknown|null",
            "t.3|null|unknown|null",
            "u.1|bob|BOB|0.375"),
        server.query(
            "SELECT event_id, person_id, name, distance FROM identity_event ORDER BY event_id"));
    assertEquals(
        List.of("t|3|null|unknown", "u|1|bob|BOB"),
        server.query("SELECT track, revision, person_id, name FROM sighting ORDER BY track"));
    for (String table :
        List.of("identity_event", "sighting", "forgotten_person", "erasure_audit")) {
      assertEquals(0, server.count(table + " AS r WHERE r::text ILIKE '%ann%'"), table);
    }
    assertEquals(
        List.of("person|2|1"), server.query("SELECT action, events, sightings FROM erasure_audit"));
    // Enrolled again, with a new consent: what is captured from now on names them.
    Instant later = Instant.now().plusSeconds(60);
    store.store(List.of(began("v", 1, later, later, 9)));
    assertEquals(List.of("ANN"), server.query("SELECT name FROM sighting WHERE track = 'v'"));
  }

  /** A watchlist tells who somebody may be; a zone does not. */
  @Test
  void whoIsForgottenIsOnNoWatchlistButWasThere() throws Exception {
    store.store(
        List.of(
            there(event("t", 1, Type.started, "ann"), "wanted", "entrance"),
            there(event("u", 1, Type.started, "bob"), "wanted", "entrance")));
    store.forgetPerson("ann", GalleryVersion.ofNumber(7));
    store.store(
        List.of(there(event("t", 2, Type.updated, "ann"), "wanted", "entrance", "counter")));
    assertEquals(
        List.of("t.1|null|{entrance}", "t.2|null|{entrance,counter}", "u.1|wanted|{entrance}"),
        server.query("SELECT event_id, watchlist, zones FROM identity_event ORDER BY event_id"));
    assertEquals(
        List.of("t|null|{entrance,counter}", "u|wanted|{entrance}"),
        server.query("SELECT track, watchlist, zones FROM sighting ORDER BY track"));
  }

  @Test
  void aSightingFollowsItsTrackIntoZonesAndOntoWatchlists() throws Exception {
    store.store(List.of(event("t", 1, Type.started, null)));
    assertEquals(List.of("null|{}"), server.query("SELECT watchlist, zones FROM sighting"));
    store.store(List.of(there(event("t", 2, Type.updated, "ann"), "wanted", "counter")));
    assertEquals(
        1, server.count("sighting WHERE watchlist = 'wanted' AND 'counter' = ANY (zones)"));
    store.store(List.of(there(event("t", 3, Type.updated, "ann"), null, "counter", "exit")));
    assertEquals(
        List.of("null|{counter,exit}"), server.query("SELECT watchlist, zones FROM sighting"));
  }

  @Test
  void aTrackThatBeganBeforeThePersonWasForgottenStaysUnknown() throws Exception {
    Instant now = Instant.now();
    store.store(List.of(began("t", 1, now.minusSeconds(5), now, 7)));
    store.forgetPerson("ann", GalleryVersion.ofNumber(8));
    // Whatever was captured, and with whatever gallery, afterwards.
    store.store(
        List.of(
            began("t", 2, now.minusSeconds(5), now.plusSeconds(60), 7),
            began("t", 3, now.minusSeconds(5), now.plusSeconds(90), 20)));
    assertEquals(3, server.count("identity_event WHERE person_id IS NULL AND name = 'unknown'"));
    assertEquals(1, server.count("sighting WHERE name = 'unknown' AND revision = 3"));
  }

  @Test
  void whatAGalleryThatStillHadThePersonDecidedIsStoredAsUnknown() throws Exception {
    store.forgetPerson("ann", GalleryVersion.ofNumber(8));
    Instant later = Instant.now().plusSeconds(60);
    // Enrolled again. The clock of the first camera is ahead, or its recognizer was cut off.
    store.store(List.of(began("old", 1, later, later, 7), began("new", 1, later, later, 8)));
    assertEquals(
        List.of("new|ANN", "old|unknown"),
        server.query("SELECT track, name FROM sighting ORDER BY track"));
  }

  private static GalleryVersion version(String topic, Long... offsets) {
    return new GalleryVersion(topic, List.of(offsets));
  }

  @Test
  void aGalleryThatIsAheadElsewhereAndBehindWhereThePersonWasStillHadThem() throws Exception {
    store.forgetPerson("ann", version("a", 3L, 5L));
    Instant later = Instant.now().plusSeconds(60);
    store.store(
        List.of(
            began("behind", 1, later, later, version("a", 9L, 4L)),
            began("again", 1, later, later, version("a", 3L, 6L))));
    assertEquals(
        List.of("again|ANN", "behind|unknown"),
        server.query("SELECT track, name FROM sighting ORDER BY track"));
    assertEquals(
        List.of("13|a|{9,4}"),
        server.query(
            "SELECT gallery_version, gallery_topic, gallery_offsets FROM identity_event"
                + " WHERE track = 'behind'"));
  }

  @Test
  void whoIsEnrolledAgainInATopicThatWasMadeAnewIsNamed() throws Exception {
    store.store(List.of(event("t", 1, Type.started, "ann")));
    store.forgetPerson("ann", version("a", 30L, 50L));
    Instant later = Instant.now().plusSeconds(60);
    // Nobody forgot her in this one, and its offsets begin anew.
    store.store(List.of(began("anew", 1, later, later, version("b", 0L, 1L))));
    assertEquals(
        List.of("anew|ANN", "t|unknown"),
        server.query("SELECT track, name FROM sighting ORDER BY track"));
  }

  @Test
  void aRecognizerThatStillReadATopicThatWasDeletedNamesNobodyWhoIsForgotten() throws Exception {
    Instant later = Instant.now().plusSeconds(60);
    store.store(List.of(began("t", 1, later, later, version("a", 30L, 50L))));
    store.forgetPerson("ann", version("b", 2L, 2L));
    store.store(
        List.of(
            began("old", 1, later, later, version("a", 90L, 90L)),
            began("again", 1, later, later, version("b", 2L, 3L))));
    assertEquals(
        List.of("again|ANN", "old|unknown", "t|unknown"),
        server.query("SELECT track, name FROM sighting ORDER BY track"));
  }

  /** Of before there were vectors: the sum of the first topic's offsets. */
  @Test
  void whoWasForgottenAsOfANumberIsNamedInATopicThatWasMadeAnew() throws Exception {
    store.forgetPerson("ann", GalleryVersion.ofNumber(80));
    Instant later = Instant.now().plusSeconds(60);
    store.store(
        List.of(
            began("before", 1, later, later, version("a", 30L, 49L)),
            began("since", 1, later, later, version("a", 30L, 50L))));
    store.store(List.of(began("anew", 1, later, later, version("b", 0L, 1L))));
    assertEquals(
        List.of("anew|ANN", "before|unknown", "since|ANN"),
        server.query("SELECT track, name FROM sighting ORDER BY track"));
  }

  @Test
  void nobodyIsMergedIntoWhoWasForgottenSince() throws Exception {
    PersonRecords records = new PersonRecords(database.dataSource());
    store.store(List.of(event("t", 1, Type.started, "bob")));
    store.forgetPerson("ann", version("a", 3L, 5L));
    assertTrue(records.merge("bob", "ann", "Ann", version("a", 9L, 4L)).isEmpty());
    // In a topic that was made anew she is somebody else.
    assertEquals(
        new Rows(1, 1), records.merge("bob", "ann", "Ann", version("b", 0L, 1L)).orElseThrow());
  }

  @Test
  void aTrackThatBeganWhileRecognizersHadNotHeardIsStoredAsUnknown() throws Exception {
    store.forgetPerson("ann", GalleryVersion.ofNumber(0));
    Instant soon = Instant.now().plus(ForgottenPeople.LAG).minusSeconds(5);
    Instant later = Instant.now().plus(ForgottenPeople.LAG).plusSeconds(5);
    store.store(List.of(began("soon", 1, soon, soon, 7), began("later", 1, later, later, 7)));
    assertEquals(
        List.of("later|ANN", "soon|unknown"),
        server.query("SELECT track, name FROM sighting ORDER BY track"));
  }

  @Test
  void whoIsForgottenAgainIsForgottenAsOfThen() throws Exception {
    store.forgetPerson("ann", GalleryVersion.ofNumber(8));
    Instant later = Instant.now().plusSeconds(60);
    store.store(List.of(began("t", 1, later, later, 9)));
    assertEquals(1, server.count("sighting WHERE name = 'ANN'"));
    assertEquals(new Rows(1, 1), store.forgetPerson("ann", GalleryVersion.ofNumber(10)));
    store.store(List.of(began("t", 2, later, later, 9)));
    assertEquals(1, server.count("sighting WHERE name = 'unknown' AND revision = 2"));
  }

  @Test
  void whoWasForgottenLongAgoIsKeptInNoHash() throws Exception {
    store.forgetPerson("ann", GalleryVersion.ofNumber(8));
    store.forgetPerson("bob", GalleryVersion.ofNumber(9));
    server.execute(
        "UPDATE forgotten_person SET forgotten_at = now() - interval '60 days'"
            + " WHERE gallery_version = 8");
    server.execute(
        "UPDATE erasure_audit SET at = now() - interval '60 days' WHERE id ="
            + " (SELECT min(id) FROM erasure_audit)");
    Instant cutoff = Instant.now().minus(Duration.ofDays(59));
    assertEquals(1, store.deleteForgottenBefore(cutoff));
    assertEquals(List.of("9"), server.query("SELECT gallery_version FROM forgotten_person"));
    // That there was an erasure is still known.
    assertEquals(
        List.of("person|t", "person|f"),
        server.query("SELECT action, person_sha256 IS NULL FROM erasure_audit ORDER BY id"));
    assertEquals(0, store.deleteForgottenBefore(cutoff));
  }

  private static IdentityEvent began(
      String track, int revision, Instant first, Instant seen, long galleryVersion) {
    return began(track, revision, first, seen, GalleryVersion.ofNumber(galleryVersion));
  }

  private static IdentityEvent began(
      String track, int revision, Instant first, Instant seen, GalleryVersion gallery) {
    IdentityEvent event = event("gate", track, revision, Type.updated, "ann", seen);
    return event
        .with()
        .firstSeen(first)
        .galleryVersion(gallery.sum())
        .gallery(gallery.topic() == null ? null : gallery)
        .build();
  }

  @Test
  void aRecordingThatIsReadAgainWithANewerGalleryTakesThePlaceOfWhatWasSaid() throws Exception {
    Instant later = START.plusSeconds(5);
    List<IdentityEvent> first =
        List.of(
            began("again", 1, START, START, 3),
            began("again", 2, START, later, 3),
            began("again", 3, START, later, 3));
    assertEquals(new Rows(3, 1), store.store(first));
    assertEquals(new Rows(0, 0), store.store(first), "the same gallery, the same events");
    List<IdentityEvent> second =
        List.of(began("again", 1, START, START, 4), began("again", 2, START, later, 4));
    assertEquals(new Rows(2, 1), store.store(second));
    assertEquals(2, server.count("identity_event WHERE gallery_version = 4"));
    assertEquals(0, server.count("identity_event WHERE gallery_version = 3"));
    assertEquals(1, server.count("sighting WHERE revision = 2"));
  }

  @Test
  void aRecordingThatIsReadAgainTakesThePlaceOnlyWithAGalleryThatIsNewerInEveryPart()
      throws Exception {
    store.store(List.of(began("again", 1, START, START, version("a", 3L, 5L))));
    // Behind in one part, though its sum is greater.
    assertEquals(
        new Rows(0, 0),
        store.store(List.of(began("again", 1, START, START, version("a", 9L, 4L)))));
    assertEquals(
        new Rows(1, 1),
        store.store(List.of(began("again", 1, START, START, version("a", 4L, 5L)))));
    // A topic that was made anew is newer, though its sum is less; the one of before is not.
    store.store(List.of(began("again", 1, START, START, version("b", 0L, 1L))));
    assertEquals(
        new Rows(0, 0),
        store.store(List.of(began("again", 1, START, START, version("a", 90L, 90L)))));
    assertEquals(List.of("b"), server.query("SELECT gallery_topic FROM identity_event"));
    assertEquals(1, server.count("sighting"));
  }

  @Test
  void deletesWhatEndedBefore() throws Exception {
    List<IdentityEvent> events = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      Instant seen = START.plusSeconds(i);
      events.add(event("gate", "t" + i, 1, Type.ended, "ann", seen));
    }
    // Seen before and after the cutoff: kept whole.
    events.add(event("gate", "long", 1, Type.started, "bob", START));
    events.add(event("gate", "long", 2, Type.updated, "bob", START.plusSeconds(5_900)));
    store.store(events);
    assertEquals(
        new Rows(0, 0),
        store.deleteEndedBefore(START.plusSeconds(5_500)),
        "a recording that was read just now");
    server.execute("TRUNCATE erasure_audit");
    server.execute("UPDATE identity_event SET stored_at = last_seen");
    server.execute("UPDATE sighting SET stored_at = last_seen");
    assertEquals(new Rows(5_500, 5_500), store.deleteEndedBefore(START.plusSeconds(5_500)));
    assertEquals(502, server.count("identity_event"));
    assertEquals(501, server.count("sighting"));
    assertEquals(2, server.count("identity_event WHERE track = 'long'"));
    assertEquals(
        List.of("retention|5500|5500|2026-11-22 06:01:40.123"),
        server.query(
            "SELECT action, events, sightings, cutoff AT TIME ZONE 'UTC' FROM erasure_audit"));
  }

  @Test
  void questionsOfWhoWhereAndWhenUseAnIndex() throws Exception {
    List<IdentityEvent> events = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      events.add(event("c" + i % 50, "t" + i, 1, Type.ended, "p" + i % 100, START.plusSeconds(i)));
    }
    store.store(events);
    server.execute("ANALYZE sighting");
    Map<String, String> questions =
        Map.of(
            "person_id = 'p7' AND last_seen > '2026-11-22 05:00Z'", "sighting_person_when",
            "camera = 'c7' AND last_seen > '2026-11-22 05:00Z'", "sighting_camera_when",
            "last_seen < '2026-11-22 04:31Z'", "sighting_when");
    for (Map.Entry<String, String> question : questions.entrySet()) {
      String plan =
          server.query("EXPLAIN SELECT * FROM sighting WHERE " + question.getKey()).toString();
      assertTrue(plan.contains(question.getValue()), plan);
    }
  }

  private static IdentityEvent visited(IdentityEvent event, String visitor, Boolean ignored) {
    return event.with().visitorId(visitor).ignored(ignored).build();
  }

  @Test
  void visitorsAreStoredAndForgotten() throws Exception {
    store.store(
        List.of(
            visited(event("t", 1, Type.started, null), null, null),
            visited(event("t", 2, Type.ended, null), "visitor-a", null),
            visited(
                event("yard", "u", 1, Type.ended, null, START.plusSeconds(60)), "visitor-a", true),
            visited(event("v", 1, Type.ended, null), "visitor-b", null)));
    assertEquals(
        List.of("t|visitor-a|f", "u|visitor-a|t", "v|visitor-b|f"),
        server.query("SELECT track, visitor_id, ignored FROM sighting ORDER BY track"));
    VisitorRecords records = new VisitorRecords(database.dataSource());
    assertEquals(
        List.of(
            new VisitorRecords.Summary(
                "visitor-a", 2, List.of("gate", "yard"), START, START.plusSeconds(60)),
            new VisitorRecords.Summary(
                "visitor-b", 1, List.of("gate"), START, START.plusSeconds(1))),
        records.summaries());

    assertEquals(new Rows(2, 2), store.forgetPerson("visitor-a", GalleryVersion.ofNumber(7)));
    // Also in what is on its way, whatever gallery it was decided with.
    store.store(
        List.of(
            visited(
                event("w", 1, Type.ended, null).with().galleryVersion(99).build(),
                "visitor-a",
                true)));
    assertEquals(
        List.of("t|null|f", "u|null|f", "v|visitor-b|f", "w|null|f"),
        server.query("SELECT track, visitor_id, ignored FROM sighting ORDER BY track"));
    assertEquals(0, server.count("identity_event WHERE visitor_id = 'visitor-a' OR ignored"));
  }
}

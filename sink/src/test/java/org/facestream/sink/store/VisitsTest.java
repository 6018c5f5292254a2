package org.facestream.sink.store;

import static org.facestream.sink.store.Events.START;
import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Events.there;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.sink.store.Visits.Stop;
import org.facestream.sink.store.Visits.Visit;
import org.facestream.sink.store.Visits.Wanted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Visits are what a simple computation makes of all sightings, whatever was done to these. */
class VisitsTest {
  private static final Duration GAP = Duration.ofMinutes(10);
  private static final Wanted EVERY =
      new Wanted(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), 100_000);

  @TempDir static Path folder;
  private static TestDatabase server;
  private static Database database;
  private static EventStore store;
  private static Visits visits;

  @BeforeAll
  static void open() throws Exception {
    server = new TestDatabase(folder).start();
    database = new Database(server.config(Map.of("store.pool-size", "8")));
    database.check();
    store = new EventStore(database.dataSource());
    visits = new Visits(database.dataSource());
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
    visits.keepGap(GAP);
  }

  /** An event of a track by its minutes. */
  private static IdentityEvent seen(
      String camera, String track, int revision, String person, double from, double until) {
    Instant last = START.plusMillis(Math.round(until * 60_000));
    return event(camera, track, revision, Type.updated, person, last)
        .with()
        .firstSeen(START.plusMillis(Math.round(from * 60_000)))
        .build();
  }

  private static List<Visit> stored() throws StoreException {
    List<Visit> stored = new ArrayList<>();
    visits.read(EVERY, stored::add);
    stored.sort(Comparator.comparing(Visit::personId).thenComparing(Visit::firstSeen));
    return stored;
  }

  private record Sighting(
      String track,
      String who,
      String name,
      String camera,
      List<String> zones,
      Instant first,
      Instant last) {}

  private static List<Sighting> sightings() throws Exception {
    return server
        .query(
            "SELECT track, person_id, name, camera, array_to_string(zones, ','),"
                + " round(extract(epoch FROM first_seen) * 1000),"
                + " round(extract(epoch FROM last_seen) * 1000) FROM sighting"
                + " WHERE person_id IS NOT NULL ORDER BY person_id, first_seen, track")
        .stream()
        .map(row -> row.split("\\|", -1))
        .map(
            row ->
                new Sighting(
                    row[0],
                    row[1],
                    row[2],
                    row[3],
                    row[4].isEmpty() ? List.of() : Arrays.asList(row[4].split(",")),
                    Instant.ofEpochMilli(Long.parseLong(row[5])),
                    Instant.ofEpochMilli(Long.parseLong(row[6]))))
        .toList();
  }

  /** One sighting after the other. */
  private static List<Visit> computed(Duration gap) throws Exception {
    List<Visit> computed = new ArrayList<>();
    List<Sighting> open = new ArrayList<>();
    for (Sighting next : sightings()) {
      boolean same =
          !open.isEmpty()
              && open.get(0).who().equals(next.who())
              && Duration.between(last(open), next.first()).compareTo(gap) < 0;
      if (!same && !open.isEmpty()) {
        computed.add(visit(open));
        open.clear();
      }
      open.add(next);
    }
    if (!open.isEmpty()) {
      computed.add(visit(open));
    }
    return computed;
  }

  private static Instant last(List<Sighting> sightings) {
    return sightings.stream().map(Sighting::last).max(Comparator.naturalOrder()).orElseThrow();
  }

  private static Visit visit(List<Sighting> sightings) {
    List<Stop> stops = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= sightings.size(); i++) {
      if (i == sightings.size()
          || !sightings.get(i).camera().equals(sightings.get(from).camera())) {
        List<Sighting> here = sightings.subList(from, i);
        LinkedHashSet<String> zones = new LinkedHashSet<>();
        here.forEach(sighting -> zones.addAll(sighting.zones()));
        stops.add(
            new Stop(
                here.get(0).camera(),
                List.copyOf(zones),
                here.get(0).first(),
                last(here),
                here.size()));
        from = i;
      }
    }
    return new Visit(
        sightings.get(0).who(),
        null,
        sightings.get(sightings.size() - 1).name(),
        sightings.get(0).first(),
        last(sightings),
        sightings.size(),
        stops);
  }

  @Test
  void aVisitGoesOverAllCamerasUntilNobodyHasSeenThePersonForAWhile() throws Exception {
    store.store(
        List.of(
            there(seen("gate", "a", 1, "ann", 0, 1), null, "entrance", "yard"),
            there(seen("gate", "b", 1, "ann", 2, 3), null, "yard", "exit"),
            seen("hall", "c", 1, "ann", 2.5, 12),
            seen("gate", "d", 1, "ann", 21.9, 22),
            seen("gate", "e", 1, "ann", 32, 33),
            seen("gate", "f", 1, null, 5, 6),
            seen("gate", "g", 1, "bob", 12, 13)));
    assertEquals(
        List.of(
            new Visit(
                "ann",
                null,
                "ANN",
                START,
                START.plusSeconds(22 * 60),
                4,
                List.of(
                    new Stop(
                        "gate",
                        List.of("entrance", "yard", "exit"),
                        START,
                        START.plusSeconds(180),
                        2),
                    new Stop("hall", List.of(), START.plusSeconds(150), START.plusSeconds(720), 1),
                    new Stop(
                        "gate", List.of(), START.plusSeconds(1314), START.plusSeconds(1320), 1))),
            new Visit(
                "ann",
                null,
                "ANN",
                START.plusSeconds(32 * 60),
                START.plusSeconds(33 * 60),
                1,
                List.of(
                    new Stop(
                        "gate",
                        List.of(),
                        START.plusSeconds(32 * 60),
                        START.plusSeconds(33 * 60),
                        1))),
            new Visit(
                "bob",
                null,
                "BOB",
                START.plusSeconds(720),
                START.plusSeconds(780),
                1,
                List.of(
                    new Stop(
                        "gate", List.of(), START.plusSeconds(720), START.plusSeconds(780), 1)))),
        stored());
  }

  @Test
  void visitsAreFoundByPersonCameraAndTime() throws Exception {
    store.store(
        List.of(
            seen("gate", "a", 1, "ann", 0, 1),
            seen("hall", "b", 1, "ann", 30, 31),
            seen("gate", "c", 1, "ann", 60, 61),
            seen("gate", "d", 1, "bob", 30, 90)));
    assertEquals(List.of("ann"), visits.find("Ann"));
    assertEquals(List.of(), visits.find("eve"));
    assertEquals(List.of("90", "61", "31", "1"), ends(EVERY));
    assertEquals(List.of("90", "61"), ends(wanted(List.of(), null, null, null, 2)));
    assertEquals(List.of("61", "31", "1"), ends(wanted(List.of("ann"), null, null, null, 9)));
    assertEquals(List.of("61", "1"), ends(wanted(List.of("ann"), "gate", null, null, 9)));
    assertEquals(List.of("90", "31"), ends(wanted(List.of(), null, 31, 59, 9)));
  }

  private static Wanted wanted(
      List<String> who, String camera, Integer from, Integer to, int limit) {
    return new Wanted(
        who,
        Optional.ofNullable(camera),
        Optional.ofNullable(from).map(minute -> START.plusSeconds(60L * minute)),
        Optional.ofNullable(to).map(minute -> START.plusSeconds(60L * minute)),
        limit);
  }

  /** Ends of visits in minutes. */
  private static List<String> ends(Wanted wanted) throws StoreException {
    List<String> ends = new ArrayList<>();
    visits.read(
        wanted, visit -> ends.add("" + Duration.between(START, visit.lastSeen()).toMinutes()));
    return ends;
  }

  /** Tracks of some people on some cameras within hours and days, each with several revisions. */
  private static List<IdentityEvent> random(Random random, int tracks) {
    String[] people = {"ann", "bob", "eve", "joe", null};
    List<IdentityEvent> events = new ArrayList<>();
    for (int track = 0; track < tracks; track++) {
      String camera = "c" + random.nextInt(3);
      double from = random.nextInt(3) * 1440 + random.nextInt(240) + random.nextInt(10) / 10.0;
      double until = from;
      String person = people[random.nextInt(people.length)];
      int revisions = 1 + random.nextInt(4);
      for (int revision = 1; revision <= revisions; revision++) {
        until += random.nextInt(20) == 0 ? 40 : random.nextInt(30) / 10.0;
        if (random.nextInt(8) == 0) {
          person = people[random.nextInt(people.length)];
        }
        IdentityEvent event = seen(camera, "t" + track, revision, person, from, until);
        Type type = revision > 1 && random.nextInt(6) == 0 ? Type.corrected : Type.updated;
        String[] zones = {"door", "desk", "lift"};
        Collections.shuffle(Arrays.asList(zones), random);
        events.add(
            there(event.with().type(type).build(), null, Arrays.copyOf(zones, random.nextInt(4))));
      }
    }
    return events;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void visitsAreWhatASimpleComputationMakesOfAllSightings(long seed) throws Exception {
    Random random = new Random(seed);
    List<IdentityEvent> events = random(random, 120);
    Collections.shuffle(events, random);
    PersonRecords records = new PersonRecords(database.dataSource());
    int at = 0;
    while (at < events.size()) {
      int next = Math.min(events.size(), at + 1 + random.nextInt(40));
      store.store(events.subList(at, next));
      // Again, with some of before.
      if (random.nextInt(4) == 0) {
        store.store(events.subList(Math.max(0, at - 10), next));
      }
      at = next;
      assertEquals(computed(GAP), stored());
    }
    assertFalse(stored().isEmpty());

    records.merge("bob", "ann", "Ann A.", GalleryVersion.ofNumber(7)).orElseThrow();
    assertEquals(computed(GAP), stored());
    records.rename("ann", "Ann B.", GalleryVersion.ofNumber(7)).orElseThrow();
    assertEquals(computed(GAP), stored());
    assertEquals(0, server.count("visit WHERE who = 'bob' OR name IN ('ANN', 'BOB')"));
    store.forgetPerson("eve", GalleryVersion.ofNumber(8));
    assertEquals(computed(GAP), stored());
    assertEquals(0, server.count("visit AS v WHERE v::text ILIKE '%eve%'"));
    // A recording that is read again with a newer gallery: its tracks begin anew.
    List<IdentityEvent> again =
        events.stream()
            .filter(event -> event.revision() == 1 && random.nextInt(3) == 0)
            .map(event -> event.with().galleryVersion(20).personId("joe").name("JOE").build())
            .toList();
    store.store(again);
    assertEquals(computed(GAP), stored());
    server.execute("UPDATE identity_event SET stored_at = last_seen");
    server.execute("UPDATE sighting SET stored_at = last_seen");
    assertEquals(computed(GAP), stored());
    long before = server.count("sighting");
    store.deleteEndedBefore(START.plus(Duration.ofMinutes(1440 + 100)));
    assertTrue(server.count("sighting") < before);
    assertEquals(computed(GAP), stored());
    server.execute("DELETE FROM sighting");
    assertEquals(List.of(), stored());
  }

  @Test
  void anotherGapIsAppliedToAllVisits() throws Exception {
    store.store(random(new Random(7), 300));
    for (Duration gap : List.of(Duration.ofMinutes(2), Duration.ofHours(30), GAP)) {
      assertTrue(visits.keepGap(gap) >= 4);
      assertEquals(0, visits.keepGap(gap));
      assertEquals(computed(gap), stored());
    }
    // Interrupted before anybody's visits were derived.
    server.execute("UPDATE visit_gap SET gap = '1 second', applied = false");
    assertTrue(visits.keepGap(Duration.ofSeconds(1)) >= 4);
    assertEquals(computed(Duration.ofSeconds(1)), stored());
  }

  @Test
  void severalSinksAtOnceNeitherDoubleNorLoseAVisit() throws Exception {
    int sinks = 4;
    List<IdentityEvent> events = random(new Random(11), 400);
    Collections.shuffle(events, new Random(12));
    ExecutorService threads = Executors.newFixedThreadPool(sinks);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int sink = 0; sink < sinks; sink++) {
        Random random = new Random(sink);
        // Each track at two of them, as when partitions move.
        List<IdentityEvent> own = new ArrayList<>();
        for (IdentityEvent event : events) {
          int owner = Math.floorMod(event.track().hashCode(), sinks);
          if (owner == sink || (owner + 1) % sinks == sink) {
            own.add(event);
          }
        }
        running.add(threads.submit(storing(own, random)));
      }
      for (Future<Void> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
      // Of a failure, the tests that follow have the table for themselves.
      assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
    }
    assertEquals(400, server.count("sighting"));
    assertEquals(computed(GAP), stored());
  }

  @Test
  void aVisitorHasVisitsUntilItIsKnownWhoThatIs() throws Exception {
    List<IdentityEvent> unknown = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      unknown.add(seen("gate", "t" + i, 1, null, 20 * i, 20 * i + 11).withVisitorId("visitor-1"));
    }
    store.store(unknown);
    assertEquals(List.of("null visitor-1 3"), whose());
    assertEquals(List.of("visitor-1"), visits.find("visitor-1"));
    store.store(
        List.of(
            seen("gate", "t1", 2, "ann", 20, 31),
            seen("gate", "t2", 2, null, 40, 51).withVisitorId("visitor-1")));
    assertEquals(List.of("ann null 1", "null visitor-1 1", "null visitor-1 1"), whose());
    store.forgetPerson("visitor-1", GalleryVersion.ofNumber(8));
    assertEquals(List.of("ann null 1"), whose());
    visits.keepGap(Duration.ofHours(3));
    assertEquals(List.of("ann null 1"), whose());
  }

  private static List<String> whose() throws StoreException {
    List<String> whose = new ArrayList<>();
    visits.read(
        EVERY,
        visit -> whose.add(visit.personId() + " " + visit.visitorId() + " " + visit.sightings()));
    Collections.sort(whose);
    return whose;
  }

  /** What one sink has not committed yet, the other must not miss. */
  @Test
  void aVisitThatTwoSinksAddToAtTheSameMomentIsOne() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Connection connection = database.dataSource().getConnection()) {
      EventRows.insert(connection, List.of(seen("gate", "a", 1, "ann", 0, 1)));
      EventRows.derive(connection, List.of("a"));
      Future<?> storing =
          other.submit(() -> store.store(List.of(seen("hall", "b", 1, "ann", 2, 3))));
      long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!storing.isDone()
          && server.count("pg_locks WHERE NOT granted") == 0
          && System.nanoTime() < until) {
        Thread.sleep(10);
      }
      connection.commit();
      storing.get();
    } finally {
      other.shutdownNow();
    }
    assertEquals(1, stored().size());
    assertEquals(computed(GAP), stored());
  }

  private static Callable<Void> storing(List<IdentityEvent> events, Random random) {
    return () -> {
      int at = 0;
      while (at < events.size()) {
        int next = Math.min(events.size(), at + 1 + random.nextInt(60));
        try {
          store.store(events.subList(at, next));
          at = next;
        } catch (StoreException deadlock) {
          assertFalse(deadlock.rowAtFault(), deadlock::getMessage);
        }
      }
      return null;
    };
  }
}

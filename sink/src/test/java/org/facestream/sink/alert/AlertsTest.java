package org.facestream.sink.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Events.there;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.SinkStage;
import org.facestream.sink.alert.outlet.Notice;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.ErasedDays;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a rule and an event to a webhook, with a real broker, database and web server. */
class AlertsTest {
  @TempDir static Path folder;
  private static TestBroker broker;
  private static KafkaClients clients;
  private static TestDatabase server;

  private static final Telemetry TELEMETRY = new Telemetry();
  private static Receiver receiver;
  private static Receiver silent;
  private static SinkStage sink;

  @BeforeAll
  static void start() throws Exception {
    broker = new TestBroker(folder.resolve("kafka"));
    clients = broker.clients();
    server = new TestDatabase(folder.resolve("postgres")).start();
    try (Database database = new Database(server.config(Map.of()))) {
      database.check();
    }
    receiver = new Receiver();
    silent = new Receiver();
    sink = sink(TELEMETRY);
    sink.start();
    await("ready", () -> sink.health().ready());
  }

  @AfterAll
  static void end() throws Exception {
    sink.close();
    receiver.close();
    silent.close();
    TELEMETRY.close();
    server.close();
    broker.close();
  }

  @BeforeEach
  void clean() throws Exception {
    AlertRules rules = new AlertRules(clients);
    rules.list().forEach(rule -> rules.delete(rule.id()));
    server.execute("TRUNCATE identity_event, sighting, forgotten_person, alert CASCADE");
    receiver.reset();
    silent.reset();
  }

  private static Map<String, String> webhook(String name, String url) {
    String prefix = "sink.outlets." + name + ".";
    return Map.of(
        prefix + "kind", "webhook",
        prefix + "url", url,
        prefix + "tls", "off",
        prefix + "timeout", "2s",
        prefix + "secret", "0123456789abcdef");
  }

  private static SinkStage sink(Telemetry telemetry) {
    Map<String, String> options = new HashMap<>(webhook("guard", receiver.url()));
    options.putAll(webhook("silent", silent.url()));
    options.putAll(webhook("dead", "http://127.0.0.1:1/"));
    options.put("sink.api-address", "https://cctv.example.org/");
    options.put("worker.id", UUID.randomUUID().toString());
    options.put("sink.crops", "0");
    Settings settings =
        Settings.load(
            List.of(SinkConfig.class, WorkerConfig.class), Optional.empty(), Map.of(), options);
    return new SinkStage(
        settings.get(SinkConfig.class),
        server.config(Map.of()),
        settings.get(WorkerConfig.class),
        clients,
        SinkStage.Upkeep.NONE,
        telemetry);
  }

  private static void rule(String json) throws Exception {
    new AlertRules(clients).put(List.of(AlertRuleTopic.read(json.getBytes(UTF_8))));
    // Sinks that run follow the topic.
    Thread.sleep(500);
  }

  private static void publish(IdentityEvent... events) throws Exception {
    publish(Optional.empty(), events);
  }

  private static void publish(Optional<Instant> at, IdentityEvent... events) throws Exception {
    String topic = clients.name(IdentityTopic.TOPIC);
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (IdentityEvent event : events) {
        ProducerRecord<String, byte[]> record = IdentityTopic.toRecord(topic, event);
        producer
            .send(
                new ProducerRecord<>(
                    topic,
                    null,
                    at.map(Instant::toEpochMilli).orElse(record.timestamp()),
                    record.key(),
                    record.value()))
            .get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.call()) {
      assertTrue(System.nanoTime() < deadline, "waited in vain: " + what);
      Thread.sleep(20);
    }
  }

  private static IdentityEvent now(String track, int revision, Type type, String person) {
    return event("gate", track, revision, type, person, Instant.now());
  }

  private static List<String> deliveries() throws Exception {
    return server.query("SELECT alert, outlet, state FROM alert_delivery ORDER BY 1, 2");
  }

  @Test
  void anAlertComesOnceForATrackWithASignedLink() throws Exception {
    rule("{\"id\":\"wanted\",\"match\":{\"watchlists\":[\"wanted\"]},\"outlets\":[\"guard\"]}");
    String name = "Ann\r\nX-Evil: \"1\" <b>\u202e\ud83d\ude00";
    IdentityEvent ann =
        there(now("t-1", 1, Type.started, "ann"), "wanted").with().name(name).build();
    publish(ann, ann.with().revision(2).eventId("t-1.2").type(Type.updated).build());
    await("alert", () -> receiver.posts.size() == 1);
    Receiver.Post post = receiver.posts.get(0);
    assertEquals("wanted.t-1", post.id());
    assertEquals("wanted", post.json().at("/rule/id").asText());
    assertEquals("ann", post.json().at("/event/personId").asText());
    assertEquals(name, post.json().at("/event/name").asText());

    String link = post.json().path("crop").asText();
    String[] parts = link.split("[?&]");
    assertEquals("https://cctv.example.org/api/v1/sightings/t-1/crop", parts[0]);
    String path = "/api/v1/sightings/t-1/crop";
    String expires = parts[1].replace("expires=", "");
    String signature = parts[2].replace("signature=", "");
    try (Database database = new Database(server.config(Map.of()))) {
      SignedLinks links = new SignedLinks(database.dataSource());
      Instant now = Instant.now();
      assertTrue(links.verify(path, expires, signature, now));
      assertFalse(links.verify(path, expires, signature, now.plus(Duration.ofDays(2))));
      assertFalse(links.verify(path, expires + "0", signature, now));
      assertFalse(links.verify(path + "s", expires, signature, now));
      assertFalse(links.verify(path, expires, null, now));
      assertFalse(links.verify(path, "x", signature, now));
    }
    await("recorded", () -> deliveries().equals(List.of("wanted.t-1|guard|delivered")));
    publish(now("t-1", 3, Type.ended, "ann"));
    // Another track of another person comes after all of that.
    publish(there(now("t-2", 1, Type.started, "bob"), "wanted"));
    await("the next", () -> receiver.posts.size() == 2);
    assertEquals(List.of("wanted.t-1", "wanted.t-2"), receiver.ids());
    String metrics = TELEMETRY.scrape();
    for (String line :
        List.of(
            "facestream_alerts_total{outcome=\"raised\",rule=\"wanted\"} 2.0",
            "facestream_alert_deliveries_total{outcome=\"delivered\",outlet=\"guard\"}")) {
      assertTrue(metrics.contains(line), line + "\n" + metrics);
    }
    assertFalse(metrics.contains("hunter2"));
  }

  @Test
  void aDeadOutletDelaysNoOther() throws Exception {
    silent.answer = post -> -1;
    rule(
        "{\"id\":\"all\",\"coolDownSeconds\":0,"
            + "\"outlets\":[\"dead\",\"guard\",\"missing\",\"silent\"]}");
    for (int i = 0; i < 20; i++) {
      publish(now("t-" + i, 1, Type.started, null));
    }
    await("the living one", () -> receiver.posts.size() == 20);
    await(
        "all recorded",
        () -> server.count("alert_delivery WHERE outlet = 'guard' AND state = 'delivered'") == 20);
    assertEquals(60, server.count("alert_delivery WHERE state = 'waiting'"));
    assertEquals(
        20,
        server.count(
            "alert_delivery WHERE outlet = 'missing' AND attempts = 0"
                + " AND last_error = 'no outlet of that name is configured'"));
    await(
        "why",
        () ->
            server.count(
                    "alert_delivery WHERE outlet = 'dead'"
                        + " AND last_error = 'it does not accept connections'")
                > 0);
    await(
        "figure",
        () ->
            TELEMETRY.scrape().matches("(?s).*oldest_waiting_seconds\\{outlet=\"dead\"} [1-9].*"));
    silent.answer = post -> 200;
    await(
        "it is back",
        () -> server.count("alert_delivery WHERE outlet = 'silent' AND state = 'delivered'") == 20);
  }

  @Test
  void whatAnOutletAnswersDecides() throws Exception {
    rule("{\"id\":\"all\",\"coolDownSeconds\":0,\"outlets\":[\"guard\"]}");
    receiver.answer =
        post -> post.id().endsWith("moved") ? 302 : post.id().endsWith("gone") ? 404 : 503;
    receiver.headers.put("Retry-After", "2");
    receiver.headers.put("Location", receiver.url());
    long begin = System.nanoTime();
    publish(
        now("moved", 1, Type.started, null),
        now("gone", 1, Type.started, null),
        now("busy", 1, Type.started, null));
    await("refused", () -> server.count("alert_delivery WHERE state = 'refused'") == 2);
    assertEquals(
        List.of(
            "all.busy|waiting|HTTP status 503",
            "all.gone|refused|HTTP status 404",
            "all.moved|refused|HTTP status 302: redirects are not followed"),
        awaitRows(
            "SELECT alert, state, last_error FROM alert_delivery WHERE last_error IS NOT NULL"
                + " ORDER BY 1",
            3));
    receiver.answer = post -> 200;
    await("again", () -> server.count("alert_delivery WHERE state = 'delivered'") == 1);
    Receiver.Post last = receiver.posts.get(receiver.posts.size() - 1);
    assertEquals("all.busy", last.id());
    assertTrue(last.nanos() - begin >= Duration.ofSeconds(2).toNanos(), "Retry-After");
    assertEquals(4, receiver.posts.size());
  }

  private static List<String> awaitRows(String query, int count) throws Exception {
    await(query, () -> server.query(query).size() == count);
    return server.query(query);
  }

  @Test
  void coolDownAgeAndVisits() throws Exception {
    rule(
        "{\"id\":\"cool\",\"match\":{\"people\":[\"ann\",\"bob\"],\"unknown\":true},"
            + "\"coolDownSeconds\":600,\"outlets\":[\"guard\"]}");
    rule("{\"id\":\"often\",\"match\":{\"visits\":3},\"outlets\":[\"guard\"]}");
    Instant now = Instant.now();
    publish(
        now("a-1", 1, Type.started, "ann"),
        now("a-2", 1, Type.started, "ann"),
        now("b-1", 1, Type.started, "bob"),
        now("u-1", 1, Type.started, null),
        now("u-2", 1, Type.started, null),
        event("yard", "u-3", 1, Type.started, null, now),
        event("gate", "old", 1, Type.started, "cid", now.minus(Duration.ofHours(2))),
        event("gate", "old-ann", 1, Type.started, "ann", now.minus(Duration.ofHours(2))));
    assertEquals(
        List.of(
            "cool.a-1|raised",
            "cool.a-2|cool_down",
            "cool.b-1|raised",
            "cool.old-ann|too_old",
            "cool.u-1|raised",
            "cool.u-2|cool_down",
            "cool.u-3|raised"),
        awaitRows("SELECT id, outcome FROM alert ORDER BY id", 7));
    // A visitor: twice today, an hour apart, and now.
    IdentityEvent before =
        event("gate", "v-1", 1, Type.ended, null, now.minus(Duration.ofMinutes(50)))
            .with()
            .visitorId("visitor-1")
            .build();
    publish(before.with().firstSeen(before.lastSeen()).build());
    await("stored", () -> server.count("visit_span WHERE who = 'visitor-1'") == 1);
    IdentityEvent second =
        event("gate", "v-2", 1, Type.ended, null, now.minus(Duration.ofMinutes(25)))
            .with()
            .visitorId("visitor-1")
            .build();
    publish(second.with().firstSeen(second.lastSeen()).build());
    await("stored", () -> server.count("visit_span WHERE who = 'visitor-1'") == 2);
    IdentityEvent third = now("v-3", 1, Type.started, null).with().visitorId("visitor-1").build();
    publish(third.with().firstSeen(third.lastSeen()).build());
    assertEquals(List.of("often.v-3"), awaitRows("SELECT id FROM alert WHERE rule = 'often'", 1));
    IdentityEvent ignored =
        now("v-4", 1, Type.started, null).with().visitorId("visitor-1").ignored(true).build();
    publish(ignored);
    await("stored", () -> server.count("sighting WHERE track = 'v-4'") == 1);
    assertEquals(0, server.count("alert WHERE track = 'v-4'"));
  }

  @Test
  void correctionsAndErasure() throws Exception {
    rule(
        "{\"id\":\"listed\",\"match\":{\"watchlists\":[\"wanted\"]},\"coolDownSeconds\":0,"
            + "\"outlets\":[\"guard\",\"later\"]}");
    publish(now("t", 1, Type.ended, null), now("erased", 1, Type.ended, null));
    await("stored", () -> server.count("sighting") == 2);
    assertEquals(0, server.count("alert"));
    // Corrected days later: the record's time is that of the correction.
    IdentityEvent named = there(event("t", 2, Type.corrected, "ann"), "wanted");
    publish(Optional.of(Instant.now()), named);
    await("named", () -> receiver.ids().equals(List.of("listed.t")));
    // Taken back: what waits is cancelled, what was sent is not sent again.
    publish(Optional.of(Instant.now()), event("t", 3, Type.corrected, null));
    await(
        "cancelled",
        () -> deliveries().equals(List.of("listed.t|guard|delivered", "listed.t|later|cancelled")));

    // No alert of a track whose faces were erased, or that is no face.
    try (Database database = new Database(server.config(Map.of()))) {
      Sightings sightings = new Sightings(database.dataSource());
      sightings.erase(List.of("erased"), erased -> {});
      publish(there(now("erased", 2, Type.updated, "ann"), "wanted"));
      publish(there(now("bob", 1, Type.started, "bob"), "wanted"));
      await("bob", () -> receiver.ids().contains("listed.bob"));
      assertEquals(0, server.count("alert WHERE track = 'erased'"));

      // Bob's track becomes Cid's; then Bob is forgotten.
      publish(there(now("bob", 2, Type.updated, "cid"), "wanted"));
      await("cid", () -> server.count("sighting WHERE track = 'bob' AND person_id = 'cid'") == 1);
      EventStore events = new EventStore(database.dataSource());
      events.forgetPerson("bob", GalleryVersion.ofNumber(9));
      assertEquals(
          List.of("null|unknown||null"),
          server.query("SELECT person_id, name, whom, event FROM alert WHERE track = 'bob'"));
      assertEquals(
          List.of("cancelled|erased"),
          server.query(
              "SELECT state, last_error FROM alert_delivery WHERE alert = 'listed.bob'"
                  + " AND outlet = 'later'"));
      publish(there(now("bob-2", 1, Type.started, "bob"), "wanted"));
      publish(there(now("dora", 1, Type.started, "dora"), "wanted"));
      await("dora", () -> receiver.ids().contains("listed.dora"));
      assertEquals(0, server.count("alert WHERE track = 'bob-2'"), "forgotten");

      assertTrue(new ErasedDays(database).clean(), "the bytes of the name leave the files");

      // Alerts go with their sightings.
      await("stored", () -> server.count("sighting WHERE track = 'dora'") == 1);
      server.execute("DELETE FROM sighting WHERE track = 'dora'");
      assertEquals(0, server.count("alert WHERE track = 'dora'"));
    }
    assertTrue(sink.live());
  }

  @Test
  void anOutletThatSendsPicturesGetsTheBestCrop() throws Exception {
    for (String table : List.of("sighting_face", "face_picture")) {
      server.execute(
          "CREATE TABLE %1$s_1 PARTITION OF %1$s FOR VALUES FROM ('2026-11-22') TO ('2026-11-23')"
              .formatted(table));
    }
    for (int row = 1; row <= 2; row++) {
      server.execute(
          ("INSERT INTO sighting_face (day, row_id, face_id, track, camera, capture_time, box_left,"
                  + " box_top, box_right, box_bottom, score, quality, landmarks) VALUES"
                  + " ('2026-11-22', %1$s, 'f-%1$s', 'p-1', 'gate', '2026-11-22', 0, 0, 9, 9, 1, 0.%1$s,"
                  + " '{1,1,2,2,3,3,4,4,5,5}')")
              .formatted(row));
      server.execute(
          "INSERT INTO face_picture VALUES ('2026-11-22', %1$s, decode('ffd80%1$s', 'hex'))"
              .formatted(row));
    }
    Instant now = Instant.now();
    AlertNotices.Waiting alert =
        new AlertNotices.Waiting(
            "a.p-1", new Notice.Rule("a", "a"), "p-1", "gate", now, now, "ann", "{}");
    try (Database database = new Database(server.config(Map.of()))) {
      AlertNotices notices =
          new AlertNotices(database.dataSource(), Optional.empty(), Duration.ofDays(1));
      assertArrayEquals(
          new byte[] {(byte) 0xff, (byte) 0xd8, 2}, notices.of(alert, true).crop().orElseThrow());
      assertTrue(notices.of(alert, false).crop().isEmpty());
      assertTrue(notices.of(alert, false).body().path("crop").isNull());
    }
  }

  @Test
  @Tag("long")
  void twoSinksShareTheWork() throws Exception {
    try (Telemetry other = new Telemetry();
        SinkStage second = sink(other)) {
      second.start();
      await("ready", () -> second.health().ready());
      rule("{\"id\":\"all\",\"coolDownSeconds\":0,\"outlets\":[\"guard\"]}");
      IdentityEvent[] events = new IdentityEvent[200];
      for (int i = 0; i < events.length; i++) {
        events[i] = event("camera-" + i % 8, "t-" + i, 1, Type.started, null, Instant.now());
      }
      publish(events);
      await("delivered", () -> server.count("alert_delivery WHERE state = 'delivered'") == 200);
      assertEquals(200, receiver.posts.size());
      assertEquals(200, new HashSet<>(receiver.ids()).size());
    }
  }
}

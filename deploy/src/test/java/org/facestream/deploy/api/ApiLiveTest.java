package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Box;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.ApiStage;
import org.facestream.sink.api.access.ApiKeys;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events as they come, stored ones, and newest frames, with a broker and a database. */
@Timeout(120)
class ApiLiveTest {
  private static final String LIVE = "/api/v1/events/live";
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @TempDir static Path folder;
  private static final Closing closing = new Closing();
  private static KafkaClients clients;
  private static Producer<String, byte[]> producer;
  private static Database database;
  private static ApiKeys keys;
  private static ApiStage stage;
  private static String address;
  private static String viewer;

  @BeforeAll
  static void open() throws Exception {
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
    EmbeddedDatabase embedded = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
    Map<String, String> given = new LinkedHashMap<>(embedded.settings());
    given.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    given.put("kafka.replication", "1");
    given.put("kafka.partitions", "3");
    given.put("api.port", "0");
    given.put("api.streams-per-caller", "3");
    Settings settings = new Configuration(Optional.empty(), Map.of(), given).settings();
    clients = new KafkaClients(settings.get(KafkaConfig.class));
    Topics.ensure(clients, List.of(IdentityTopic.TOPIC, FrameTopic.TOPIC));
    producer = closing.add(clients.producer(Map.of()));
    database = closing.add(new Database(settings.get(StoreConfig.class)));
    database.check();
    keys = new ApiKeys(database.dataSource());
    stage =
        closing.add(
            new ApiStage(
                settings,
                settings.get(SinkConfig.class),
                Optional.empty(),
                clients,
                closing.add(new Telemetry()),
                line -> {}));
    stage.start();
    address = "http://127.0.0.1:" + stage.port();
    viewer = key(Optional.empty()).secret();
  }

  @AfterAll
  static void close() {
    closing.close();
  }

  private static ApiKeys.Made key(Optional<List<String>> cameras) throws Exception {
    return keys.add(new ApiKeys.Terms("test", Role.viewer, cameras, Optional.empty()), "test");
  }

  private static IdentityEvent event(String camera, int track, String name) {
    Instant seen = NOON.plusSeconds(track);
    String id = "%s-%d".formatted(camera, track);
    boolean unknown = name.equals(IdentityEvent.UNKNOWN);
    return IdentityEventBuilder.builder()
        .eventId(id + ".1")
        .type(IdentityEvent.Type.started)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera(camera)
        .track(id)
        .revision(1)
        .firstSeen(seen)
        .lastSeen(seen)
        .personId(unknown ? null : "person-" + name)
        .name(name)
        .faces(2)
        .quality(.8)
        .score(.9)
        .box(new Box(1, 2, 30, 40))
        .model("facenet")
        .galleryVersion(1)
        .bestFace("face-" + track)
        .captureTime(seen)
        .build();
  }

  private static void publish(IdentityEvent... events) throws Exception {
    for (IdentityEvent event : events) {
      producer.send(IdentityTopic.toRecord(clients.name(IdentityTopic.TOPIC), event)).get();
    }
  }

  private static LiveReader stream(String query, String key, String... headers) throws Exception {
    Map<String, String> all = new LinkedHashMap<>(Map.of("x-api-key", key));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    LiveReader reader = new LiveReader(address + LIVE + query, all);
    await(() -> !reader.received().isEmpty());
    return reader;
  }

  private static void await(Callable<Boolean> met) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(met);
  }

  private static int status(String path, String key) throws Exception {
    return send(path, key).statusCode();
  }

  private static HttpResponse<byte[]> send(String path, String key, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path)).header("x-api-key", key);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void whoComesBackMissesNothingAndReceivesNothingTwice() throws Exception {
    List<String> all = new ArrayList<>();
    String last;
    try (LiveReader reader = stream("?camera=a&camera=b", viewer)) {
      assertEquals("ready", reader.received().get(0).kind());
      publish(event("a", 1, "Ada"), event("b", 2, "unknown"), event("other", 3, "Ada"));
      await(() -> reader.eventIds().size() == 2);
      last = reader.received().get(2).id();
      all.addAll(reader.eventIds());
    }
    publish(event("a", 4, "Ada"), event("b", 5, "Ada"));
    try (LiveReader reader = stream("?camera=a&camera=b", viewer, "Last-Event-ID", last)) {
      await(() -> reader.eventIds().size() == 2);
      publish(event("b", 6, "Ada"));
      await(() -> reader.eventIds().size() == 3);
      all.addAll(reader.eventIds());
    }
    assertEquals(
        List.of("a-1.1", "a-4.1", "b-2.1", "b-5.1", "b-6.1"), all.stream().sorted().toList());
  }

  @Test
  void onlyWhatIsAskedForAndMayBeSeenIsSent() throws Exception {
    String guard = key(Optional.of(List.of("gate"))).secret();
    try (LiveReader ada = stream("?person=ADA&camera=gate&camera=hall", viewer);
        LiveReader unknown = stream("?unknown=true&camera=gate&camera=hall", viewer);
        LiveReader ofGate = stream("?camera=gate&camera=hall", guard)) {
      publish(
          event("gate", 11, "Ada"),
          event("hall", 12, "Grace"),
          event("gate", 13, "unknown"),
          event("hall", 14, "Ada"),
          event("gate", 15, "Grace"));
      await(() -> ofGate.eventIds().size() == 3 && ada.eventIds().size() == 2);
      await(() -> unknown.eventIds().size() == 1);
      assertEquals(List.of("gate-11.1", "gate-13.1", "gate-15.1"), ofGate.eventIds());
      assertEquals(List.of("gate-13.1"), unknown.eventIds());
      assertEquals(List.of("gate-11.1", "hall-14.1"), ada.eventIds().stream().sorted().toList());
    }
  }

  @Test
  void whatIsNotThereAnyMoreIsSaid() throws Exception {
    publish(event("old", 21, "Ada"), event("old", 22, "Ada"));
    try (Admin admin = clients.admin()) {
      Map<TopicPartition, RecordsToDelete> before = new LinkedHashMap<>();
      for (int i = 0; i < 3; i++) {
        // To the end.
        before.put(
            new TopicPartition(clients.name(IdentityTopic.TOPIC), i),
            RecordsToDelete.beforeOffset(-1));
      }
      admin.deleteRecords(before).all().get();
    }
    publish(event("old", 23, "Ada"));
    try (LiveReader reader = stream("?camera=old", viewer, "Last-Event-ID", "0-0-0")) {
      assertEquals("gap", reader.received().get(0).kind());
      await(() -> reader.eventIds().equals(List.of("old-23.1")));
    }
    for (String wrong : List.of("x", "1--2", "-1", "9".repeat(30))) {
      assertEquals(400, send(LIVE, viewer, "Last-Event-ID", wrong).statusCode(), wrong);
    }
  }

  @Test
  void streamsAreBoundedAndEndWithTheirCallersRights() throws Exception {
    ApiKeys.Made guard = key(Optional.empty());
    try (LiveReader one = stream("", guard.secret());
        LiveReader two = stream("", guard.secret());
        LiveReader three = stream("", guard.secret())) {
      HttpResponse<byte[]> refused = send(LIVE, guard.secret());
      assertEquals(429, refused.statusCode());
      assertEquals("10", refused.headers().firstValue("Retry-After").orElse(""));
      three.close();
      // The place is free as soon as the server has noticed.
      await(
          () -> {
            publish(event("any", 31, "Ada"));
            try (LiveReader again = stream("", guard.secret())) {
              return true;
            } catch (AssertionError full) {
              return false;
            }
          });
      assertTrue(keys.remove(guard.key().id()));
      await(() -> one.isOver() && two.isOver());
    }
  }

  @Test
  void whoTakesNothingIsCutAndDelaysNobody() throws Exception {
    String slow = key(Optional.empty()).secret();
    try (Socket socket = new Socket("127.0.0.1", stage.port());
        LiveReader other = stream("?camera=bulk", viewer)) {
      socket.setReceiveBufferSize(4096);
      OutputStream request = socket.getOutputStream();
      request.write(
          "GET %s HTTP/1.1\r\nHost: x\r\nx-api-key: %s\r\n\r\n"
              .formatted(LIVE, slow)
              .getBytes(StandardCharsets.US_ASCII));
      request.flush();
      IdentityEvent large = event("bulk", 41, "Ada").with().model("m".repeat(200_000)).build();
      for (int i = 0; i < 100; i++) {
        publish(large);
      }
      await(() -> other.eventIds().size() == 100);
      // The places of the slow caller are given back.
      Awaitility.await()
          .atMost(Duration.ofSeconds(50))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> openStreams() == 1);
    }
  }

  private static long openStreams() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().startsWith("api-stream-"))
        .filter(
            thread ->
                Arrays.stream(thread.getValue())
                    .anyMatch(frame -> frame.getClassName().endsWith("EventStream")))
        .count();
  }

  @Test
  void storedEventsAreListedInPages() throws Exception {
    EventStore store = new EventStore(database.dataSource());
    List<IdentityEvent> events =
        IntStream.range(100, 107)
            .mapToObj(
                track ->
                    event(track % 2 == 0 ? "shop" : "yard", track, track < 104 ? "Ada" : "unknown"))
            .toList();
    store.store(events);
    ApiClient client = new ApiClient(address, Map.of("x-api-key", viewer));
    List<String> paged = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      JsonNode page =
          ApiClient.json(
              200,
              client.send("GET", "/api/v1/events?camera=shop&camera=yard&limit=3" + next.get()));
      page.path("items").forEach(item -> paged.add(item.path("eventId").asText()));
      next =
          page.path("next").isNull()
              ? Optional.empty()
              : Optional.of("&cursor=" + page.path("next").asText());
    }
    assertEquals(
        List.of(
            "shop-106.1",
            "yard-105.1",
            "shop-104.1",
            "yard-103.1",
            "shop-102.1",
            "yard-101.1",
            "shop-100.1"),
        paged);
    assertEquals(4, count(client, "?person=ada"));
    assertEquals(3, count(client, "?unknown=true"));
    assertEquals(1, count(client, "?track=yard-103&type=started"));
    assertEquals(0, count(client, "?track=yard-103&type=ended"));
    assertEquals(2, count(client, "?from=2026-11-30T12:01:43Z&to=2026-11-30T12:01:44Z"));
    ApiClient guard = client.with(Map.of("x-api-key", key(Optional.of(List.of("yard"))).secret()));
    assertEquals(3, count(guard, ""));
    assertEquals(0, count(guard, "?camera=shop"));
    for (String wrong :
        List.of("?type=left", "?cursor=x", "?person=a&unknown=true", "?from=yesterday")) {
      assertEquals(400, status("/api/v1/events" + wrong, viewer), wrong);
    }
  }

  private static int count(ApiClient client, String query) throws Exception {
    return ApiClient.json(200, client.send("GET", "/api/v1/events" + query)).path("items").size();
  }

  @Test
  void theNewestFrameOfACameraIsShown() throws Exception {
    byte[] picture = Portraits.photograph(1);
    byte[] later = Portraits.photograph(2);
    String path = "/api/v1/cameras/door/snapshot";
    // As a camera does, which does not wait for somebody who looks.
    Thread camera = new Thread(() -> showUntilInterrupted(picture), "camera");
    camera.start();
    HttpResponse<byte[]> first = send(path, viewer);
    camera.interrupt();
    camera.join();
    assertEquals(200, first.statusCode());
    assertArrayEquals(picture, first.body());
    // The last of them.
    Thread.sleep(300);
    String tag = send(path, viewer).headers().firstValue("ETag").orElseThrow();
    assertEquals(304, send(path, viewer, "If-None-Match", tag).statusCode());
    show("door", 10_001, Instant.now(), later);
    await(() -> Arrays.equals(later, send(path, viewer).body()));
    // One that comes late is not what is seen now.
    show("door", 10_000, Instant.now().minusSeconds(2), picture);
    Thread.sleep(300);
    assertArrayEquals(later, send(path, viewer).body());
    assertEquals(404, status("/api/v1/cameras/none/snapshot", viewer));
    String guard = key(Optional.of(List.of("gate"))).secret();
    assertEquals(404, status(path, guard));
    String looks = ApiClient.text(send("/api/v1/audit?limit=100", administrator()));
    assertEquals(1, looks.split("camera.snapshot", -1).length - 1, looks);
  }

  private static void showUntilInterrupted(byte[] picture) {
    try {
      for (int i = 0; ; i++) {
        show("door", i, Instant.now(), picture);
        Thread.sleep(100);
      }
    } catch (Exception interrupted) {
      // Kafka's client throws one of its own.
    }
  }

  private static String administrator() throws Exception {
    return keys.add(
            new ApiKeys.Terms("test", Role.administrator, Optional.empty(), Optional.empty()),
            "test")
        .secret();
  }

  private static void show(String camera, long sequence, Instant at, byte[] jpeg) throws Exception {
    producer
        .send(
            FrameTopic.toRecord(
                clients.name(FrameTopic.TOPIC),
                new Frame(camera, 1, sequence, at, 128, 128, "", jpeg)))
        .get();
  }
}

package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.search.FaceIndex;
import org.facestream.sink.search.FaceSearch;
import org.facestream.sink.search.Found;
import org.facestream.sink.search.Wanted;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sink that is a process of its own, while records of many tracks come: killed twenty times
 * ({@code -Dfacestream.kills=20}) at moments by chance ({@code -Dfacestream.seed=...}, printed),
 * without PostgreSQL, without Kafka for a minute, and off while the records of a day come. In the
 * end every sighting has its crops and descriptors once, and search equals the database.
 */
@Tag("long")
class EvidenceFaultsTest {
  private static final long SEED = Long.getLong("facestream.seed", 7);
  private static final int KILLS = Integer.getInteger("facestream.kills", 20);
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** Tracks a second, each with four or five faces. */
  private static final int RATE = 10;

  private static final int ON_A_DAY = 2_000;

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final List<String> erased = new ArrayList<>();
  private Servers servers;
  private StageSupervisor stages;
  private Database database;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void everySightingHasItsCropsOnceAfterEveryFault() throws Exception {
    System.out.printf("evidence: %d kills, seed %d (-Dfacestream.seed)%n", KILLS, SEED);
    try (Servers opened =
        new Servers(folder.resolve("logs"), folder.resolve("kafka"), folder.resolve("postgres"))) {
      servers = opened;
      Map<String, String> options = new LinkedHashMap<>();
      options.put("kafka.bootstrap-servers", servers.bootstrapServers());
      options.put("kafka.partitions", "3");
      // Records carry the time of capture, and Kafka deletes faces after six hours.
      options.put("kafka.topic-settings", "faces.retention.ms=604800000");
      options.put("sink.search-folder", folder.resolve("search").toString());
      options.putAll(servers.database().settings());
      Settings settings = new Configuration(Optional.empty(), Map.of(), options).settings();
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      Topics.ensure(clients, List.of(FaceTopic.TOPIC, MatchTopic.TOPIC, IdentityTopic.TOPIC));
      Crowd crowd = new Crowd(clients, SEED);
      try (StageSupervisor supervisor =
              new StageSupervisor(List.of(StageKind.sink), options, folder.resolve("logs"));
          Database store = new Database(settings.get(StoreConfig.class))) {
        stages = supervisor;
        database = store;
        ready();
        Instant begin = Instant.now();
        breakEverything(clients, crowd);
        aDayWithoutSink(clients, crowd);
        long stored = untilEverythingIsStored(crowd);
        long searched = searchEqualsDatabase(crowd);
        System.out.printf(
            "evidence: %d tracks, %d crops, %d descriptors in the index, %d sightings erased,"
                + " %d s%n",
            crowd.truth().size(),
            stored,
            searched,
            erased.size(),
            Duration.between(begin, Instant.now()).toSeconds());
        assertEquals(List.of(), supervisor.ownEnds(), supervisor::said);
      }
    }
  }

  /** Kills, with one of PostgreSQL after every seventh, and Kafka's minute, while records come. */
  private void breakEverything(KafkaClients clients, Crowd crowd) throws Exception {
    long millis = KILLS * 5_000L + 70_000;
    Instant captured = Instant.now().minus(Duration.ofHours(30));
    List<Crowd.Sent> records =
        crowd.tracks("live-", (int) (millis * RATE / 1_000), millis, captured, millis);
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(() -> publish(clients, records, true));
    for (int kill = 1; kill <= KILLS; kill++) {
      // While it starts, too.
      if (kill % 2 == 0) {
        ready();
        Thread.sleep(random.nextInt(1_500));
      } else {
        Thread.sleep(1_000 + random.nextInt(6_000));
      }
      stages.kill(StageKind.sink);
      if (kill % 7 == 0) {
        servers.killDatabase(Duration.ofSeconds(4));
      }
      if (kill % 4 == 0) {
        erase();
      }
    }
    // And not of the sink.
    ready();
    servers.killDatabase(Duration.ofSeconds(5));
    System.out.printf("evidence: %d crops after the kills%n", count("sighting_face"));
    CompletableFuture<Void> back =
        CompletableFuture.runAsync(
            () -> {
              try {
                servers.stopBroker(Duration.ofSeconds(60));
              } catch (Exception failed) {
                throw new IllegalStateException(failed);
              }
            });
    // A sink that starts waits for Kafka for half a minute.
    Thread.sleep(50_000);
    stages.kill(StageKind.sink);
    back.get(3, TimeUnit.MINUTES);
    publishing.get(5, TimeUnit.MINUTES);
  }

  /** A sighting that has ended, as `sightings erase` does: nothing comes again of it. */
  private void erase() throws Exception {
    for (String track :
        texts(
            "SELECT track FROM sighting WHERE ended AND NOT faces_erased ORDER BY last_seen DESC"
                + " LIMIT 2")) {
      assertEquals(
          List.of(),
          new Sightings(database.dataSource()).erase(List.of(track), done -> {}).missing());
      erased.add(track);
    }
  }

  private void aDayWithoutSink(KafkaClients clients, Crowd crowd) throws Exception {
    stages.stop(StageKind.sink);
    // Sent in a minute, so faces of a camera come hours of capture time out of order.
    long day = Duration.ofDays(1).toMillis();
    publish(
        clients,
        crowd.tracks("day-", ON_A_DAY, 60_000, Instant.now().minusMillis(day), day),
        false);
    stages.resume(StageKind.sink);
  }

  /** Each record once, and in order, whatever the broker does. */
  private static void publish(KafkaClients clients, List<Crowd.Sent> records, boolean paced) {
    Map<String, Object> patient =
        Map.of(
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            300_000,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            300_000,
            ProducerConfig.LINGER_MS_CONFIG,
            5);
    List<Exception> failures = new ArrayList<>();
    long begin = System.nanoTime();
    try (Producer<String, byte[]> producer = clients.producer(patient)) {
      for (Crowd.Sent each : records) {
        long early = each.at() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        if (paced && early > 0) {
          Thread.sleep(early);
        }
        producer.send(
            each.record(),
            (sent, failed) -> {
              if (failed != null) {
                failures.add(failed);
              }
            });
      }
      producer.flush();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException("a record was not published", failures.get(0));
    }
  }

  private void ready() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertEquals("ready", stages.readiness().get(StageKind.sink)));
  }

  /** What is stored equals the truth, and stays so. */
  private long untilEverythingIsStored(Crowd crowd) throws Exception {
    Map<String, List<String>> truth = new TreeMap<>(crowd.truth());
    truth.values().removeIf(List::isEmpty);
    erased.forEach(truth::remove);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptions()
        .untilAsserted(() -> assertEquals("", unlike(truth, stored())));
    Thread.sleep(3_000);
    Map<String, List<String>> stored = stored();
    for (Map.Entry<String, List<String>> each : truth.entrySet()) {
      assertEquals(each.getValue(), stored.get(each.getKey()), each.getKey());
    }
    assertEquals(truth.keySet(), stored.keySet());
    assertEquals(
        crowd.events().stream().sorted().toList(),
        Stored.eventIds(servers.database()).stream().sorted().toList());
    long crops = truth.values().stream().mapToLong(List::size).sum();
    assertEquals(crops, count("sighting_face"));
    assertEquals(crops, count("face_picture"));
    return crops;
  }

  /** The first tracks whose crops are not those of the truth, and how many there are. */
  private static String unlike(Map<String, List<String>> truth, Map<String, List<String>> stored) {
    Set<String> tracks = new TreeSet<>(truth.keySet());
    tracks.addAll(stored.keySet());
    tracks.removeIf(track -> Objects.equals(truth.get(track), stored.get(track)));
    return tracks.isEmpty()
        ? ""
        : tracks.stream()
            .limit(5)
            .map(track -> track + " " + stored.get(track) + " and not " + truth.get(track))
            .collect(Collectors.joining("; ", tracks.size() + " tracks: ", ""));
  }

  /** By track, a line for each crop. */
  private Map<String, List<String>> stored() throws Exception {
    Map<String, List<String>> stored = new TreeMap<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT track, face_id, jpeg, descriptor FROM sighting_face"
                    + " LEFT JOIN face_picture USING (day, row_id)"
                    + " LEFT JOIN face_descriptor USING (day, row_id)")) {
      while (row.next()) {
        stored
            .computeIfAbsent(row.getString(1), track -> new ArrayList<>())
            .add(Crowd.line(row.getString(2), row.getBytes(3), row.getBytes(4)));
      }
      connection.rollback();
    }
    stored.values().forEach(lines -> lines.sort(Comparator.naturalOrder()));
    return stored;
  }

  /** The index has the rows of the database, and no other; and finds what a plain look finds. */
  private long searchEqualsDatabase(Crowd crowd) throws Exception {
    Map<Long, float[]> rows = descriptors();
    try (FaceIndex index = FaceIndex.openToRead(folder.resolve("search"));
        FaceSearch search = new FaceSearch(database.dataSource(), index, 2)) {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () -> {
                index.refresh();
                assertEquals(rows.size(), index.rows());
              });
      for (float[] query : crowd.queries()) {
        for (int most : new int[] {10, 1_000}) {
          List<Found> found =
              search.search(
                  new Wanted(query, "facenet", Metric.EUCLIDEAN, Wanted.Conditions.NONE, most));
          Map<Long, Float> distances = new HashMap<>();
          rows.forEach(
              (row, values) -> distances.put(row, Metric.EUCLIDEAN.distance(query, values)));
          List<Float> nearest = distances.values().stream().sorted().limit(most).toList();
          assertEquals(
              nearest.size(), found.stream().map(each -> each.seen().row()).distinct().count());
          for (int i = 0; i < found.size(); i++) {
            assertEquals(nearest.get(i), found.get(i).distance(), 1e-5f);
            assertEquals(distances.get(found.get(i).seen().row()), found.get(i).distance(), 1e-5f);
          }
        }
      }
    }
    return rows.size();
  }

  private Map<Long, float[]> descriptors() throws Exception {
    Map<Long, float[]> rows = new HashMap<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT row_id, descriptor FROM face_descriptor")) {
      while (row.next()) {
        ByteBuffer bytes = ByteBuffer.wrap(row.getBytes(2)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        assertTrue(rows.put(row.getLong(1), values) == null, "a row is doubled");
      }
      connection.rollback();
    }
    return rows;
  }

  private long count(String table) throws Exception {
    return Long.parseLong(texts("SELECT count(*) FROM " + table).get(0));
  }

  private List<String> texts(String query) throws Exception {
    List<String> texts = new ArrayList<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
      connection.rollback();
    }
    return texts;
  }
}

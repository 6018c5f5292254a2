package org.facestream.deploy.health;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * All four stages in one worker: what it says of itself while Kafka hides something, or is away.
 */
@Timeout(180)
class StageHealthTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STALL = Duration.ofSeconds(3);
  private static final Duration LIVENESS = Duration.ofSeconds(4);

  /** A stage and a topic that it reads. */
  private record Reading(StageKind stage, Topic topic, String group) {}

  private static final List<Reading> READINGS =
      List.of(
          new Reading(StageKind.ingest, CameraTopic.TOPIC, ""),
          new Reading(StageKind.detector, FrameTopic.TOPIC, "detector"),
          new Reading(StageKind.recognizer, FaceTopic.TOPIC, "recognizer"),
          new Reading(StageKind.recognizer, MatchTopic.TOPIC, "identity"),
          new Reading(StageKind.recognizer, GalleryTopic.TOPIC, ""),
          new Reading(StageKind.sink, IdentityTopic.TOPIC, "sink"),
          new Reading(StageKind.sink, FaceTopic.TOPIC, "sink-evidence"));

  @TempDir private static Path folder;
  private static EmbeddedKafka kafka;
  private static EmbeddedDatabase database;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeAll
  static void open() {
    kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
    database = new EmbeddedDatabase(folder.resolve("postgres"), 0);
  }

  @AfterAll
  static void close() {
    database.close();
    kafka.close();
  }

  @BeforeEach
  void listen() {
    said.start();
    ((Logger) LoggerFactory.getLogger(StallWatch.class)).addAppender(said);
  }

  @AfterEach
  void leave() {
    ((Logger) LoggerFactory.getLogger(StallWatch.class)).detachAppender(said);
  }

  private static Settings settings(String prefix) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    options.put("kafka.topic-prefix", prefix);
    options.put("kafka.partitions", "2");
    options.put("worker.id", "health");
    options.put("worker.http-port", "0");
    options.put("worker.stall-timeout", STALL.toSeconds() + "s");
    options.put("worker.liveness-timeout", LIVENESS.toSeconds() + "s");
    options.put("detector.device", "cpu");
    options.put("detector.max-age", "60s");
    options.put("recognizer.device", "cpu");
    options.put("recognizer.model", "resnet34-128");
    options.putAll(database.settings());
    return new Configuration(Optional.empty(), Map.of(), options).settings();
  }

  private static KafkaClients clients(Settings settings) {
    return new KafkaClients(settings.get(KafkaConfig.class));
  }

  /** A worker whose stages begin, those downstream first. */
  private static Worker start(Settings settings) {
    Worker worker = new Worker(settings.get(WorkerConfig.class));
    for (StageKind kind :
        List.of(StageKind.sink, StageKind.recognizer, StageKind.detector, StageKind.ingest)) {
      worker.start(kind.make(settings, clients(settings), worker.telemetry()));
    }
    return worker;
  }

  private HttpResponse<String> get(Worker worker, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + worker.httpPort() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void awaitReady(Worker worker) {
    await().atMost(PATIENCE).until(() -> get(worker, "/readyz").statusCode() == 200);
  }

  /** A metric of a reading, as Prometheus sees it. */
  private double metric(Worker worker, String name, Reading reading) throws Exception {
    String series =
        "%s{stage=\"%s\",topic=\"%s\"} ".formatted(name, reading.stage(), reading.topic().thing());
    return get(worker, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
        .sum();
  }

  private void assertStalled(Worker worker, List<Reading> readings, KafkaClients clients)
      throws Exception {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (Reading reading : readings) {
                assertEquals(1, metric(worker, "facestream_stalled", reading), reading::toString);
              }
            });
    String ready = get(worker, "/readyz").body();
    assertEquals(503, get(worker, "/readyz").statusCode());
    assertEquals(200, get(worker, "/livez").statusCode());
    Thread.sleep(STALL.toMillis());
    for (Reading reading : readings) {
      String partition = clients.name(reading.topic()) + "-0";
      assertEquals(1, complaints(reading, partition), () -> reading + ": " + said.list);
      assertTrue(
          ready.lines().anyMatch(line -> line.startsWith(reading.stage() + ": not ready"))
              && ready.contains(partition),
          ready);
      assertTrue(metric(worker, "facestream_consumer_lag", reading) > 0, reading::toString);
    }
  }

  private long complaints(Reading reading, String partition) {
    return List.copyOf(said.list).stream()
        .filter(event -> event.getLevel() == Level.ERROR)
        .map(ILoggingEvent::getFormattedMessage)
        .filter(text -> text.startsWith(reading.stage() + ": ") && text.contains(partition))
        .count();
  }

  private void assertWell(Worker worker, List<Reading> readings) throws Exception {
    awaitReady(worker);
    for (Reading reading : readings) {
      assertEquals(0, metric(worker, "facestream_stalled", reading), reading::toString);
      assertEquals(0, metric(worker, "facestream_consumer_lag", reading), reading::toString);
    }
  }

  @Test
  void whatAnOpenTransactionHidesIsStalledAndLag() throws Exception {
    Settings settings = settings("hidden");
    KafkaClients clients = clients(settings);
    try (Worker worker = start(settings)) {
      awaitReady(worker);
      assertWell(worker, READINGS);
      List<HangingTransaction> hanging = new ArrayList<>();
      for (Reading reading : READINGS) {
        hanging.add(HangingTransaction.in(clients, reading.topic()));
      }
      assertStalled(worker, READINGS, clients);
      hanging.forEach(HangingTransaction::abort);
      assertWell(worker, READINGS);
    }
  }

  @Test
  void whoseOffsetCannotBeReadIsStalledAndNeverReady() throws Exception {
    Settings settings = settings("unstable");
    KafkaClients clients = clients(settings);
    List<Reading> grouped =
        READINGS.stream().filter(reading -> !reading.group().isEmpty()).toList();
    Topics.ensure(clients, grouped.stream().map(Reading::topic).toList());
    List<HangingTransaction> hanging = new ArrayList<>();
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (Reading reading : grouped) {
        producer.send(
            new ProducerRecord<>(clients.name(reading.topic()), 0, "nobody", new byte[1]));
        hanging.add(HangingTransaction.over(clients, reading.topic(), reading.group()));
      }
    }
    try (Worker worker = start(settings)) {
      assertStalled(worker, grouped, clients);
      hanging.forEach(HangingTransaction::abort);
      assertWell(worker, grouped);
    }
  }

  @Test
  void whileTheBrokerIsAwayEverythingStaysLive() throws Exception {
    Settings settings = settings("away");
    KafkaClients clients = clients(settings);
    try (Worker worker = start(settings)) {
      awaitReady(worker);
      String ready;
      // Every stage has something in hand when the broker goes, and waits for it.
      try (SteadyFrames frames = new SteadyFrames(clients)) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    get(worker, "/metrics")
                        .body()
                        .contains("facestream_records_in_total{camera=\"gate\",stage=\"sink\"}"));
        kafka.close();
        try {
          Instant enough = Instant.now().plus(LIVENESS.multipliedBy(4));
          while (Instant.now().isBefore(enough)) {
            assertLive(worker);
            Thread.sleep(100);
          }
          ready = get(worker, "/readyz").body();
        } finally {
          kafka = new EmbeddedKafka(folder.resolve("kafka"), kafka.port());
        }
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  assertLive(worker);
                  return get(worker, "/readyz").statusCode() == 200;
                });
      }
      for (StageKind kind : StageKind.PIPELINE) {
        assertTrue(ready.contains(kind + ": not ready"), ready);
      }
    }
  }

  private void assertLive(Worker worker) throws Exception {
    HttpResponse<String> live = get(worker, "/livez");
    assertEquals(200, live.statusCode(), live::body);
  }
}

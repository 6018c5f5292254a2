package org.facestream.deploy.lab.bench.alert;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.alert.AlertRuleBuilder;
import org.facestream.sink.alert.AlertRules;

/**
 * {@code facestream bench alert}.
 *
 * @param events to measure, after some that are not
 * @param rate events per second
 * @param folder for broker and database; emptied by nobody
 */
record AlertBench(int events, int rate, Path folder) {
  private static final int WARM_UP = 200;
  private static final int CAMERAS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * What came out, in milliseconds.
   *
   * @param twice alerts that came more than once
   */
  record Result(
      int events,
      int rate,
      @JsonProperty("p50_ms") double p50,
      @JsonProperty("p99_ms") double p99,
      @JsonProperty("worst_ms") double worst,
      int twice) {}

  Result run() throws Exception {
    // Its answers would wait for 40 ms.
    System.getProperties().putIfAbsent("sun.net.httpserver.nodelay", "true");
    Map<String, Long> arrived = new ConcurrentHashMap<>();
    AtomicInteger twice = new AtomicInteger();
    try (Closing closing = new Closing()) {
      String url = receiver(closing, arrived, twice);
      EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
      EmbeddedDatabase database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
      Map<String, String> options = new LinkedHashMap<>(database.settings());
      options.put("kafka.bootstrap-servers", kafka.bootstrapServers());
      options.put("sink.api-address", "https://localhost");
      outlet(options, "guard", url);
      outlet(options, "dead", "http://127.0.0.1:1/");
      Settings settings = new Configuration(Optional.empty(), Map.of(), options).settings();
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      new AlertRules(clients)
          .put(
              List.of(
                  AlertRuleBuilder.builder()
                      .id("bench")
                      .name("bench")
                      .enabled(true)
                      .coolDownSeconds(600L)
                      .outlets(List.of("dead", "guard"))
                      .build()));
      Stage sink =
          closing.add(StageKind.sink.make(settings, clients, closing.add(new Telemetry())));
      sink.start();
      await("the sink is not ready", () -> sink.health().ready());
      return measure(clients, arrived, twice);
    }
  }

  private static void outlet(Map<String, String> options, String name, String url) {
    String prefix = "sink.outlets." + name + ".";
    options.put(prefix + "kind", "webhook");
    options.put(prefix + "url", url);
    options.put(prefix + "tls", "off");
    options.put(prefix + "secret", "0123456789abcdef");
  }

  private static String receiver(Closing closing, Map<String, Long> arrived, AtomicInteger twice)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          JsonNode alert = Json.LENIENT.readTree(exchange.getRequestBody().readAllBytes());
          if (arrived.putIfAbsent(alert.at("/event/track").asText(), System.nanoTime()) != null) {
            twice.incrementAndGet();
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    closing.add(threads::shutdownNow);
    closing.add(() -> server.stop(0));
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private Result measure(KafkaClients clients, Map<String, Long> arrived, AtomicInteger twice)
      throws Exception {
    int all = WARM_UP + events;
    long[] sent = new long[all];
    String topic = clients.name(IdentityTopic.TOPIC);
    long begin = System.nanoTime();
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int i = 0; i < all; i++) {
        long due = begin + TimeUnit.SECONDS.toNanos(i) / rate;
        long early = due - System.nanoTime();
        if (early > 0) {
          TimeUnit.NANOSECONDS.sleep(early);
        }
        sent[i] = System.nanoTime();
        producer.send(IdentityTopic.toRecord(topic, event(i)));
      }
    }
    await("alerts are missing", () -> arrived.size() >= all);
    double[] millis = new double[events];
    for (int i = 0; i < events; i++) {
      long at = arrived.getOrDefault(track(WARM_UP + i), 0L);
      millis[i] = (at - sent[WARM_UP + i]) / 1e6;
    }
    Arrays.sort(millis);
    return new Result(
        events,
        rate,
        millis[events / 2],
        millis[(int) (events * 0.99)],
        millis[events - 1],
        twice.get());
  }

  private static String track(int number) {
    return "bench-" + number;
  }

  private static IdentityEvent event(int number) {
    Instant now = Instant.now();
    String track = track(number);
    return IdentityEventBuilder.builder()
        .eventId(track + ".1")
        .type(IdentityEvent.Type.started)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera("camera-" + number % CAMERAS)
        .track(track)
        .revision(1)
        .firstSeen(now)
        .lastSeen(now)
        .personId("person-" + number)
        .name("Person " + number)
        .faces(2)
        .quality(.8)
        .score(.9)
        .box(new Box(1, 2, 30, 40))
        .model("facenet")
        .galleryVersion(1)
        .bestFace("face-" + number)
        .captureTime(now)
        .build();
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(String failure, Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(failure + " after " + PATIENCE);
      }
      Thread.sleep(10);
    }
  }
}

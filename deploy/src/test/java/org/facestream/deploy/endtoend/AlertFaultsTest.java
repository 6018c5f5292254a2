package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.alert.AlertRuleBuilder;
import org.facestream.sink.alert.AlertRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sink that is a process of its own, killed again and again among alerts ({@code
 * -Dfacestream.kills=10}, {@code -Dfacestream.seed=...}), and once with PostgreSQL: each alert
 * reaches the webhook, and comes twice only when a kill kept its confirmation from being recorded.
 */
@Tag("long")
class AlertFaultsTest {
  private static final long SEED = Long.getLong("facestream.seed", 7);
  private static final int KILLS = Integer.getInteger("facestream.kills", 10);
  private static final int RATE = 20;

  /** As many as a sink sends to a webhook at once. */
  private static final int AT_ONCE = 4;

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final ObjectMapper json = new ObjectMapper();

  /** When alerts were confirmed, by id. */
  private final Map<String, List<Long>> confirmed = new ConcurrentHashMap<>();

  private final AtomicInteger refused = new AtomicInteger();
  private final List<Long> kills = new CopyOnWriteArrayList<>();

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void eachAlertComesAndNoneTwiceWithoutNeed() throws Exception {
    System.out.printf("alerts: %d kills, seed %d (-Dfacestream.seed)%n", KILLS, SEED);
    HttpServer receiver = receiver();
    try (Servers servers =
        new Servers(folder.resolve("logs"), folder.resolve("kafka"), folder.resolve("postgres"))) {
      Map<String, String> options = new LinkedHashMap<>(servers.database().settings());
      options.put("kafka.bootstrap-servers", servers.bootstrapServers());
      options.put("kafka.partitions", "3");
      options.put("sink.crops", "0");
      outlet(options, "guard", "http://127.0.0.1:" + receiver.getAddress().getPort());
      outlet(options, "dead", "http://127.0.0.1:1");
      Settings settings = new Configuration(Optional.empty(), Map.of(), options).settings();
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      Topics.ensure(clients, List.of(IdentityTopic.TOPIC));
      new AlertRules(clients)
          .put(
              List.of(
                  AlertRuleBuilder.builder()
                      .id("all")
                      .name("all")
                      .enabled(true)
                      .coolDownSeconds(0L)
                      .outlets(List.of("dead", "guard"))
                      .build()));
      try (StageSupervisor stages =
          new StageSupervisor(List.of(StageKind.sink), options, folder.resolve("logs"))) {
        ready(stages);
        int tracks = KILLS * 5 * RATE;
        CompletableFuture<Void> publishing =
            CompletableFuture.runAsync(() -> publish(clients, tracks));
        for (int kill = 1; kill <= KILLS; kill++) {
          Thread.sleep(1_000 + random.nextInt(3_000));
          stages.kill(StageKind.sink);
          kills.add(System.nanoTime());
          if (kill == KILLS / 2) {
            servers.killDatabase(Duration.ofSeconds(3));
          }
          ready(stages);
        }
        publishing.get(5, TimeUnit.MINUTES);
        await()
            .atMost(Duration.ofMinutes(2))
            .pollInterval(Duration.ofSeconds(1))
            .untilAsserted(() -> assertEquals(tracks, confirmed.size(), stages::said));
        // What would come twice comes when the lease of a dead sink ends.
        Thread.sleep(35_000);
        assertNoneTwiceWithoutNeed();
        assertEquals(List.of(), stages.ownEnds(), stages::said);
      }
    } finally {
      receiver.stop(0);
    }
  }

  /** A web server that refuses every seventh alert for now. */
  private HttpServer receiver() throws Exception {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.setExecutor(Executors.newCachedThreadPool());
    receiver.createContext(
        "/",
        exchange -> {
          JsonNode alert = json.readTree(exchange.getRequestBody().readAllBytes());
          String id = alert.path("id").asText();
          if (Math.floorMod(id.hashCode(), 7) == 0 && refused.incrementAndGet() % 2 == 1) {
            exchange.sendResponseHeaders(503, -1);
          } else {
            confirmed
                .computeIfAbsent(id, fresh -> new CopyOnWriteArrayList<>())
                .add(System.nanoTime());
            exchange.sendResponseHeaders(204, -1);
          }
          exchange.close();
        });
    receiver.start();
    return receiver;
  }

  private static void outlet(Map<String, String> options, String name, String url) {
    String prefix = "sink.outlets." + name + ".";
    options.put(prefix + "kind", "webhook");
    options.put(prefix + "url", url);
    options.put(prefix + "tls", "off");
    options.put(prefix + "secret", "0123456789abcdef");
  }

  private static void ready(StageSupervisor stages) {
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertEquals("ready", stages.readiness().get(StageKind.sink)));
  }

  private void assertNoneTwiceWithoutNeed() {
    int twice = 0;
    for (Map.Entry<String, List<Long>> each : confirmed.entrySet()) {
      if (each.getValue().size() > 1) {
        twice++;
        long first = each.getValue().get(0);
        // Until a second after it, because the test notes a kill when the process is gone.
        assertTrue(
            kills.stream().anyMatch(kill -> Math.abs(kill - first) < 3_000_000_000L),
            () -> each.getKey() + " came twice without a kill");
        assertEquals(2, each.getValue().size(), each::getKey);
      }
    }
    System.out.printf(
        "alerts: %d delivered, %d refused at first, %d twice because of %d kills%n",
        confirmed.size(), refused.get(), twice, KILLS);
    assertTrue(twice <= AT_ONCE * (KILLS + 1), twice + " came twice");
  }

  private static void publish(KafkaClients clients, int tracks) {
    String topic = clients.name(IdentityTopic.TOPIC);
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int i = 0; i < tracks; i++) {
        for (int revision = 1; revision <= 2; revision++) {
          producer.send(IdentityTopic.toRecord(topic, event("t-" + i, revision)));
        }
        Thread.sleep(1_000 / RATE);
      }
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static IdentityEvent event(String track, int revision) {
    Instant now = Instant.now();
    return IdentityEventBuilder.builder()
        .eventId(track + "." + revision)
        .type(revision == 1 ? IdentityEvent.Type.started : IdentityEvent.Type.ended)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera("camera-" + Math.floorMod(track.hashCode(), 5))
        .track(track)
        .revision(revision)
        .firstSeen(now)
        .lastSeen(now)
        .name(IdentityEvent.UNKNOWN)
        .faces(2)
        .quality(.8)
        .score(.9)
        .box(new Box(1, 2, 30, 40))
        .model("facenet")
        .galleryVersion(1)
        .bestFace("face-" + track)
        .captureTime(now)
        .build();
  }
}

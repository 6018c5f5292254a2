package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.ApiStage;

/**
 * Two stages of the API over one database, which start at once. They share nothing else, as two
 * processes do. Kafka is away: nothing about users needs it.
 */
final class UserSite implements AutoCloseable {
  static final String PASSWORD = "nine lives of a cat";
  private static final AtomicInteger addresses = new AtomicInteger();

  final Telemetry telemetry = new Telemetry();
  private final Closing closing = new Closing();
  private final Map<String, String> given = new LinkedHashMap<>();
  private final EmbeddedDatabase database;

  /** What the stages showed. */
  final List<String> console = new CopyOnWriteArrayList<>();

  final List<ApiClient> clients = new ArrayList<>();

  /** Of the first user, as the console showed it. */
  final String oneTime;

  /** The first user, who has set {@link #PASSWORD}. */
  final Browser administrator;

  UserSite(Path folder, Map<String, String> more) throws Exception {
    closing.add(telemetry);
    database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
    given.putAll(database.settings());
    given.put("kafka.bootstrap-servers", "127.0.0.1:1");
    given.put("api.port", "0");
    given.put("api.trusted-proxies", "127.0.0.0/8");
    given.putAll(more);
    Settings settings = new Configuration(Optional.empty(), Map.of(), given).settings();
    CyclicBarrier together = new CyclicBarrier(2);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<ApiStage>> starting = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        ApiStage stage =
            closing.add(
                new ApiStage(
                    settings,
                    settings.get(SinkConfig.class),
                    Optional.empty(),
                    new KafkaClients(settings.get(KafkaConfig.class)),
                    telemetry,
                    console::add));
        starting.add(
            threads.submit(
                () -> {
                  together.await();
                  stage.start();
                  return stage;
                }));
      }
      for (Future<ApiStage> each : starting) {
        ApiStage stage = each.get();
        assertTrue(stage.health().ready(), stage.health().reason());
        clients.add(new ApiClient("http://127.0.0.1:" + stage.port(), Map.of()));
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(1, console.size(), console::toString);
    Matcher shown =
        Pattern.compile("name administrator, one-time password (\\S+)\\. ").matcher(console.get(0));
    assertTrue(shown.find(), console.get(0));
    oneTime = shown.group(1);
    administrator = browser().begin("administrator", oneTime, PASSWORD);
  }

  /** A browser at an address that nobody else has. */
  Browser browser() {
    int number = addresses.incrementAndGet();
    return browser("198.51." + number / 250 + "." + (1 + number % 250));
  }

  /** A browser at an address, as a trusted proxy says. */
  Browser browser(String address) {
    return new Browser(clients.get(0), Map.of("X-Forwarded-For", address));
  }

  /** A browser that has a session in the first process, at the second one. */
  Browser elsewhere(Browser browser) {
    Browser other = new Browser(clients.get(1), Map.of());
    other.cookies.putAll(browser.cookies);
    other.token = browser.token;
    return other;
  }

  CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    given.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  /** The output of a command that succeeds. */
  String out(String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(0, run.exitCode(), run.err());
    return run.out().strip();
  }

  /** A new user who has set {@link #PASSWORD}, in a browser that is logged in. */
  Browser user(String name, String role, String... cameras) throws Exception {
    return browser().begin(name, oneTime(name, role, cameras), PASSWORD);
  }

  /** Makes a user, and returns the one-time password. */
  String oneTime(String name, String role, String... cameras) throws Exception {
    Map<String, Object> body = new LinkedHashMap<>(Map.of("name", name, "role", role));
    if (cameras.length > 0) {
      body.put("cameras", cameras);
    }
    return ApiClient.json(201, administrator.send("POST", "/api/v1/users", Json.text(body)))
        .path("oneTimePassword")
        .asText();
  }

  String query(String query) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      if (!statement.execute(query)) {
        return String.valueOf(statement.getUpdateCount());
      }
      try (ResultSet row = statement.getResultSet()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}

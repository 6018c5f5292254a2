package org.facestream.deploy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.ApiStage;
import org.facestream.sink.api.http.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may use the API, over every route that the stage serves; and the trail of looks. */
@Timeout(180)
class ApiAccessTest {
  @TempDir static Path folder;
  private static final Closing closing = new Closing();
  private static final Map<String, String> given = new LinkedHashMap<>();
  private static EmbeddedDatabase database;
  private static String address;

  @BeforeAll
  static void open() {
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
    database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
    given.putAll(database.settings());
    given.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    given.put("kafka.replication", "1");
    given.put("kafka.partitions", "1");
    given.put("gallery.audit-file", folder.resolve("audit.log").toString());
    given.put("api.port", "0");
    given.put("api.upload-bytes", "65536");
    Settings settings = new Configuration(Optional.empty(), Map.of(), given).settings();
    ApiStage stage =
        closing.add(
            new ApiStage(
                settings,
                settings.get(SinkConfig.class),
                Optional.empty(),
                new KafkaClients(settings.get(KafkaConfig.class)),
                closing.add(new Telemetry()),
                line -> {}));
    stage.start();
    assertTrue(stage.health().ready(), stage.health().reason());
    address = "http://127.0.0.1:" + stage.port();
  }

  @AfterAll
  static void close() {
    closing.close();
  }

  private static CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    given.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static String key(String... options) {
    List<String> arguments = new ArrayList<>(List.of("key", "add", "test"));
    arguments.addAll(List.of(options));
    CommandLineRun made = run(arguments.toArray(String[]::new));
    assertEquals(0, made.exitCode(), made.err());
    return made.out().strip();
  }

  private static ApiClient with(String key) throws Exception {
    return new ApiClient(address, Map.of("x-api-key", key));
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void everyRouteIsClosedToWhoeverHasTooSmallARole() throws Exception {
    ApiClient nobody = new ApiClient(address, Map.of());
    ApiClient viewer = with(key("--role", "viewer"));
    ApiClient operator = with(key("--role", "operator"));
    int closed = 0;
    for (Map.Entry<String, JsonNode> path : nobody.document().path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        Role role = Role.valueOf(method.getValue().path("x-role").asText());
        String name = method.getKey().toUpperCase(Locale.ROOT);
        String concrete = path.getKey().replaceAll("\\{\\w+}", "visitor-000000000000");
        if (role != Role.anyone) {
          assertEquals(401, nobody.send(name, concrete).statusCode(), name + " " + concrete);
          closed++;
        }
        if (role == Role.operator || role == Role.administrator) {
          assertEquals(403, viewer.send(name, concrete).statusCode(), name + " " + concrete);
        }
        if (role == Role.administrator) {
          assertEquals(403, operator.send(name, concrete).statusCode(), name + " " + concrete);
        }
      }
    }
    assertTrue(closed > 20, closed + " routes");
  }

  @Test
  void keysAreShownOnceAndRefusedWhenTheyAreRemovedOrHaveExpired() throws Exception {
    String administrator = key("--role", "administrator");
    ApiClient client = with(administrator);
    JsonNode made =
        ApiClient.json(
            201,
            client.send(
                "POST",
                "/api/v1/keys",
                "{\"name\":\"tablet\",\"role\":\"viewer\",\"cameras\":[\"gate\"]}"));
    String secret = made.path("secret").asText();
    String id = made.at("/key/id").asText();
    JsonNode me = ApiClient.json(200, with(secret).send("GET", "/api/v1/me"));
    assertEquals("[\"gate\"]", me.path("cameras").toString());
    ApiClient bearer = new ApiClient(address, Map.of("Authorization", "Bearer " + secret));
    ApiClient.json(200, bearer.send("GET", "/api/v1/me"));
    HttpResponse<byte[]> list = client.send("GET", "/api/v1/keys");
    assertFalse(ApiClient.text(list).contains(secret));
    assertFalse(run("key", "list").out().contains(secret));
    execute("UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = '" + id + "'");
    ApiClient.json(401, with(secret).send("GET", "/api/v1/me"));
    execute("UPDATE api_key SET expires_at = NULL WHERE id = '" + id + "'");
    ApiClient.json(200, with(secret).send("GET", "/api/v1/me"));
    assertEquals(204, client.send("DELETE", "/api/v1/keys/" + id).statusCode());
    ApiClient.json(401, with(secret).send("GET", "/api/v1/me"));
    ApiClient.json(404, client.send("DELETE", "/api/v1/keys/" + id));
    for (String body :
        List.of(
            "{\"name\":\"\",\"role\":\"viewer\"}",
            "{\"name\":\"x\",\"role\":\"anyone\"}",
            "{\"name\":\"x\",\"role\":\"king\"}",
            "{\"name\":\"x\",\"role\":\"administrator\",\"cameras\":[\"gate\"]}",
            "{\"name\":\"x\",\"role\":\"viewer\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}")) {
      ApiClient.json(400, client.send("POST", "/api/v1/keys", body));
    }
    assertEquals(2, run("key", "add", "x", "--role", "viewer", "--expiry", "soon").exitCode());
    assertEquals(2, run("key", "remove", "key-none").exitCode());
  }

  @Test
  void whatIsSentIsNeverCodeOrAPath() throws Exception {
    for (String evil :
        List.of("' OR 'x'='x", "fs_' OR 1=1 --", "\u0000", "fs_" + "a".repeat(8_000))) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(address + "/api/v1/me"))
              .header("x-api-key", evil.replace("\u0000", "%00"))
              .build();
      assertEquals(401, send(request).statusCode(), evil);
    }
    ApiClient viewer = with(key("--role", "administrator"));
    for (String evil : List.of("%27%20OR%201=1", "..%2f..%2fetc%2fpasswd", "%00", "a%0d%0ab:c")) {
      for (String path : List.of("/api/v1/people/", "/api/v1/keys/")) {
        int status =
            send(HttpRequest.newBuilder(URI.create(address + path + evil))
                    .header("x-api-key", "fs_none")
                    .method("DELETE", HttpRequest.BodyPublishers.noBody())
                    .build())
                .statusCode();
        assertTrue(status == 401 || status == 400, path + evil + " " + status);
      }
    }
    ApiClient.json(404, viewer.send("DELETE", "/api/v1/sightings/%27%20OR%201=1"));
    HttpRequest large =
        HttpRequest.newBuilder(URI.create(address + "/api/v1/keys"))
            .header("x-api-key", key("--role", "administrator"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100_000]))
            .build();
    assertEquals(413, send(large).statusCode());
    byte[] form = new byte[200_000];
    byte[] head =
        "--b\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"a.jpg\"\r\n\r\n"
            .getBytes(UTF_8);
    System.arraycopy(head, 0, form, 0, head.length);
    HttpRequest.BodyPublisher known = HttpRequest.BodyPublishers.ofByteArray(form);
    // Chunked: the server cannot know before it reads.
    HttpRequest.BodyPublisher chunked =
        HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form));
    for (HttpRequest.BodyPublisher body : List.of(known, chunked)) {
      HttpRequest upload =
          HttpRequest.newBuilder(URI.create(address + "/api/v1/people"))
              .header("x-api-key", key("--role", "operator"))
              .header("Content-Type", "multipart/form-data; boundary=b")
              .POST(body)
              .build();
      assertEquals(body == known ? 413 : 400, send(upload).statusCode());
    }
    HttpResponse<String> page =
        send(HttpRequest.newBuilder(URI.create(address + "/api/v1/docs")).build());
    assertTrue(
        page.headers()
            .firstValue("Content-Security-Policy")
            .orElse("")
            .contains("default-src 'none'"));
    assertEquals("nosniff", page.headers().firstValue("X-Content-Type-Options").orElse(""));
    assertTrue(page.headers().firstValue("Server").isEmpty());
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void eachLookIsInTheTrailWhichShowsWhatWasChanged() throws Exception {
    String secret = key("--role", "administrator");
    ApiClient client = new ApiClient(address, Map.of("x-api-key", secret, "X-Reason", "case 17"));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<HttpResponse<byte[]>>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(threads.submit(() -> client.send("DELETE", "/api/v1/keys/none")));
        answers.add(threads.submit(() -> client.send("GET", "/api/v1/people")));
      }
      for (Future<HttpResponse<byte[]>> answer : answers) {
        assertTrue(answer.get().statusCode() < 500, () -> "answered");
      }
    } finally {
      threads.shutdownNow();
    }
    JsonNode page = ApiClient.json(200, client.send("GET", "/api/v1/audit?limit=30"));
    assertEquals(30, page.path("items").size());
    assertEquals("audit.read", page.at("/items/0/action").asText());
    assertEquals("case 17", page.at("/items/1/why").asText());
    String next = page.path("next").asText();
    JsonNode second =
        ApiClient.json(200, client.send("GET", "/api/v1/audit?limit=30&cursor=" + next));
    assertEquals(
        Long.parseLong(next) - 1, second.at("/items/0/number").asLong(), second.toString());
    CommandLineRun looks = run("audit", "looks", "--limit", "1000");
    assertEquals(0, looks.exitCode(), looks.err());
    assertEquals(40, looks.out().lines().filter(line -> line.contains("people.list")).count());
    assertFalse(looks.out().contains(secret));
    assertThrows(
        SQLException.class, () -> execute("DELETE FROM access_audit WHERE action = 'people.list'"));
    assertThrows(SQLException.class, () -> execute("TRUNCATE access_audit"));
    // Who may do anything in the database can change it, but that shows.
    execute("ALTER TABLE access_audit DISABLE TRIGGER access_audit_append_only");
    execute("UPDATE access_audit SET caller_name = 'eve' WHERE number = 5");
    CommandLineRun changed = run("audit", "looks");
    assertEquals(1, changed.exitCode());
    assertTrue(changed.err().contains("Entry 5 was changed"), changed.err());
    execute("ALTER TABLE access_audit ENABLE TRIGGER access_audit_append_only");
  }
}

package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.http.Access;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.ApiServer;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every route has from the frame. */
class ApiFrameTest {
  private static final Telemetry telemetry = new Telemetry();
  private static ApiServer server;

  /** Sent and answered. */
  record Thing(String name, int count, Instant at, @Nullable String note) {}

  /** A caller's role is in a header: access has its own test. */
  private static final Access BY_HEADER =
      new Access() {
        @Override
        public Caller caller(Call call) {
          Role role = call.header("x-role").map(Role::valueOf).orElse(Role.anyone);
          return new Caller(Caller.Kind.key, "1", "test", role, Optional.empty());
        }

        @Override
        public void look(Call call, String action, Map<String, ?> what) {}
      };

  @BeforeAll
  static void start() {
    Settings settings =
        Settings.load(
            List.of(ApiConfig.class), Optional.empty(), Map.of(), Map.of("api.port", "0"));
    server =
        new ApiServer(
            settings.get(ApiConfig.class),
            BY_HEADER,
            List.of(
                Route.get("/api/v1/things/{id}", Role.viewer, "Read a thing.")
                    .query("since", Parameter.Type.time, "Not before.")
                    .pages()
                    .answer(Thing.class)
                    .handle(
                        call ->
                            call.answer(
                                new Thing(
                                    call.path("id"),
                                    call.limit(),
                                    call.time("since").orElse(Instant.EPOCH),
                                    null))),
                Route.post("/api/v1/things", Role.operator, "Make a thing.")
                    .body(Thing.class)
                    .created(Thing.class)
                    .handle(call -> call.answer(call.body(Thing.class))),
                Route.delete("/api/v1/things/{id}", Role.administrator, "Erase a thing.")
                    .handle(
                        call -> {
                          switch (call.path("id")) {
                            case "kafka" -> throw new TimeoutException("secret-host:9092 is away");
                            case "user" -> throw new UserError("Give another id.");
                            case "bug" -> throw new IllegalStateException("secret");
                            default -> call.done();
                          }
                        })),
            "1.2",
            telemetry);
  }

  @AfterAll
  static void stop() {
    server.close();
    telemetry.close();
  }

  @Test
  void theRoleIsCheckedFirst() throws Exception {
    assertProblem(401, send("GET", "/api/v1/things/1", "anyone", null));
    assertProblem(403, send("POST", "/api/v1/things", "viewer", "{}"));
    assertProblem(403, send("DELETE", "/api/v1/things/1", "operator", null));
    assertEquals(204, send("DELETE", "/api/v1/things/1", "administrator", null).statusCode());
  }

  @Test
  void parametersAreChecked() throws Exception {
    HttpResponse<String> answer =
        send("GET", "/api/v1/things/%C3%84?since=2026-11-30T22:14:07Z&limit=7", "viewer", null);
    assertEquals(200, answer.statusCode());
    assertEquals(
        "{\"name\":\"Ä\",\"count\":7,\"at\":\"2026-11-30T22:14:07Z\",\"note\":null}",
        answer.body());
    for (String query :
        List.of("since=today", "limit=0", "limit=501", "limit=x", "sinse=1", "limit=1&limit=2")) {
      assertProblem(400, send("GET", "/api/v1/things/1?" + query, "viewer", null));
    }
  }

  @Test
  void bodiesAreChecked() throws Exception {
    String thing = "{\"name\":\"a\",\"count\":1,\"at\":\"2026-11-30T22:14:07Z\"}";
    assertEquals(201, send("POST", "/api/v1/things", "operator", thing).statusCode());
    for (String body :
        List.of(
            "",
            "null",
            "[]",
            "{",
            thing + thing,
            thing.replace("name", "nam"),
            thing.replace(":1,", ":1.5,"),
            thing.replace("2026", "5"),
            "{\"name\":\"a\",\"at\":\"2026-11-30T22:14:07Z\"}")) {
      HttpResponse<String> refused = send("POST", "/api/v1/things", "operator", body);
      assertProblem(400, refused);
    }
    HttpRequest plain =
        HttpRequest.newBuilder(uri("/api/v1/things"))
            .header("x-role", "operator")
            .POST(HttpRequest.BodyPublishers.ofString(thing))
            .build();
    assertProblem(415, client().send(plain, HttpResponse.BodyHandlers.ofString()));
  }

  @Test
  void failuresAreProblemsWithoutSecrets() throws Exception {
    HttpResponse<String> away = send("DELETE", "/api/v1/things/kafka", "administrator", null);
    assertProblem(503, away);
    assertTrue(away.headers().firstValue("Retry-After").isPresent());
    HttpResponse<String> bug = send("DELETE", "/api/v1/things/bug", "administrator", null);
    assertProblem(500, bug);
    assertFalse((away.body() + bug.body()).contains("secret"));
    HttpResponse<String> user = send("DELETE", "/api/v1/things/user", "administrator", null);
    assertProblem(400, user);
    assertTrue(user.body().contains("Give another id."));
    assertProblem(404, send("GET", "/api/v1/nothing", "viewer", null));
    assertProblem(405, send("PUT", "/api/v1/things", "viewer", null));
  }

  @Test
  void theDocumentHasEveryRouteAndTheTypesOfTheirRecords() throws Exception {
    HttpResponse<String> answer = send("GET", "/api/v1/openapi.json", "anyone", null);
    assertEquals(200, answer.statusCode(), answer.body());
    JsonNode document = Json.LENIENT.readTree(answer.body());
    assertEquals("3.1.0", document.path("openapi").asText());
    for (Route route : server.routes()) {
      JsonNode operation =
          document
              .path("paths")
              .path(route.path())
              .path(route.method().name().toLowerCase(Locale.ROOT));
      assertEquals(route.summary(), operation.path("summary").asText());
    }
    JsonNode thing = document.at("/components/schemas/Thing");
    assertEquals("date-time", thing.at("/properties/at/format").asText());
    assertEquals("[\"at\",\"count\",\"name\"]", thing.path("required").toString());
    assertEquals("[\"string\",\"null\"]", thing.at("/properties/note/type").toString());
    HttpResponse<String> page = send("GET", "/api/v1/docs", "anyone", null);
    assertTrue(page.body().contains("Erase a thing."));
  }

  private static void assertProblem(int status, HttpResponse<String> answer) throws Exception {
    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals(
        "application/problem+json", answer.headers().firstValue("Content-Type").orElse(""));
    JsonNode problem = Json.LENIENT.readTree(answer.body());
    assertEquals(status, problem.path("status").asInt());
    assertFalse(problem.path("detail").asText().isEmpty());
  }

  private static HttpResponse<String> send(
      String method, String path, String role, @Nullable String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .header("x-role", role)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    return client().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpClient client() {
    return HttpClient.newHttpClient();
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}

package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.facestream.deploy.CommandLineRun;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.http.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Users of the API: the first one, what the others may do, and who cares for them. */
@Timeout(180)
class ApiUsersTest {
  private static final String SENTENCE = "a mile of green wool";

  @TempDir static Path folder;
  private static final List<String> logged = new CopyOnWriteArrayList<>();
  private static UserSite site;

  private static final AppenderBase<ILoggingEvent> log =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event.getFormattedMessage() + " " + event.getThrowableProxy());
        }
      };

  @BeforeAll
  static void open() throws Exception {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    log.setContext(context);
    log.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(log);
    site = new UserSite(folder, Map.of());
  }

  @AfterAll
  static void close() {
    site.close();
    ((LoggerContext) LoggerFactory.getILoggerFactory())
        .getLogger(Logger.ROOT_LOGGER_NAME)
        .detachAppender(log);
  }

  @Test
  void aOneTimePasswordIsForOneLoginInWhichThePasswordIsSet() throws Exception {
    String password = site.oneTime("ada", "administrator");
    Browser ada = site.browser();
    JsonNode me = ApiClient.json(201, ada.logIn("ADA ", password));
    assertEquals("ada", me.path("name").asText());
    assertTrue(me.path("mustChangePassword").asBoolean());
    ApiClient.json(401, site.browser().logIn("ada", password));
    ApiClient.json(403, ada.send("GET", "/api/v1/users"));
    ApiClient.json(403, ada.send("GET", "/api/v1/people"));
    ApiClient.json(200, ada.send("GET", "/api/v1/me"));
    for (String weak :
        List.of("", "short", "aaaabbbbaaaabbbb", "my name is Ada", "x".repeat(201))) {
      ApiClient.json(400, ada.setPassword(null, weak));
    }
    String before = ada.session();
    ada.token = ApiClient.json(200, ada.setPassword(null, SENTENCE)).path("csrfToken").asText();
    assertNotEquals(before, ada.session());
    ApiClient.json(200, ada.send("GET", "/api/v1/users"));
    ApiClient.json(403, ada.setPassword(null, "another sentence"));
    ApiClient.json(403, ada.setPassword("not the password", "another sentence"));
    ApiClient.json(400, ada.setPassword(SENTENCE, SENTENCE));
    ApiClient.json(201, site.browser().logIn("ada", SENTENCE));
  }

  @Test
  void everyRouteIsClosedToSessionsWithTooSmallARole() throws Exception {
    Browser viewer = site.user("roles-viewer", "viewer");
    Browser operator = site.user("roles-operator", "operator");
    int closed = 0;
    for (Map.Entry<String, JsonNode> path :
        site.clients.get(0).document().path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        Role role = Role.valueOf(method.getValue().path("x-role").asText());
        String name = method.getKey().toUpperCase(Locale.ROOT);
        String concrete = path.getKey().replaceAll("\\{\\w+}", "visitor-000000000000");
        if (role == Role.operator || role == Role.administrator) {
          ApiClient.json(403, viewer.send(name, concrete));
          closed++;
        }
        if (role == Role.administrator) {
          ApiClient.json(403, operator.send(name, concrete));
        }
      }
    }
    assertTrue(closed > 15, closed + " routes");
  }

  @Test
  void everyRouteThatChangesSomethingNeedsTheTokenOfItsSession() throws Exception {
    Browser browser = site.administrator;
    Browser other = site.user("csrf", "administrator");
    int checked = 0;
    for (Map.Entry<String, JsonNode> path :
        site.clients.get(0).document().path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        String name = method.getKey().toUpperCase(Locale.ROOT);
        if (name.equals("GET")
            || method.getValue().path("x-role").asText().equals(Role.anyone.name())) {
          continue;
        }
        String concrete = path.getKey().replaceAll("\\{\\w+}", "visitor-000000000000");
        for (Map<String, String> forged :
            List.of(
                Map.<String, String>of(),
                Map.of("X-CSRF-Token", "x"),
                Map.of("X-CSRF-Token", other.token),
                Map.of("X-CSRF-Token", browser.token, "Sec-Fetch-Site", "cross-site"),
                Map.of("X-CSRF-Token", browser.token, "Sec-Fetch-Site", "same-site"),
                Map.of("X-CSRF-Token", browser.token, "Origin", "https://evil.example"),
                Map.of("X-CSRF-Token", browser.token, "Origin", "null"))) {
          HttpResponse<byte[]> answer = browser.send(name, concrete, "", forged);
          assertEquals(403, answer.statusCode(), name + " " + concrete + " " + forged);
          checked++;
        }
      }
    }
    assertTrue(checked > 100, checked + " requests");
    ApiClient.json(200, browser.send("GET", "/api/v1/me"));
    // The login itself, with which others could have a browser act for them.
    String body = Json.text(Map.of("name", "administrator", "password", UserSite.PASSWORD));
    ApiClient.json(
        403,
        site.browser()
            .send("POST", "/api/v1/session", body, Map.of("Origin", "https://evil.example")));
  }

  @Test
  void aUserSeesTheCamerasThatAreAllowedFromTheNextRequestOn() throws Exception {
    for (String camera : List.of("gate", "hall")) {
      site.query(
          "INSERT INTO sighting (track, revision, ended, camera, first_seen, last_seen, name, faces,"
              + " quality, score, model) VALUES ('"
              + camera
              + "-1', 1, true, '"
              + camera
              + "', now(), now(), 'unknown', 1, 1, 1, 'facenet')");
    }
    Browser guard = site.user("guard", "viewer", "gate");
    JsonNode me = ApiClient.json(200, guard.send("GET", "/api/v1/me"));
    assertEquals("[\"gate\"]", me.path("cameras").toString());
    String id = me.path("id").asText();
    assertEquals(List.of("gate"), cameras(guard));
    ApiClient.json(200, guard.send("GET", "/api/v1/sightings/gate-1"));
    ApiClient.json(404, guard.send("GET", "/api/v1/sightings/hall-1"));
    ApiClient.json(403, guard.send("GET", "/api/v1/people"));
    Browser admin = site.administrator;
    ApiClient.json(
        200,
        admin.send("PUT", "/api/v1/users/" + id, "{\"role\":\"viewer\",\"cameras\":[\"hall\"]}"));
    assertEquals(List.of("hall"), cameras(guard));
    assertEquals(List.of("hall"), cameras(site.elsewhere(guard)));
    ApiClient.json(404, guard.send("GET", "/api/v1/sightings/gate-1"));
  }

  private static List<String> cameras(Browser browser) throws Exception {
    return ApiClient.json(200, browser.send("GET", "/api/v1/sightings"))
        .path("items")
        .findValuesAsText("camera");
  }

  @Test
  void administratorsCareForUsers() throws Exception {
    Browser admin = site.administrator;
    JsonNode made =
        ApiClient.json(
            201, admin.send("POST", "/api/v1/users", "{\"name\":\"Bob\",\"role\":\"viewer\"}"));
    String id = made.at("/user/id").asText();
    String first = made.path("oneTimePassword").asText();
    assertTrue(first.matches("([a-z2-9]{5}-){4}[a-z2-9]{5}"), first);
    for (String body :
        List.of(
            "{\"name\":\"bob\",\"role\":\"viewer\"}",
            "{\"name\":\"\",\"role\":\"viewer\"}",
            "{\"name\":\"a\\u0000b\",\"role\":\"viewer\"}",
            "{\"name\":\"a\\ud800\",\"role\":\"viewer\"}",
            "{\"name\":\"x\",\"role\":\"anyone\"}",
            "{\"name\":\"x\",\"role\":\"administrator\",\"cameras\":[\"gate\"]}")) {
      ApiClient.json(400, admin.send("POST", "/api/v1/users", body));
    }
    Browser bob = site.browser().begin("bob", first, UserSite.PASSWORD);
    assertFalse(
        ApiClient.text(admin.send("GET", "/api/v1/users"))
            .matches("(?s).*(argon2|assword\":\").*"));
    JsonNode reset = ApiClient.json(200, admin.send("POST", "/api/v1/users/" + id + "/reset"));
    ApiClient.json(401, bob.send("GET", "/api/v1/me"));
    ApiClient.json(401, site.browser().logIn("bob", UserSite.PASSWORD));
    bob.begin("bob", reset.path("oneTimePassword").asText(), UserSite.PASSWORD);
    assertEquals(204, admin.send("DELETE", "/api/v1/users/" + id).statusCode());
    ApiClient.json(401, bob.send("GET", "/api/v1/me"));
    ApiClient.json(401, site.elsewhere(bob).send("GET", "/api/v1/me"));
    ApiClient.json(404, admin.send("DELETE", "/api/v1/users/" + id));
    ApiClient.json(404, admin.send("POST", "/api/v1/users/" + id + "/reset"));
  }

  @Test
  void commandsCareForUsersToo() throws Exception {
    String first = site.out("user", "add", "eve", "--role", "viewer");
    Browser eve = site.browser().begin("eve", first, UserSite.PASSWORD);
    assertEquals(2, site.run("user", "add", "Eve", "--role", "viewer").exitCode());
    assertTrue(site.out("user", "list").contains("eve  viewer  last login "));
    String second = site.out("user", "reset", "EVE");
    ApiClient.json(401, eve.send("GET", "/api/v1/me"));
    eve.begin("eve", second, SENTENCE);
    assertEquals("eve is removed.", site.out("user", "remove", "eve"));
    ApiClient.json(401, eve.send("GET", "/api/v1/me"));
    assertEquals(2, site.run("user", "remove", "eve").exitCode());
    assertEquals(2, site.run("user", "reset", "eve").exitCode());
  }

  @Test
  void oneAdministratorIsAlwaysLeft() throws Exception {
    for (String line : site.out("user", "list").lines().toList()) {
      if (line.contains("  administrator") && !line.startsWith("administrator ")) {
        site.out("user", "remove", line.substring(0, line.indexOf("  ")));
      }
    }
    CommandLineRun last = site.run("user", "remove", "administrator");
    assertEquals(2, last.exitCode());
    assertTrue(last.err().contains("the only administrator"), last.err());
    String id = site.query("SELECT id FROM api_user WHERE name = 'administrator'");
    Browser admin = site.administrator;
    ApiClient.json(400, admin.send("DELETE", "/api/v1/users/" + id));
    ApiClient.json(400, admin.send("PUT", "/api/v1/users/" + id, "{\"role\":\"viewer\"}"));
  }

  @Test
  void noPasswordIsInALogOrTheDatabase() throws Exception {
    Browser admin = site.administrator;
    ApiClient.json(201, site.browser().logIn("administrator", UserSite.PASSWORD));
    ApiClient.json(401, site.browser().logIn("administrator", "wrong " + UserSite.PASSWORD));
    ApiClient.json(401, site.browser().logIn(UserSite.PASSWORD, "name and password exchanged"));
    String all =
        String.join("\n", logged)
            + site.query("SELECT string_agg(u::text, ' ') FROM api_user u")
            + site.query("SELECT string_agg(a::text, ' ') FROM access_audit a")
            + site.out("audit", "looks", "--limit", "1000");
    assertTrue(all.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "the hashes");
    for (String secret : List.of(site.oneTime, UserSite.PASSWORD, admin.session(), admin.token)) {
      assertFalse(all.contains(secret), "a secret");
    }
    assertFalse(site.telemetry.scrape().contains(UserSite.PASSWORD));
  }
}

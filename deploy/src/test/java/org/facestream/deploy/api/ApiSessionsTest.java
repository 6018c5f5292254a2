package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logins, sessions and their cookies, and what many wrong attempts meet. */
@Timeout(180)
class ApiSessionsTest {
  private static final String ME = "/api/v1/me";

  @TempDir static Path folder;
  private static UserSite site;

  @BeforeAll
  static void open() throws Exception {
    site = new UserSite(folder, Map.of("api.session.idle", "10m"));
  }

  @AfterAll
  static void close() {
    site.close();
  }

  @Test
  void cookiesAreForThisServerAlone() throws Exception {
    site.user("cookies", "viewer");
    Browser plain = site.browser();
    ApiClient.json(201, plain.logIn("cookies", UserSite.PASSWORD));
    assertEquals(2, plain.set.size());
    assertTrue(
        plain
            .set
            .get(0)
            .matches("facestream-session=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict"),
        plain.set.get(0));
    assertTrue(
        plain
            .set
            .get(1)
            .matches(
                "facestream-browser=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict;"
                    + " Max-Age=31536000"),
        plain.set.get(1));
    Browser secure =
        new Browser(
            site.clients.get(0),
            Map.of(
                "X-Forwarded-For", "198.18.0.1",
                "X-Forwarded-Proto", "https",
                "X-Forwarded-Host", "cctv.example"));
    ApiClient.json(201, secure.logIn("cookies", UserSite.PASSWORD));
    for (String cookie : secure.set) {
      assertTrue(
          cookie.matches(
              "__Host-facestream-\\w+=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure.*"),
          cookie);
    }
    ApiClient.json(200, secure.send("GET", ME));
    // Browsers send the origin with what changes something.
    assertEquals(
        204,
        secure
            .send(
                "DELETE",
                "/api/v1/session",
                "",
                Map.of("X-CSRF-Token", secure.token, "Origin", "https://cctv.example"))
            .statusCode());
  }

  @Test
  void aLoginHasANewIdWhateverTheBrowserHad() throws Exception {
    site.user("fixed", "viewer");
    String planted = "A".repeat(43);
    Browser browser = site.browser();
    browser.cookies.put("facestream-session", planted);
    ApiClient.json(401, browser.send("GET", ME));
    ApiClient.json(201, browser.logIn("fixed", UserSite.PASSWORD));
    String first = browser.session();
    assertNotEquals(planted, first);
    Browser before = site.elsewhere(browser);
    ApiClient.json(200, before.send("GET", ME));
    ApiClient.json(201, browser.logIn("fixed", UserSite.PASSWORD));
    assertNotEquals(first, browser.session());
    ApiClient.json(401, before.send("GET", ME));
    ApiClient.json(200, browser.send("GET", ME));
  }

  @Test
  void sessionsEndAtALogoutEverywhereOrWithThePassword() throws Exception {
    Browser one = site.user("logout", "viewer");
    Browser two = site.browser();
    ApiClient.json(201, two.logIn("logout", UserSite.PASSWORD));
    Browser copy = site.elsewhere(two);
    assertEquals(204, two.send("DELETE", "/api/v1/session").statusCode());
    assertEquals("", two.session());
    ApiClient.json(401, copy.send("GET", ME));
    ApiClient.json(200, one.send("GET", ME));
    ApiClient.json(201, two.logIn("logout", UserSite.PASSWORD));
    assertEquals(204, two.send("DELETE", "/api/v1/sessions").statusCode());
    ApiClient.json(401, one.send("GET", ME));
    ApiClient.json(201, one.logIn("logout", UserSite.PASSWORD));
    ApiClient.json(201, two.logIn("logout", UserSite.PASSWORD));
    copy = site.elsewhere(one);
    ApiClient.json(200, one.setPassword(UserSite.PASSWORD, "a mile of green wool"));
    ApiClient.json(200, one.send("GET", ME));
    ApiClient.json(401, copy.send("GET", ME));
    ApiClient.json(401, two.send("GET", ME));
    String key = site.out("key", "add", "test", "--role", "viewer");
    ApiClient client = site.clients.get(0).with(Map.of("x-api-key", key));
    ApiClient.json(400, client.send("DELETE", "/api/v1/session"));
    assertTrue(ApiClient.json(200, client.send("GET", ME)).path("csrfToken").isNull());
  }

  @Test
  void sessionsEndWhenTheyAreNotUsedAndWhenTheirTimeIsOver() throws Exception {
    Browser browser = site.user("expiry", "viewer");
    String mine = " WHERE user_id = (SELECT id FROM api_user WHERE name = 'expiry')";
    site.query("UPDATE api_session SET last_used_at = now() - interval '9 minutes'" + mine);
    ApiClient.json(200, browser.send("GET", ME));
    assertEquals(
        "t",
        site.query("SELECT last_used_at > now() - interval '1 minute' FROM api_session" + mine));
    site.query("UPDATE api_session SET last_used_at = now() - interval '11 minutes'" + mine);
    ApiClient.json(401, browser.send("GET", ME));
    ApiClient.json(401, site.elsewhere(browser).send("GET", ME));
    ApiClient.json(201, browser.logIn("expiry", UserSite.PASSWORD));
    assertEquals(
        "t",
        site.query(
            "SELECT bool_and(expires_at BETWEEN now() + interval '11 hours' AND now() + interval"
                + " '12 hours') FROM api_session"
                + mine));
    site.query("UPDATE api_session SET expires_at = now()" + mine);
    ApiClient.json(401, browser.send("GET", ME));
  }

  @Test
  void manyAttemptsAtOnceAreFew() throws Exception {
    Browser known = site.user("brute", "viewer");
    for (String name : List.of("brute", "nobody-of-this-name")) {
      long begun = System.nanoTime();
      List<HttpResponse<byte[]>> answers = atOnce(20, () -> site.browser().logIn(name, "wrong"));
      double seconds = (System.nanoTime() - begun) / 1e9;
      long examined = answers.stream().filter(each -> each.statusCode() == 401).count();
      // One more after 1 s, another one 2 s later, and so on.
      double most = 5 + Math.floor(Math.log(seconds + 1) / Math.log(2));
      assertTrue(examined >= 5 && examined <= most, examined + " of " + name + " in " + seconds);
      for (HttpResponse<byte[]> each : answers) {
        if (each.statusCode() != 401) {
          assertEquals(429, each.statusCode(), ApiClient.text(each));
          assertTrue(
              Integer.parseInt(each.headers().firstValue("Retry-After").orElse("0")) > 0, name);
        }
      }
    }
    // As if it went on: each further attempt blocks for twice as long.
    site.query(
        "UPDATE api_login_attempt SET failures = 9, blocked_until = now() WHERE failures >= 5");
    ApiClient.json(401, site.browser().logIn("brute", "wrong"));
    HttpResponse<byte[]> blocked = site.browser().logIn("brute", UserSite.PASSWORD);
    ApiClient.json(429, blocked);
    int wait = Integer.parseInt(blocked.headers().firstValue("Retry-After").orElse("0"));
    assertTrue(wait > 25 && wait <= 32, wait + " s");
    // The browser of the user is not locked out, but counts for itself.
    known.cookies.remove("facestream-session");
    for (int i = 0; i < 5; i++) {
      ApiClient.json(401, known.logIn("brute", "wrong"));
    }
    ApiClient.json(429, known.logIn("brute", "wrong"));
    // Nor is one whom the administrator gives a one-time password.
    String oneTime = site.out("user", "reset", "brute");
    ApiClient.json(429, site.browser().logIn("brute", "wrong"));
    site.browser().begin("brute", oneTime, UserSite.PASSWORD);
    // The login shows who it is: the count begins anew.
    ApiClient.json(201, site.browser().logIn("brute", UserSite.PASSWORD));
  }

  private static List<HttpResponse<byte[]>> atOnce(
      int times, Callable<HttpResponse<byte[]>> attempt) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    try {
      List<Future<HttpResponse<byte[]>>> running = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        running.add(threads.submit(attempt));
      }
      List<HttpResponse<byte[]>> answers = new ArrayList<>();
      for (Future<HttpResponse<byte[]>> each : running) {
        answers.add(each.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anAddressMayTryFewNames() throws Exception {
    site.user("neighbour", "viewer");
    int refused = 0;
    for (int i = 0; i < 22; i++) {
      // One network of IPv6 counts as one.
      Browser browser = site.browser("2001:db8:0:7::" + Integer.toHexString(i + 1));
      refused += browser.logIn("name" + i, "wrong").statusCode() == 401 ? 1 : 0;
    }
    assertTrue(refused >= 20, refused + " attempts");
    // As it is after a few more; the first block is over soon.
    assertEquals(
        "1",
        site.query(
            "UPDATE api_login_attempt SET blocked_until = now() + interval '1 minute' WHERE"
                + " failures >= 20"));
    ApiClient.json(429, site.browser("2001:db8:0:7::ff").logIn("neighbour", UserSite.PASSWORD));
    ApiClient.json(201, site.browser("2001:db8:0:8::ff").logIn("neighbour", UserSite.PASSWORD));
    // What a client says itself about its address is before what the proxy adds.
    Browser lying = site.browser("203.0.113.99, 2001:db8:0:7::5");
    ApiClient.json(429, lying.logIn("neighbour", UserSite.PASSWORD));
  }

  @Test
  void anUnknownNameTakesAsLongAsAWrongPassword() throws Exception {
    site.user("timed", "viewer");
    long wrong = Long.MAX_VALUE;
    long unknown = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      wrong = Math.min(wrong, nanos("timed"));
      unknown = Math.min(unknown, nanos("nobody-" + i));
    }
    double ratio = (double) unknown / wrong;
    assertTrue(ratio > 0.6 && ratio < 1.7, "unknown to wrong: " + ratio);
  }

  private static long nanos(String name) throws Exception {
    long begun = System.nanoTime();
    HttpResponse<byte[]> answer = site.browser().logIn(name, "wrong");
    long taken = System.nanoTime() - begun;
    ApiClient.json(401, answer);
    return taken;
  }

  @Test
  void whatIsSentAsANameIsNeverAFault() throws Exception {
    String oldHash = "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$";
    for (String name : List.of("", " ", "\u0000", "a\ud800b", "' OR 'x'='x", "x".repeat(1000))) {
      ApiClient.json(401, site.browser().logIn(name, oldHash));
    }
    ApiClient.json(400, site.browser().logIn("x", "y".repeat(1001)));
    ApiClient.json(400, site.browser().send("POST", "/api/v1/session", "{}"));
    ApiClient.json(
        415, site.clients.get(0).form("/api/v1/session", ApiClient.Part.text("name", "x")));
  }

  @Test
  void loginsAreInTheTrail() throws Exception {
    Browser browser = site.user("trail", "viewer");
    ApiClient.json(401, site.browser("192.0.2.77").logIn("trail", "wrong"));
    ApiClient.json(401, site.browser("192.0.2.77").logIn("a password?", "wrong"));
    assertEquals(204, browser.send("DELETE", "/api/v1/session").statusCode());
    String own =
        site.query(
            "SELECT string_agg(action, ' ' ORDER BY number) FROM access_audit WHERE caller_name ="
                + " 'trail' AND caller_kind = 'session'");
    assertEquals("session.login password.change session.logout", own);
    String refused =
        site.query(
            "SELECT string_agg(what, ' ' ORDER BY number) FROM access_audit WHERE action ="
                + " 'session.refused' AND address = '192.0.2.77'");
    assertEquals("{\"user\":\"trail\"} {\"user\":\"unknown\"}", refused);
    String counted = site.telemetry.scrape();
    assertTrue(counted.contains("facestream_api_logins"), counted);
    assertFalse(counted.contains("192.0.2.77"));
  }
}

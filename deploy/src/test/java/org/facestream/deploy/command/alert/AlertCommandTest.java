package org.facestream.deploy.command.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands with a broker, a database and a web server. */
class AlertCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final List<String> settings = new ArrayList<>();

  private CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(0, "alert");
    all.addAll(settings);
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private CommandLineRun done(String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(0, run.exitCode(), run.err());
    return run;
  }

  private void refused(String part, String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertFalse(run.err().contains("hunter2"), run.err());
  }

  private void set(String key, String value) {
    settings.addAll(List.of("--set", key + "=" + value));
  }

  @Test
  void rulesAreSetListedTestedAndDeleted() throws Exception {
    List<String> posts = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          posts.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().endsWith("hunter2") ? 200 : 404, -1);
          exchange.close();
        });
    server.start();
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
        EmbeddedDatabase database = new EmbeddedDatabase(folder.resolve("postgres"), 0)) {
      database.settings().forEach(this::set);
      set("kafka.bootstrap-servers", kafka.bootstrapServers());
      for (String[] outlet : new String[][] {{"guard", "/hunter2"}, {"wrong", "/"}}) {
        String prefix = "sink.outlets." + outlet[0] + ".";
        set(prefix + "kind", "webhook");
        set(prefix + "url", address + outlet[1]);
        set(prefix + "tls", "off");
        set(prefix + "secret", "hunter2-hunter2-hunter2");
      }
      assertTrue(run("list").err().contains("No rules."));
      CommandLineRun first =
          done(
              "set",
              "night",
              "--unknown",
              "--camera",
              "yard",
              "--zone",
              "gate",
              "--from",
              "22:00",
              "--to",
              "06:00",
              "--time-zone",
              "Europe/Zurich",
              "--day",
              "mon,fri",
              "--outlet",
              "guard",
              "--outlet",
              "wrong",
              "--outlet",
              "phone",
              "--cool-down",
              "1h");
      assertTrue(first.out().contains("1 rule is set, 0 unchanged."), first.out());
      assertTrue(first.err().contains("Not configured here: phone."), first.err());
      Path file =
          Files.writeString(
              folder.resolve("rules.yaml"),
              "rules:\n  - id: thieves\n    watchlists: [wanted]\n    outlets: [guard]\n");
      done("set", "--file", file.toString());
      CommandLineRun again = done("set", "-f", file.toString());
      assertTrue(again.out().contains("0 rules are set, 1 unchanged."), again.out());
      JsonNode rules = JSON.readTree(done("list", "--json").out());
      assertEquals(2, rules.size());
      assertEquals("night", rules.get(0).path("id").asText());
      assertEquals("06:00", rules.get(0).at("/schedule/hours/0/to").asText());
      assertEquals(3600, rules.get(0).path("coolDownSeconds").asInt());
      String list = done("list").out();
      assertTrue(
          list.contains("unknown people; cameras yard; zones gate; hours in Europe/Zurich"), list);

      refused("Give the id", "set");
      refused("leave out --unknown", "set", "--file", file.toString(), "--unknown");
      refused("lower-case", "set", "Night");
      refused("HH:MM", "set", "night", "--from", "25:00");
      refused("time zone", "set", "night", "--from", "22:00", "--time-zone", "Mars");
      refused("10m", "set", "night", "--cool-down", "soon");
      refused("there is no rule 'none'", "delete", "none");
      refused("There is no rule 'none'", "test", "none");
      refused("these are configured: guard, wrong", "test", "--outlet", "none");

      CommandLineRun one = done("test", "--outlet", "guard");
      assertEquals("guard: confirmed", one.out().strip());
      assertTrue(posts.get(0).contains("\"id\":\"test-"), posts.get(0));
      CommandLineRun test = run("test", "night");
      assertEquals(1, test.exitCode());
      assertEquals(
          List.of(
              "guard: confirmed",
              "phone: not confirmed: no outlet of that name is configured",
              "wrong: not confirmed: HTTP status 404"),
          test.out().lines().toList());
      JsonNode json = JSON.readTree(run("test", "night", "--json").out());
      assertTrue(json.at("/guard/delivered").asBoolean());
      assertEquals("HTTP status 404", json.at("/wrong/detail").asText());

      history(database.settings());
      assertEquals("Rule 'night' is deleted.", done("delete", "night").out().strip());
      assertEquals(1, JSON.readTree(done("list", "--json").out()).size());
    } finally {
      server.stop(0);
    }
  }

  private void history(Map<String, String> places) throws Exception {
    StoreConfig config =
        new Configuration(Optional.empty(), Map.of(), places).settings().get(StoreConfig.class);
    try (Database database = new Database(config)) {
      database.check();
      try (Connection connection = database.dataSource().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "INSERT INTO alert (id, rule, rule_name, track, camera, captured, outcome, whom, name)"
                + " VALUES ('night.t', 'night', 'Night', 't', 'yard', now(), 'raised', 'x', 'Zoë')");
        statement.execute(
            "INSERT INTO alert_delivery (alert, outlet, state, attempts, last_error) VALUES"
                + " ('night.t', 'guard', 'delivered', 1, NULL),"
                + " ('night.t', 'wrong', 'refused', 1, 'HTTP status 404')");
        connection.commit();
      }
    }
    List<String> lines = done("history", "--rule", "night").out().lines().toList();
    assertTrue(lines.get(0).endsWith("night  raised  Zoë  yard  t"), lines.get(0));
    assertEquals("    guard: delivered, 1 attempt", lines.get(1));
    assertEquals("    wrong: refused, 1 attempt; HTTP status 404", lines.get(2));
    assertTrue(done("history", "--outlet", "guard").err().contains("No alerts."));
    JsonNode json = JSON.readTree(done("history", "--json", "--camera", "yard").out());
    assertEquals("night.t", json.get(0).path("id").asText());
    assertEquals("refused", json.at("/0/deliveries/1/state").asText());
    assertEquals(0, JSON.readTree(done("history", "--json", "--camera", "hall").out()).size());
    refused("--limit", "history", "--limit", "0");
  }
}

package org.facestream.sink.api.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.sink.alert.AlertRecords;
import org.facestream.sink.alert.AlertRule;
import org.facestream.sink.alert.AlertRules;
import org.facestream.sink.alert.AlertTrial;
import org.facestream.sink.alert.Match;
import org.facestream.sink.alert.Schedule;
import org.facestream.sink.alert.outlet.Outcome;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Routes about alerts. */
public final class AlertRoutes {
  private static final String RULES = "/api/v1/alert-rules";
  private static final String RULE = RULES + "/{rule}";

  private final KafkaClients clients;
  private final AlertRecords records;
  private final Map<String, Outlet> outlets;

  /**
   * @param outlets by name; stay their owner's
   */
  public AlertRoutes(KafkaClients clients, Database database, Map<String, Outlet> outlets) {
    this.clients = clients;
    this.records = new AlertRecords(database.dataSource());
    this.outlets = outlets;
  }

  /** Every rule, by id. */
  record RuleList(List<AlertRule> items) {}

  /**
   * A rule, without its id. What is left out is as in {@link AlertRule}.
   *
   * @param match whom it is about, and where
   * @param schedule when
   */
  record RuleBody(
      @Nullable String name,
      @Nullable Boolean enabled,
      @Nullable MatchBody match,
      @Nullable ScheduleBody schedule,
      @Nullable Long coolDownSeconds,
      @Nullable List<String> outlets) {
    AlertRule rule(String id) {
      return new AlertRule(
          id,
          Objects.requireNonNullElse(name, id),
          enabled == null || enabled,
          match == null ? MatchBody.ANYBODY.match() : match.match(),
          schedule == null ? null : new Schedule(schedule.timeZone(), schedule.hours()),
          Objects.requireNonNullElse(coolDownSeconds, 300L),
          Objects.requireNonNullElse(outlets, List.of()));
    }
  }

  /** As {@link Match}. */
  record MatchBody(
      @Nullable List<String> people,
      @Nullable List<String> watchlists,
      @Nullable Boolean unknown,
      @Nullable Integer visits,
      @Nullable List<String> cameras,
      @Nullable List<String> zones,
      @Nullable Double minQuality) {
    static final MatchBody ANYBODY = new MatchBody(null, null, null, null, null, null, null);

    Match match() {
      return new Match(
          Objects.requireNonNullElse(people, List.of()),
          Objects.requireNonNullElse(watchlists, List.of()),
          unknown != null && unknown,
          visits,
          Objects.requireNonNullElse(cameras, List.of()),
          Objects.requireNonNullElse(zones, List.of()),
          Objects.requireNonNullElse(minQuality, 0.0));
    }
  }

  /** As {@link Schedule}. */
  record ScheduleBody(String timeZone, List<Schedule.Hours> hours) {}

  /** Alerts, the latest first. */
  record AlertPage(List<AlertRecords.Alert> items, @Nullable String next) {}

  /** What became of a test message, by outlet. */
  record Trial(Map<String, Result> outlets) {}

  /**
   * What became of a message.
   *
   * @param delivered whether the outlet confirmed it
   * @param detail why not
   */
  record Result(boolean delivered, String detail) {
    static Result of(Outcome outcome) {
      return new Result(outcome.kind() == Outcome.Kind.delivered, outcome.detail());
    }
  }

  /** Names of the outlets that are configured. */
  record OutletList(List<String> items) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(RULES, Role.operator, "List the rules for alerts.")
            .answer(RuleList.class)
            .handle(
                call -> {
                  call.look("alert-rule.list", Map.of());
                  call.answer(new RuleList(rules().list()));
                }),
        Route.get(RULE, Role.operator, "Read a rule.")
            .answer(AlertRule.class)
            .handle(call -> call.answer(rule(call))),
        Route.put(RULE, Role.administrator, "Set a rule, new or known.")
            .body(RuleBody.class)
            .answer(AlertRule.class)
            .handle(this::put),
        Route.delete(RULE, Role.administrator, "Delete a rule.").handle(this::delete),
        Route.post(RULE + "/test", Role.administrator, "Send a test message to a rule's outlets.")
            .answer(Trial.class)
            .handle(call -> test(call, rule(call))),
        Route.get("/api/v1/outlets", Role.operator, "List the outlets that are configured.")
            .answer(OutletList.class)
            .handle(call -> call.answer(new OutletList(List.copyOf(outlets.keySet())))),
        Route.get("/api/v1/alerts", Role.viewer, "List alerts, the latest first.")
            .query("rule", Parameter.Type.text, "Only alerts of this rule.")
            .query("outlet", Parameter.Type.text, "Only what this outlet has not confirmed.")
            .query("from", Parameter.Type.time, "Not before.")
            .query("to", Parameter.Type.time, "Not after.")
            .pages()
            .answer(AlertPage.class)
            .handle(this::alerts));
  }

  private AlertRules rules() {
    return new AlertRules(clients);
  }

  private AlertRule rule(Call call) {
    call.look("alert-rule.read", Map.of("rule", call.path("rule")));
    return rules().find(call.path("rule")).orElseThrow(AlertRoutes::none);
  }

  private static Problem none() {
    return Problem.notFound("There is no rule of this id.");
  }

  private void put(Call call) {
    AlertRule rule = call.body(RuleBody.class).rule(call.path("rule"));
    call.look("alert-rule.set", Map.of("rule", rule.id()));
    rules().put(List.of(rule));
    call.answer(rule);
  }

  private void delete(Call call) {
    call.look("alert-rule.delete", Map.of("rule", call.path("rule")));
    if (!rules().delete(call.path("rule"))) {
      throw none();
    }
    call.done();
  }

  private void test(Call call, AlertRule rule) {
    try {
      Map<String, Result> results = new TreeMap<>();
      new AlertTrial(outlets)
          .of(rule)
          .forEach((name, outcome) -> results.put(name, Result.of(outcome)));
      call.answer(new Trial(results));
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  private void alerts(Call call) throws StoreException {
    call.look("alert.list", Map.of());
    int limit = call.limit();
    List<AlertRecords.Alert> found =
        records.list(
            new AlertRecords.Wanted(
                call.query("rule"),
                call.query("outlet"),
                call.caller().cameras(),
                call.time("from"),
                call.time("to"),
                call.query("cursor").map(AlertRoutes::place),
                limit));
    call.answer(
        new AlertPage(found, found.size() < limit ? null : cursor(found.get(found.size() - 1))));
  }

  private static String cursor(AlertRecords.Alert last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((last.at() + " " + last.id()).getBytes(UTF_8));
  }

  private static AlertRecords.Place place(String cursor) {
    try {
      String[] parts = new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split(" ", 2);
      if (parts.length == 2) {
        return new AlertRecords.Place(Instant.parse(parts[0]), parts[1]);
      }
    } catch (DateTimeException | IllegalArgumentException malformed) {
      // Refused below.
    }
    throw Problem.invalid("cursor is none of this list: give `next` of the page before.");
  }
}

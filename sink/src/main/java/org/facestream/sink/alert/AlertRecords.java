package org.facestream.sink.alert;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/** What rules found and what became of it, for commands and the HTTP API. Thread-safe. */
public final class AlertRecords {
  private static final String SELECT =
      """
      SELECT id, rule, rule_name, track, camera, captured, at, outcome, person_id, visitor_id, name
      FROM alert WHERE %s ORDER BY at DESC, id DESC LIMIT ?""";

  private static final String DELIVERIES =
      """
      SELECT outlet, state, attempts, next_attempt, last_error, settled_at FROM alert_delivery
      WHERE alert = ? ORDER BY outlet""";

  private final DataSource dataSource;

  /**
   * Which alerts.
   *
   * @param rule id of a rule
   * @param outlet only those that this outlet has not confirmed
   * @param cameras only those of these cameras; empty for all
   * @param from not older
   * @param before only those that come after this one in the list: the id and time of a page's last
   * @param limit at most that many, the latest ones
   */
  public record Wanted(
      Optional<String> rule,
      Optional<String> outlet,
      Optional<Set<String>> cameras,
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<Place> before,
      int limit) {}

  /** Where an alert is in the list. */
  public record Place(Instant at, String id) {}

  /**
   * An alert.
   *
   * @param outcome raised, cool_down or too_old: the latter two were not sent
   * @param deliveries one for each outlet
   */
  public record Alert(
      String id,
      Rule rule,
      Sighted sighted,
      Instant at,
      String outcome,
      List<Delivery> deliveries) {}

  /** A rule, as it was called then. */
  public record Rule(String id, String name) {}

  /** Who was seen, where and when; of those who were erased, it is {@code unknown}. */
  public record Sighted(
      String track,
      String camera,
      Instant captured,
      @Nullable String personId,
      @Nullable String visitorId,
      String name) {}

  /**
   * What became of an alert at an outlet.
   *
   * @param state waiting, delivered, refused (for good), expired or cancelled
   * @param nextAttempt while it waits; otherwise null
   * @param lastError without addresses and secrets; null when there was none
   * @param settledAt when it ceased to wait; null while it does
   */
  public record Delivery(
      String outlet,
      String state,
      int attempts,
      @Nullable Instant nextAttempt,
      @Nullable String lastError,
      @Nullable Instant settledAt) {}

  private interface Binding {
    void on(PreparedStatement statement, int parameter) throws SQLException;
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public AlertRecords(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The latest ones first. */
  public List<Alert> list(Wanted wanted) throws StoreException {
    List<String> conditions = new ArrayList<>(List.of("true"));
    List<Binding> values = new ArrayList<>();
    wanted.rule().ifPresent(rule -> text("rule = ?", rule, conditions, values));
    wanted
        .outlet()
        .ifPresent(
            outlet ->
                text(
                    "EXISTS (SELECT FROM alert_delivery WHERE alert = alert.id AND outlet = ?"
                        + " AND state <> 'delivered')",
                    outlet,
                    conditions,
                    values));
    wanted
        .cameras()
        .ifPresent(
            cameras -> {
              conditions.add("camera = ANY (?)");
              values.add(
                  (statement, at) ->
                      statement.setArray(
                          at, statement.getConnection().createArrayOf("text", cameras.toArray())));
            });
    wanted.from().ifPresent(from -> time("at >= ?", from, conditions, values));
    wanted.to().ifPresent(to -> time("at <= ?", to, conditions, values));
    wanted
        .before()
        .ifPresent(
            place -> {
              time("(at, id) < (?, ?)", place.at(), conditions, values);
              values.add((statement, at) -> statement.setString(at, place.id()));
            });
    values.add((statement, at) -> statement.setInt(at, wanted.limit()));
    String sql = SELECT.formatted(String.join(" AND ", conditions));
    return Transaction.run(dataSource, connection -> list(connection, sql, values));
  }

  private static List<Alert> list(Connection connection, String sql, List<Binding> values)
      throws SQLException {
    List<Alert> alerts = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        values.get(i).on(select, i + 1);
      }
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String id = row.getString(1);
          alerts.add(
              new Alert(
                  id,
                  new Rule(row.getString(2), row.getString(3)),
                  new Sighted(
                      row.getString(4),
                      row.getString(5),
                      row.getObject(6, OffsetDateTime.class).toInstant(),
                      row.getString(9),
                      row.getString(10),
                      row.getString(11)),
                  row.getObject(7, OffsetDateTime.class).toInstant(),
                  row.getString(8),
                  deliveries(connection, id)));
        }
      }
    }
    return alerts;
  }

  private static List<Delivery> deliveries(Connection connection, String alert)
      throws SQLException {
    List<Delivery> deliveries = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(DELIVERIES)) {
      select.setString(1, alert);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          boolean waiting = row.getString(2).equals(DeliveryQueue.State.waiting.name());
          OffsetDateTime settled = row.getObject(6, OffsetDateTime.class);
          deliveries.add(
              new Delivery(
                  row.getString(1),
                  row.getString(2),
                  row.getInt(3),
                  waiting ? row.getObject(4, OffsetDateTime.class).toInstant() : null,
                  row.getString(5),
                  settled == null ? null : settled.toInstant()));
        }
      }
    }
    return deliveries;
  }

  private static void text(
      String condition, String value, List<String> conditions, List<Binding> values) {
    conditions.add(condition);
    values.add((statement, at) -> statement.setString(at, value));
  }

  private static void time(
      String condition, Instant value, List<String> conditions, List<Binding> values) {
    conditions.add(condition);
    values.add((statement, at) -> statement.setObject(at, value.atOffset(ZoneOffset.UTC)));
  }
}

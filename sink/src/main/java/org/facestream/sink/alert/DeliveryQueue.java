package org.facestream.sink.alert;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.sink.alert.outlet.Notice;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/** Deliveries that wait, in PostgreSQL: shared by all sinks. Thread-safe. */
final class DeliveryQueue {
  /** Takes one for a while, so that no other sink takes it; what another is taking is passed. */
  private static final String TAKE =
      """
      UPDATE alert_delivery SET attempts = attempts + 1,
          next_attempt = clock_timestamp() + ? * interval '1 millisecond'
      FROM alert WHERE alert.id = alert_delivery.alert AND outlet = ? AND alert_delivery.alert =
          (SELECT due.alert FROM alert_delivery due WHERE due.outlet = ? AND due.state = 'waiting'
           AND due.next_attempt <= clock_timestamp() ORDER BY due.next_attempt LIMIT 1
           FOR UPDATE SKIP LOCKED)
      RETURNING alert.id, rule, rule_name, track, camera, captured, at, name, event, attempts""";

  private static final String SETTLE =
      """
      UPDATE alert_delivery SET state = ?, last_error = ?,
          settled_at = CASE WHEN ? <> 'waiting' THEN clock_timestamp() END,
          next_attempt = clock_timestamp() + ? * interval '1 millisecond',
          attempts = attempts - ?
      WHERE alert = ? AND outlet = ? AND state = 'waiting'""";

  private static final String EXPIRE =
      """
      UPDATE alert_delivery SET state = 'expired', settled_at = clock_timestamp()
      FROM alert WHERE alert.id = alert_delivery.alert AND state = 'waiting'
          AND at < clock_timestamp() - ? * interval '1 millisecond'
          AND next_attempt <= clock_timestamp()""";

  private static final String MISSING =
      """
      UPDATE alert_delivery SET last_error = ? WHERE state = 'waiting' AND attempts = 0
          AND last_error IS NULL AND outlet <> ALL (?)""";

  private static final String OLDEST =
      """
      SELECT outlet, extract(epoch FROM clock_timestamp() - min(at))::double precision
      FROM alert_delivery JOIN alert ON alert.id = alert WHERE state = 'waiting' GROUP BY outlet""";

  /** Those whose sighting was never stored; the others go with it. */
  private static final String FORSAKEN =
      """
      DELETE FROM alert WHERE at < clock_timestamp() - ? * interval '1 millisecond'
          AND NOT EXISTS (SELECT FROM sighting WHERE sighting.track = alert.track)""";

  private final DataSource dataSource;

  /** What becomes of a delivery. */
  enum State {
    waiting,
    delivered,
    refused,
    expired,
    cancelled
  }

  /**
   * A delivery that was taken.
   *
   * @param alert null when it was erased meanwhile
   * @param attempts this one included
   */
  record Taken(String id, AlertNotices.@Nullable Waiting alert, int attempts) {}

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  DeliveryQueue(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Takes the delivery that is due longest.
   *
   * @param lease after this time another sink may take it again
   */
  Optional<Taken> take(String outlet, Duration lease) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setLong(1, lease.toMillis());
            take.setString(2, outlet);
            take.setString(3, outlet);
            try (ResultSet row = take.executeQuery()) {
              return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
          }
        });
  }

  private static Taken read(ResultSet row) throws SQLException {
    String event = row.getString(9);
    AlertNotices.Waiting alert =
        event == null
            ? null
            : new AlertNotices.Waiting(
                row.getString(1),
                new Notice.Rule(row.getString(2), row.getString(3)),
                row.getString(4),
                row.getString(5),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                row.getString(8),
                event);
    return new Taken(row.getString(1), alert, row.getInt(10));
  }

  /**
   * Records what became of a delivery; one that was cancelled meanwhile stays so.
   *
   * @param wait until the next attempt, when it still waits
   */
  void settle(Taken taken, String outlet, State state, @Nullable String error, Duration wait)
      throws StoreException {
    settle(taken, outlet, state, error, wait, 0);
  }

  /** Puts a delivery back that was not tried, for a moment. */
  void putBack(Taken taken, String outlet, Duration wait) throws StoreException {
    settle(taken, outlet, State.waiting, null, wait, 1);
  }

  private void settle(
      Taken taken, String outlet, State state, @Nullable String error, Duration wait, int untried)
      throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement settle = connection.prepareStatement(SETTLE)) {
            settle.setString(1, state.name());
            settle.setString(2, error);
            settle.setString(3, state.name());
            settle.setLong(4, wait.toMillis());
            settle.setInt(5, untried);
            settle.setString(6, taken.id());
            settle.setString(7, outlet);
            return settle.executeUpdate();
          }
        });
  }

  /** Gives up what has waited that long, and notes which outlets are missing. */
  int expire(Duration patience, Collection<String> outlets) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement expire = connection.prepareStatement(EXPIRE);
              PreparedStatement missing = connection.prepareStatement(MISSING)) {
            missing.setString(1, AlertStore.NO_OUTLET);
            missing.setArray(2, connection.createArrayOf("text", outlets.toArray()));
            missing.executeUpdate();
            expire.setLong(1, patience.toMillis());
            return expire.executeUpdate();
          }
        });
  }

  /** For how many seconds the oldest delivery of each outlet has waited. */
  Map<String, Double> oldest() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          Map<String, Double> oldest = new HashMap<>();
          try (PreparedStatement select = connection.prepareStatement(OLDEST);
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              oldest.put(rows.getString(1), rows.getDouble(2));
            }
          }
          return oldest;
        });
  }

  /** Deletes alerts of that age that have no sighting. */
  void deleteForsaken(Duration age) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(FORSAKEN)) {
            delete.setLong(1, age.toMillis());
            return delete.executeUpdate();
          }
        });
  }
}

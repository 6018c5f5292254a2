package org.facestream.sink.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.recognizer.identity.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Visits: what all cameras saw of one person without a longer gap. The database derives them
 * itself, by triggers on {@code sighting} (V9__visits.sql), so that no statement that changes a
 * sighting can forget them. Thread-safe.
 */
public final class Visits {
  private static final int ROWS_AT_ONCE = 500;

  private static final String SET_GAP =
      "UPDATE visit_gap SET gap = make_interval(secs => ?), applied = false"
          + " WHERE gap <> make_interval(secs => ?)";

  /** Few enough that those who store events do not wait long. */
  private static final String DERIVE_NEXT =
      """
      WITH people AS MATERIALIZED (
          SELECT who FROM (SELECT who FROM visited UNION SELECT who FROM visit_span) AS everyone
          WHERE who > ? ORDER BY who LIMIT 100)
      SELECT max(who), count(*), derive_visits(array_agg(who),
          array_agg('-infinity'::timestamptz), array_agg('infinity'::timestamptz)) FROM people""";

  private final DataSource dataSource;

  /**
   * A visit.
   *
   * @param personId whose, or null when it is a visitor's
   * @param visitorId whose, or null when it is a person's
   * @param name as of the last sighting
   * @param firstSeen by any camera
   * @param lastSeen by any camera
   * @param sightings number of tracks
   * @param stops where the person was, in the order of arrival
   */
  public record Visit(
      @Nullable String personId,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String visitorId,
      String name,
      Instant firstSeen,
      Instant lastSeen,
      int sightings,
      List<Stop> stops) {}

  /**
   * Sightings on one camera without one on another between them.
   *
   * @param camera its id
   * @param zones of the camera, in the order of first entry, each once
   * @param firstSeen by this camera
   * @param lastSeen by this camera
   * @param sightings number of tracks
   */
  public record Stop(
      String camera, List<String> zones, Instant firstSeen, Instant lastSeen, int sightings) {}

  /**
   * Which visits.
   *
   * @param who ids of the people; empty for everyone
   * @param camera that a stop was at
   * @param from earliest end of a visit
   * @param to latest beginning of a visit
   * @param limit of the number of visits, the latest first
   */
  public record Wanted(
      List<String> who,
      Optional<String> camera,
      Optional<Instant> from,
      Optional<Instant> to,
      int limit) {}

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public Visits(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Sets the gap that ends a visit. When another one was set before, all visits are derived anew,
   * some people at a time; a call that was interrupted is continued by the next.
   *
   * @return of how many people visits were derived
   * @throws StoreException when it was not done for all
   */
  public long keepGap(Duration gap) throws StoreException {
    double seconds = gap.toNanos() / 1e9;
    boolean applied =
        Transaction.run(
            dataSource,
            connection -> {
              try (PreparedStatement set = connection.prepareStatement(SET_GAP)) {
                set.setDouble(1, seconds);
                set.setDouble(2, seconds);
                set.executeUpdate();
              }
              return isApplied(connection);
            });
    if (applied) {
      return 0;
    }
    long people = 0;
    Optional<String> last = Optional.of("");
    while (last.isPresent()) {
      String after = last.get();
      Derived derived = Transaction.run(dataSource, connection -> deriveNext(connection, after));
      people += derived.people();
      last = Optional.ofNullable(derived.last());
    }
    Transaction.run(
        dataSource,
        connection -> {
          // Not when a sink with another setting has set its gap meanwhile.
          try (PreparedStatement done =
              connection.prepareStatement(
                  "UPDATE visit_gap SET applied = true WHERE gap = make_interval(secs => ?)")) {
            done.setDouble(1, seconds);
            return done.executeUpdate();
          }
        });
    return people;
  }

  /**
   * People whose visits were derived.
   *
   * @param last of them in the order of ids; null when there were none
   */
  private record Derived(@Nullable String last, long people) {}

  private static boolean isApplied(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT applied FROM visit_gap");
        ResultSet row = select.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static Derived deriveNext(Connection connection, String after) throws SQLException {
    try (PreparedStatement derive = connection.prepareStatement(DERIVE_NEXT)) {
      derive.setString(1, after);
      try (ResultSet row = derive.executeQuery()) {
        row.next();
        return new Derived(row.getString(1), row.getLong(2));
      }
    }
  }

  /** The ids of the people with visits who have this id or name, in whatever case. */
  public List<String> find(String idOrName) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<String> found = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT who FROM visit_span WHERE who = ? UNION"
                      + " SELECT who FROM visited WHERE lower(name) = lower(?) ORDER BY who")) {
            select.setString(1, idOrName);
            // As names are kept.
            select.setString(2, Normalizer.normalize(idOrName, Normalizer.Form.NFC).strip());
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(rows.getString(1));
              }
            }
          }
          return found;
        });
  }

  /**
   * Hands out visits, the latest first; any number in little memory.
   *
   * @return how many
   */
  public long read(Wanted wanted, Consumer<Visit> into) throws StoreException {
    StringBuilder query =
        new StringBuilder(
            "SELECT person_id, visitor_id, name, first_seen, last_seen, sightings, stops::text"
                + " FROM visit WHERE true");
    List<Object> values = new ArrayList<>();
    if (!wanted.who().isEmpty()) {
      query.append(" AND who = ANY (?)");
      values.add(wanted.who().toArray(String[]::new));
    }
    wanted
        .camera()
        .ifPresent(
            camera -> {
              query.append(
                  " AND stops @> jsonb_build_array(jsonb_build_object('camera', ?::text))");
              values.add(camera);
            });
    wanted.from().ifPresent(from -> bound(query, values, " AND last_seen >= ?", from));
    wanted.to().ifPresent(to -> bound(query, values, " AND first_seen <= ?", to));
    query.append(" ORDER BY last_seen DESC, begun_by LIMIT ?");
    values.add(wanted.limit());
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(query.toString())) {
            select.setFetchSize(ROWS_AT_ONCE);
            for (int i = 0; i < values.size(); i++) {
              select.setObject(
                  i + 1,
                  values.get(i) instanceof String[] ids
                      ? connection.createArrayOf("text", ids)
                      : values.get(i));
            }
            long count = 0;
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                into.accept(visit(row));
                count++;
              }
            }
            return count;
          }
        });
  }

  private static void bound(
      StringBuilder query, List<Object> values, String condition, Instant instant) {
    query.append(condition);
    values.add(instant.atOffset(ZoneOffset.UTC));
  }

  private static Visit visit(ResultSet row) throws SQLException {
    try {
      return new Visit(
          row.getString(1),
          row.getString(2),
          row.getString(3),
          row.getObject(4, OffsetDateTime.class).toInstant(),
          row.getObject(5, OffsetDateTime.class).toInstant(),
          row.getInt(6),
          List.of(
              RecordJson.read(row.getString(7).getBytes(StandardCharsets.UTF_8), Stop[].class)));
    } catch (InvalidRecordException changedByHand) {
      throw new SQLException("stops of a visit are not as they were written", changedByHand);
    }
  }
}

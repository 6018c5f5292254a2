package org.facestream.sink.api.seen;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;

/**
 * A query of rows, the latest first, in pages: each goes on after the last row of the page before,
 * by time and id, so that what is stored meanwhile moves nothing, and a late page costs what the
 * first one does.
 */
final class PagedQuery {
  private final StringBuilder query;
  private final List<Binding> values = new ArrayList<>();

  /** Where a row is in the list. */
  record Place(Instant lastSeen, String id) {
    /** As a text that callers send back. */
    String cursor() {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString((lastSeen + " " + id).getBytes(UTF_8));
    }

    /**
     * Of such a text.
     *
     * @throws Problem when it is none
     */
    static Place of(String cursor) {
      try {
        String[] parts = new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split(" ", 2);
        if (parts.length == 2 && parts[1].indexOf('\0') < 0) {
          return new Place(Instant.parse(parts[0]), parts[1]);
        }
      } catch (DateTimeException | IllegalArgumentException malformed) {
        // Refused below.
      }
      throw Problem.invalid("cursor is none of this list: give `next` of the page before.");
    }
  }

  /** A value for a place in the query. */
  interface Binding {
    void on(Connection connection, PreparedStatement statement, int at) throws SQLException;
  }

  /** Reads a row. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /**
   * @param select up to the first conditions; no more come after WHERE unless they are added
   */
  PagedQuery(String select) {
    this.query = new StringBuilder(select);
  }

  /** Adds a condition without a value. */
  PagedQuery add(String condition) {
    query.append(condition);
    return this;
  }

  /** Adds a condition with a value. */
  PagedQuery add(String condition, Binding value) {
    query.append(condition);
    values.add(value);
    return this;
  }

  /** Adds a condition if there is a value. */
  PagedQuery add(String condition, Optional<Binding> value) {
    value.ifPresent(given -> add(condition, given));
    return this;
  }

  /**
   * Adds the order, and where the page begins.
   *
   * @param id the column that tells rows of one time apart
   * @param after the last row of the page before; empty for the first page
   */
  PagedQuery page(String id, Optional<Place> after, int limit) {
    after.ifPresent(
        place -> {
          // The first half is what the index on last_seen is used for.
          add(" AND last_seen <= ?", time(place.lastSeen()));
          add(" AND (last_seen < ?", time(place.lastSeen()));
          add(" OR " + id + " > ?)", text(place.id()));
        });
    query.append(" ORDER BY last_seen DESC, ").append(id);
    return add(" LIMIT ?", (connection, statement, at) -> statement.setInt(at, limit));
  }

  /** Runs it in a transaction of its own. */
  <T> List<T> select(DataSource dataSource, RowReader<T> reader) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<T> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(query.toString())) {
            for (int i = 0; i < values.size(); i++) {
              values.get(i).on(connection, select, i + 1);
            }
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(reader.read(row));
              }
            }
          }
          return all;
        });
  }

  static Binding text(String value) {
    return (connection, statement, at) -> statement.setString(at, value);
  }

  static Binding texts(Set<String> all) {
    return (connection, statement, at) ->
        statement.setArray(at, connection.createArrayOf("text", all.toArray()));
  }

  static Binding time(Instant instant) {
    return (connection, statement, at) -> statement.setObject(at, instant.atOffset(ZoneOffset.UTC));
  }
}

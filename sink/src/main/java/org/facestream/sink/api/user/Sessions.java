package org.facestream.sink.api.user;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.sink.api.http.SessionConfig;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;

/**
 * Who is logged in, in PostgreSQL, so that all processes share it. A session ends when it is not
 * used, when its time is over, and with its user or the user's password. Thread-safe.
 */
final class Sessions {
  private static final int MOST_PER_USER = 20;
  private static final int MOST_DEVICES = 20;

  /** A use is noted once in this time. */
  private static final double NOTED_SECONDS = 60;

  private final DataSource dataSource;
  private final SessionConfig config;

  Sessions(DataSource dataSource, SessionConfig config) {
    this.dataSource = dataSource;
    this.config = config;
  }

  /** Whose a session is, if it has not ended; notes that it is used. */
  Optional<ApiUser> find(Secret session) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT s.last_used_at < now() - make_interval(secs => ?) AS stale, "
                      + ApiUsers.COLUMNS
                      + " FROM api_session s JOIN api_user u ON u.id = s.user_id WHERE s.id_hash ="
                      + " ? AND s.expires_at > now() AND s.last_used_at > now() -"
                      + " make_interval(secs => ?)")) {
            select.setDouble(1, Math.min(NOTED_SECONDS, idleSeconds() / 10));
            select.setBytes(2, session.hash());
            select.setDouble(3, idleSeconds());
            try (ResultSet row = select.executeQuery()) {
              if (!row.next()) {
                return Optional.empty();
              }
              ApiUser user = ApiUsers.read(row);
              if (row.getBoolean("stale")) {
                execute(
                    connection,
                    "UPDATE api_session SET last_used_at = now() WHERE id_hash = ?",
                    session.hash());
              }
              return Optional.of(user);
            }
          }
        });
  }

  private double idleSeconds() {
    return config.idle().toMillis() / 1000.0;
  }

  /** Begins a session, under a new id; of very many of one user, the oldest end. */
  Secret begin(Connection connection, String userId) throws SQLException {
    Secret session = Secret.random();
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO api_session (id_hash, user_id, expires_at) VALUES (?, ?, now() +"
                + " make_interval(secs => ?))")) {
      insert.setBytes(1, session.hash());
      insert.setString(2, userId);
      insert.setDouble(3, config.lifetime().toMillis() / 1000.0);
      insert.executeUpdate();
    }
    trim(connection, "api_session", userId, MOST_PER_USER);
    return session;
  }

  /** Whether the user has logged in with this browser. */
  boolean knows(Secret device, String userId) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT 1 FROM api_device WHERE id_hash = ? AND user_id = ?")) {
            select.setBytes(1, device.hash());
            select.setString(2, userId);
            try (ResultSet row = select.executeQuery()) {
              return row.next();
            }
          }
        });
  }

  /** Knows a browser from now on; of very many of one user, the oldest are forgotten. */
  Secret addDevice(Connection connection, String userId) throws SQLException {
    Secret device = Secret.random();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO api_device (id_hash, user_id) VALUES (?, ?)")) {
      insert.setBytes(1, device.hash());
      insert.setString(2, userId);
      insert.executeUpdate();
    }
    trim(connection, "api_device", userId, MOST_DEVICES);
    return device;
  }

  private static void trim(Connection connection, String table, String userId, int most)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM %1$s WHERE id_hash IN (SELECT id_hash FROM %1$s WHERE user_id = ? ORDER BY last_used_at DESC, id_hash OFFSET ?)"
                .formatted(table))) {
      delete.setString(1, userId);
      delete.setInt(2, most);
      delete.executeUpdate();
    }
  }

  /** Ends a session; false when it had ended. */
  boolean end(Secret session) throws StoreException {
    return Transaction.run(dataSource, connection -> end(connection, session));
  }

  static boolean end(Connection connection, Secret session) throws SQLException {
    return execute(connection, "DELETE FROM api_session WHERE id_hash = ?", session.hash()) > 0;
  }

  /** Ends every session of a user, and returns how many. */
  int endAll(String userId) throws StoreException {
    return Transaction.run(dataSource, connection -> endAll(connection, userId));
  }

  static int endAll(Connection connection, String userId) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM api_session WHERE user_id = ?")) {
      delete.setString(1, userId);
      return delete.executeUpdate();
    }
  }

  /** Removes sessions that have ended. */
  void prune() throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM api_session WHERE expires_at <= now() OR last_used_at <= now() -"
                      + " make_interval(secs => ?)")) {
            delete.setDouble(1, idleSeconds());
            return delete.executeUpdate();
          }
        });
  }

  private static int execute(Connection connection, String sql, byte[] hash) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setBytes(1, hash);
      return statement.executeUpdate();
    }
  }
}

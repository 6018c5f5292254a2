package org.facestream.sink.api.user;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.sink.api.http.Addresses;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;

/**
 * Counts attempts to log in, in PostgreSQL, so that all processes share the counts. After some
 * attempts each further one blocks its subject for twice as long as the one before, up to 15
 * minutes. An attempt is counted before it is examined: many at once gain nothing. Thread-safe.
 */
final class LoginLimits {
  private static final int LONGEST_SECONDS = 900;
  private static final int LARGEST_POWER = 10;
  private static final String FORGOTTEN = "interval '1 day'";
  private static final int MOST_ROWS = 100_000;

  private final DataSource dataSource;

  /**
   * Whose attempts are counted together.
   *
   * @param id the hash of what it is
   * @param free attempts after which blocking begins
   */
  record Subject(byte[] id, int free) {
    private static final int FREE_OF_NAME = 5;
    private static final int FREE_OF_ADDRESS = 20;
    private static final int NETWORK_BYTES = 8;

    /** Of those who give this name, whether there is such a user or not. */
    static Subject name(String name) {
      return of("name", ApiUser.key(name), FREE_OF_NAME);
    }

    /** Of a browser in which the user has logged in. */
    static Subject device(Secret device) {
      return of("device", HexFormat.of().formatHex(device.hash()), FREE_OF_NAME);
    }

    /** Of those who have a session and want to change the password. */
    static Subject change(String userId) {
      return of("change", userId, FREE_OF_NAME);
    }

    /** Of an address; with IPv6, of its network, because everyone there has countless addresses. */
    static Subject address(String address) {
      String counted =
          Addresses.literal(address)
              .map(InetAddress::getAddress)
              .map(bytes -> bytes.length > 4 ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes)
              .map(HexFormat.of()::formatHex)
              .orElse(address);
      return of("address", counted, FREE_OF_ADDRESS);
    }

    private static Subject of(String kind, String value, int free) {
      try {
        return new Subject(
            MessageDigest.getInstance("SHA-256").digest((kind + ' ' + value).getBytes(UTF_8)),
            free);
      } catch (NoSuchAlgorithmException everyJavaHasIt) {
        throw new IllegalStateException(everyJavaHasIt);
      }
    }
  }

  LoginLimits(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Counts an attempt, unless the subject is blocked.
   *
   * @return how long it still is; empty when it is not
   */
  Optional<Duration> charge(Subject subject) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement charge =
              connection.prepareStatement(
                  "INSERT INTO api_login_attempt AS a (subject, failures, last_at, blocked_until)"
                      + " VALUES (?, 1, clock_timestamp(), clock_timestamp())"
                      + " ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN a.last_at <"
                      + " clock_timestamp() - "
                      + FORGOTTEN
                      + " THEN 1 ELSE a.failures + 1 END, last_at = clock_timestamp(),"
                      + " blocked_until = clock_timestamp() + CASE WHEN a.failures + 1 < ? OR"
                      + " a.last_at < clock_timestamp() - "
                      + FORGOTTEN
                      + " THEN interval '0' ELSE make_interval(secs => least(?, power(2,"
                      + " least(?, a.failures + 1 - ?)))) END"
                      // A second one waits for the first, and sees what it did.
                      + " WHERE a.blocked_until <= clock_timestamp()")) {
            charge.setBytes(1, subject.id());
            charge.setInt(2, subject.free());
            charge.setInt(3, LONGEST_SECONDS);
            charge.setInt(4, LARGEST_POWER);
            charge.setInt(5, subject.free());
            if (charge.executeUpdate() > 0) {
              return Optional.empty();
            }
          }
          return Optional.of(blocked(connection, subject));
        });
  }

  private static Duration blocked(Connection connection, Subject subject) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT extract(epoch FROM blocked_until - clock_timestamp()) FROM api_login_attempt"
                + " WHERE subject = ?")) {
      select.setBytes(1, subject.id());
      try (ResultSet row = select.executeQuery()) {
        double seconds = row.next() ? row.getDouble(1) : 0;
        return Duration.ofSeconds((long) Math.max(1, Math.ceil(seconds)));
      }
    }
  }

  /** Forgets the attempts of a subject that proved who it is. */
  void clear(Subject subject) throws StoreException {
    update("DELETE FROM api_login_attempt WHERE subject = ?", subject);
  }

  /**
   * Takes back one attempt, and no other: who has a login may not use it to guess those of others.
   */
  void refund(Subject subject) throws StoreException {
    update(
        "UPDATE api_login_attempt SET failures = greatest(0, failures - 1), blocked_until ="
            + " clock_timestamp() WHERE subject = ?",
        subject);
  }

  private void update(String sql, Subject subject) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, subject.id());
            return statement.executeUpdate();
          }
        });
  }

  /** Removes what is forgotten, and the oldest when there are too many. */
  void prune() throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM api_login_attempt WHERE last_at < now() - "
                      + FORGOTTEN
                      + " OR subject IN (SELECT subject FROM api_login_attempt ORDER BY last_at"
                      + " DESC OFFSET ?)")) {
            delete.setInt(1, MOST_ROWS);
            return delete.executeUpdate();
          }
        });
  }
}

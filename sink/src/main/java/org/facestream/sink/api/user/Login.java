package org.facestream.sink.api.user;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Examines names and passwords. An unknown name costs the same work as a wrong password.
 *
 * <p>Attempts are limited for each name and for each address. So that nobody can lock a user out by
 * wrong attempts, two who are let in do not depend on the name's count: a browser in which the user
 * has logged in before has a count of its own, and the right one-time password, which nobody can
 * guess, is always accepted. Thread-safe.
 */
final class Login {
  private final DataSource dataSource;
  private final Sessions sessions;
  private final LoginLimits limits;
  private final Passwords passwords = new Passwords();

  /**
   * What somebody sends.
   *
   * @param session that the browser has already: it ends
   * @param device what the browser was given at an earlier login
   */
  record Attempt(
      String name,
      String password,
      String address,
      Optional<Secret> session,
      Optional<Secret> device) {
    @Override
    public String toString() {
      return "an attempt from " + address;
    }
  }

  /** What became of it. */
  sealed interface Outcome {}

  /** A session began. */
  record Accepted(ApiUser user, Secret session, Secret device) implements Outcome {}

  /**
   * The name or the password is wrong.
   *
   * @param user of the name, for the trail; empty when there is none
   */
  record Refused(Optional<ApiUser> user) implements Outcome {}

  /** It was not examined: there were too many. */
  record Blocked(Duration time) implements Outcome {}

  /** A user with the stored hash; null after a one-time password was used. */
  private record Row(ApiUser user, @Nullable String hash) {}

  Login(DataSource dataSource, Sessions sessions) {
    this.dataSource = dataSource;
    this.sessions = sessions;
    this.limits = new LoginLimits(dataSource);
  }

  /**
   * Examines an attempt.
   *
   * @throws Problem when too many others are examined
   */
  Outcome attempt(Attempt attempt) throws StoreException {
    return passwords.<Outcome, StoreException>inTurn(() -> examine(attempt));
  }

  private Outcome examine(Attempt attempt) throws StoreException {
    Optional<Row> row = row("name_key", key(attempt.name()));
    Optional<Secret> device = knownDevice(attempt, row);
    LoginLimits.Subject address = LoginLimits.Subject.address(attempt.address());
    LoginLimits.Subject name =
        device
            .map(LoginLimits.Subject::device)
            .orElseGet(() -> LoginLimits.Subject.name(attempt.name()));
    if (device.isEmpty()) {
      Optional<Duration> blocked = limits.charge(address);
      if (blocked.isPresent()) {
        return new Blocked(blocked.get());
      }
    }
    Optional<Duration> blocked = limits.charge(name);
    boolean right =
        Passwords.matches(row.map(Row::hash), attempt.password())
            && (blocked.isEmpty() || row.map(Row::user).orElseThrow().mustChangePassword());
    Optional<Accepted> accepted =
        right ? begin(row.orElseThrow(), attempt, device) : Optional.empty();
    if (accepted.isEmpty()) {
      return blocked.isPresent() ? new Blocked(blocked.get()) : new Refused(row.map(Row::user));
    }
    limits.clear(name);
    if (device.isEmpty()) {
      limits.refund(address);
    }
    return accepted.get();
  }

  /** What cannot be a name has the key of no user. */
  private static String key(String name) {
    try {
      return ApiUser.key(ApiUser.checkedName(name));
    } catch (UserError none) {
      return "";
    }
  }

  private Optional<Secret> knownDevice(Attempt attempt, Optional<Row> row) throws StoreException {
    return attempt.device().isPresent()
            && row.isPresent()
            && sessions.knows(attempt.device().get(), row.get().user().id())
        ? attempt.device()
        : Optional.empty();
  }

  private Optional<Accepted> begin(Row row, Attempt attempt, Optional<Secret> device)
      throws StoreException {
    String hash = String.valueOf(row.hash());
    String kept = PasswordHash.parse(hash).isOutdated() ? Passwords.hash(attempt.password()) : hash;
    return Transaction.run(
        dataSource,
        connection -> {
          // A one-time password is gone with this, for one of several who send it at once. One that
          // was changed meanwhile is not accepted any more.
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE api_user SET last_login_at = now(), password_hash = CASE WHEN must_change"
                      + " THEN NULL ELSE ? END WHERE id = ? AND password_hash = ?")) {
            update.setString(1, kept);
            update.setString(2, row.user().id());
            update.setString(3, hash);
            if (update.executeUpdate() == 0) {
              return Optional.empty();
            }
          }
          if (attempt.session().isPresent()) {
            Sessions.end(connection, attempt.session().get());
          }
          Secret session = sessions.begin(connection, row.user().id());
          return Optional.of(
              new Accepted(
                  row.user(),
                  session,
                  device.isPresent()
                      ? device.get()
                      : sessions.addDevice(connection, row.user().id())));
        });
  }

  /**
   * Sets the password of a user who is logged in. Every session ends, and another one begins.
   *
   * @param session in which the user asks for it
   * @param current the password until now; null is right only after a one-time password
   * @return the new session
   * @throws UserError when the new one is too easy to guess
   * @throws Problem when the current one is wrong, or was changed meanwhile
   */
  Secret change(ApiUser user, Secret session, @Nullable String current, String password)
      throws StoreException {
    Passwords.check(password, user.name());
    return passwords.<Secret, StoreException>inTurn(
        () -> {
          String before = row("id", user.id()).map(Row::hash).orElse(null);
          if (!user.mustChangePassword()) {
            confirm(user, before, current);
          }
          if (current != null && current.equals(password)) {
            throw Problem.invalid("The new password is the one until now: choose another.");
          }
          String hash = Passwords.hash(password);
          return Transaction.run(
              dataSource, connection -> replace(connection, user, session, before, hash));
        });
  }

  private void confirm(ApiUser user, @Nullable String before, @Nullable String current)
      throws StoreException {
    LoginLimits.Subject subject = LoginLimits.Subject.change(user.id());
    Optional<Duration> blocked = limits.charge(subject);
    if (blocked.isPresent()) {
      throw Problem.tooMany("Too many wrong passwords; try again later.", blocked.get());
    }
    if (!Passwords.matches(Optional.ofNullable(before), current == null ? "" : current)) {
      throw Problem.forbidden("`current` is not your password.");
    }
    limits.clear(subject);
  }

  private Secret replace(
      Connection connection, ApiUser user, Secret session, @Nullable String before, String hash)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE api_user SET password_hash = ?, must_change = false WHERE id = ? AND"
                + " password_hash IS NOT DISTINCT FROM ?")) {
      update.setString(1, hash);
      update.setString(2, user.id());
      update.setString(3, before);
      if (update.executeUpdate() == 0 || !Sessions.end(connection, session)) {
        throw Problem.conflict("The password was changed meanwhile: log in again.");
      }
    }
    Sessions.endAll(connection, user.id());
    return sessions.begin(connection, user.id());
  }

  private Optional<Row> row(String column, String value) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT "
                      + ApiUsers.COLUMNS
                      + ", u.password_hash FROM api_user u WHERE u."
                      + column
                      + " = ?")) {
            select.setString(1, value);
            try (ResultSet row = select.executeQuery()) {
              return row.next()
                  ? Optional.of(new Row(ApiUsers.read(row), row.getString("password_hash")))
                  : Optional.empty();
            }
          }
        });
  }

  /** Removes what has ended or is forgotten. */
  void prune() throws StoreException {
    sessions.prune();
    limits.prune();
  }
}

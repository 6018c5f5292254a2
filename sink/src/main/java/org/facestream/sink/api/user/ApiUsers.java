package org.facestream.sink.api.user;

import java.security.SecureRandom;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * The users of the HTTP API, in PostgreSQL. Each begins with a one-time password, so that nobody
 * else ever knows the password that a user chose. Thread-safe.
 */
public final class ApiUsers {
  /** The first user, whom the API makes when there is none. */
  public static final String FIRST = "administrator";

  static final String COLUMNS =
      "u.id, u.name, u.role, u.cameras, u.must_change, u.created_at, u.created_by, u.last_login_at";

  /** Of the lock in the database for whatever changes how many administrators there are. */
  private static final long LOCK = 0x75736572;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final DataSource dataSource;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public ApiUsers(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Makes the first administrator if there is no user; of several processes that ask, one does.
   *
   * @return the one-time password; empty when there are users
   */
  public Optional<String> first() throws StoreException {
    if (!list().isEmpty()) {
      return Optional.empty();
    }
    Secret password = Secret.legible();
    String hash = Passwords.hash(password.text());
    ApiUser.Rights all = new ApiUser.Rights(Role.administrator, Optional.empty());
    return Transaction.run(
        dataSource,
        connection -> {
          lock(connection);
          if (!list(connection).isEmpty()) {
            return Optional.empty();
          }
          insert(connection, FIRST, all, hash, "the first start");
          return Optional.of(password.text());
        });
  }

  /**
   * Makes a user.
   *
   * @param by who does
   * @throws UserError when there is one of this name
   */
  public ApiUser.Made add(String name, ApiUser.Rights rights, String by) throws StoreException {
    String checked = ApiUser.checkedName(name);
    Secret password = Secret.legible();
    String hash = Passwords.hash(password.text());
    return Transaction.run(
        dataSource,
        connection ->
            new ApiUser.Made(
                insert(connection, checked, rights, hash, by)
                    .orElseThrow(
                        () -> new UserError("There is a user of this name: choose another.")),
                password.text()));
  }

  private static Optional<ApiUser> insert(
      Connection connection, String name, ApiUser.Rights rights, String hash, String by)
      throws SQLException {
    byte[] id = new byte[6];
    RANDOM.nextBytes(id);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO api_user AS u (id, name, name_key, role, cameras, password_hash,"
                + " must_change, created_by) VALUES (?, ?, ?, ?, ?, ?, true, ?)"
                + " ON CONFLICT (name_key) DO NOTHING RETURNING "
                + COLUMNS)) {
      insert.setString(1, "user-" + HexFormat.of().formatHex(id));
      insert.setString(2, name);
      insert.setString(3, ApiUser.key(name));
      insert.setString(4, rights.role().name());
      insert.setArray(5, cameras(connection, rights));
      insert.setString(6, hash);
      insert.setString(7, by);
      return one(insert);
    }
  }

  /** All, by name. */
  public List<ApiUser> list() throws StoreException {
    return Transaction.run(dataSource, ApiUsers::list);
  }

  private static List<ApiUser> list(Connection connection) throws SQLException {
    List<ApiUser> users = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery("SELECT " + COLUMNS + " FROM api_user u ORDER BY u.name_key")) {
      while (row.next()) {
        users.add(read(row));
      }
    }
    return users;
  }

  /** A user by name. */
  public Optional<ApiUser> named(String name) throws StoreException {
    String key = ApiUser.key(name);
    return list().stream().filter(each -> ApiUser.key(each.name()).equals(key)).findFirst();
  }

  /**
   * Sets what a user may do, from the next request on.
   *
   * @return empty when there is no such user
   * @throws UserError when no administrator would be left
   */
  public Optional<ApiUser> change(String id, ApiUser.Rights rights) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          lock(connection);
          if (rights.role() != Role.administrator) {
            keepAnAdministrator(connection, id);
          }
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE api_user AS u SET role = ?, cameras = ? WHERE id = ? RETURNING "
                      + COLUMNS)) {
            update.setString(1, rights.role().name());
            update.setArray(2, cameras(connection, rights));
            update.setString(3, id);
            return one(update);
          }
        });
  }

  /**
   * Gives a user a new one-time password; the sessions end, and the browsers are not known any
   * more.
   *
   * @return empty when there is no such user
   */
  public Optional<ApiUser.Made> reset(String id) throws StoreException {
    Secret password = Secret.legible();
    String hash = Passwords.hash(password.text());
    return Transaction.run(
        dataSource,
        connection -> {
          Optional<ApiUser> user;
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE api_user AS u SET password_hash = ?, must_change = true WHERE id = ?"
                      + " RETURNING "
                      + COLUMNS)) {
            update.setString(1, hash);
            update.setString(2, id);
            user = one(update);
          }
          for (String table : List.of("api_session", "api_device")) {
            try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM " + table + " WHERE user_id = ?")) {
              delete.setString(1, id);
              delete.executeUpdate();
            }
          }
          return user.map(each -> new ApiUser.Made(each, password.text()));
        });
  }

  /**
   * Removes a user with all sessions; false when there is none.
   *
   * @throws UserError when no administrator would be left
   */
  public boolean remove(String id) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          lock(connection);
          keepAnAdministrator(connection, id);
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM api_user WHERE id = ?")) {
            delete.setString(1, id);
            return delete.executeUpdate() > 0;
          }
        });
  }

  private static void lock(Connection connection) throws SQLException {
    try (Statement lock = connection.createStatement()) {
      lock.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
    }
  }

  private static void keepAnAdministrator(Connection connection, String id) throws SQLException {
    List<String> administrators =
        list(connection).stream()
            .filter(each -> each.role() == Role.administrator)
            .map(ApiUser::id)
            .toList();
    if (administrators.equals(List.of(id))) {
      throw new UserError(
          "This is the only administrator: make another user an administrator first.");
    }
  }

  private static @Nullable Array cameras(Connection connection, ApiUser.Rights rights)
      throws SQLException {
    return rights.cameras().isEmpty()
        ? null
        : connection.createArrayOf("text", rights.cameras().get().toArray());
  }

  private static Optional<ApiUser> one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(read(row)) : Optional.empty();
    }
  }

  /** Reads {@link #COLUMNS}. */
  static ApiUser read(ResultSet row) throws SQLException {
    Array cameras = row.getArray("cameras");
    OffsetDateTime login = row.getObject("last_login_at", OffsetDateTime.class);
    return new ApiUser(
        row.getString("id"),
        row.getString("name"),
        Role.valueOf(row.getString("role")),
        cameras == null ? null : List.of((String[]) cameras.getArray()),
        row.getBoolean("must_change"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getString("created_by"),
        login == null ? null : login.toInstant());
  }
}

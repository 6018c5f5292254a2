package org.facestream.sink.api.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * The keys for the HTTP API, in PostgreSQL. A key is shown once, when it is made: the database has
 * only its SHA-256, which suffices because a key has 256 random bits. Thread-safe.
 */
public final class ApiKeys {
  /** Begins each key, so that scanners for secrets recognise it. */
  public static final String PREFIX = "fs_";

  private static final int BITS = 256;
  private static final int LONGEST_NAME = 100;
  private static final String COLUMNS =
      "id, name, role, cameras, created_at, created_by, expires_at, last_used_at";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final DataSource dataSource;

  /**
   * A key, without its secret.
   *
   * @param cameras ids of the cameras that it is for; null for all
   * @param createdBy who made it
   * @param expiresAt from when on it is refused; null for never
   * @param lastUsedAt to the minute; null when it was not used
   */
  public record ApiKey(
      String id,
      String name,
      Role role,
      @Nullable List<String> cameras,
      Instant createdAt,
      String createdBy,
      @Nullable Instant expiresAt,
      @Nullable Instant lastUsedAt) {
    /** The cameras as a caller has them. */
    public Optional<Set<String>> allowed() {
      return Optional.ofNullable(cameras).map(TreeSet::new);
    }
  }

  /**
   * A key that was just made.
   *
   * @param secret what callers send; it cannot be read again
   */
  public record Made(ApiKey key, String secret) {}

  /**
   * What a key is to be.
   *
   * @param cameras empty for all
   * @param expiry empty for never
   */
  public record Terms(
      String name, Role role, Optional<List<String>> cameras, Optional<Instant> expiry) {
    /**
     * @throws UserError with what is wrong
     */
    public Terms {
      name = name.strip();
      if (name.isEmpty()
          || name.length() > LONGEST_NAME
          || name.chars().anyMatch(Character::isISOControl)) {
        throw new UserError("The name of a key is one line of 1 to 100 characters.");
      }
      if (role == Role.anyone) {
        throw new UserError("The role of a key is viewer, operator or administrator.");
      }
      if (cameras.isPresent() && role == Role.administrator) {
        throw new UserError("An administrator's key is for all cameras: leave the cameras out.");
      }
      if (expiry.isPresent() && !expiry.get().isAfter(Instant.now())) {
        throw new UserError("The expiry of the key has passed.");
      }
      cameras = cameras.map(ids -> ids.stream().distinct().toList());
    }
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public ApiKeys(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Makes a key.
   *
   * @param by who does
   */
  public Made add(Terms terms, String by) throws StoreException {
    byte[] random = new byte[BITS / Byte.SIZE];
    RANDOM.nextBytes(random);
    String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    byte[] id = new byte[6];
    RANDOM.nextBytes(id);
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO api_key (id, name, secret_hash, role, cameras, created_by,"
                      + " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING "
                      + COLUMNS)) {
            insert.setString(1, "key-" + HexFormat.of().formatHex(id));
            insert.setString(2, terms.name());
            insert.setBytes(3, hash(secret));
            insert.setString(4, terms.role().name());
            insert.setArray(5, array(connection, terms.cameras()));
            insert.setString(6, by);
            insert.setObject(7, terms.expiry().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
            try (ResultSet row = insert.executeQuery()) {
              row.next();
              return new Made(read(row), secret);
            }
          }
        });
  }

  private static @Nullable Array array(Connection connection, Optional<List<String>> texts)
      throws SQLException {
    return texts.isEmpty() ? null : connection.createArrayOf("text", texts.get().toArray());
  }

  /** The key of a secret, if there is one and it has not expired; notes that it is used. */
  Optional<ApiKey> find(String secret) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          Optional<ApiKey> found = Optional.empty();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT "
                      + COLUMNS
                      + " FROM api_key WHERE secret_hash = ?"
                      + " AND (expires_at IS NULL OR expires_at > now())")) {
            select.setBytes(1, hash(secret));
            try (ResultSet row = select.executeQuery()) {
              if (row.next()) {
                found = Optional.of(read(row));
              }
            }
          }
          Instant minute = Instant.now().minusSeconds(60);
          if (found.isPresent()
              && (found.get().lastUsedAt() == null || found.get().lastUsedAt().isBefore(minute))) {
            try (PreparedStatement update =
                connection.prepareStatement(
                    "UPDATE api_key SET last_used_at = now() WHERE id = ?")) {
              update.setString(1, found.get().id());
              update.executeUpdate();
            }
          }
          return found;
        });
  }

  /** All, the oldest first, expired ones included. */
  public List<ApiKey> list() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<ApiKey> keys = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT " + COLUMNS + " FROM api_key ORDER BY created_at, id");
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              keys.add(read(row));
            }
          }
          return keys;
        });
  }

  /** Removes a key, which is refused from then on; false when there is none. */
  public boolean remove(String id) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM api_key WHERE id = ?")) {
            delete.setString(1, id);
            return delete.executeUpdate() > 0;
          }
        });
  }

  private static ApiKey read(ResultSet row) throws SQLException {
    Array cameras = row.getArray("cameras");
    return new ApiKey(
        row.getString("id"),
        row.getString("name"),
        Role.valueOf(row.getString("role")),
        cameras == null ? null : List.of((String[]) cameras.getArray()),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getString("created_by"),
        instant(row, "expires_at"),
        instant(row, "last_used_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}

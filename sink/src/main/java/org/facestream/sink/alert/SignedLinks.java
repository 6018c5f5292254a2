package org.facestream.sink.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Links that need no login: {@code PATH?expires=SECONDS&signature=HEX}. The signature is the
 * HMAC-SHA256 over path and time, with a key that is in the database, so that every process makes
 * and verifies the same. Thread-safe.
 */
public final class SignedLinks {
  private static final int KEY_BYTES = 32;

  private final DataSource dataSource;
  private volatile @Nullable SecretKeySpec key;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public SignedLinks(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The path of a sighting's best crop in the HTTP API. */
  public static String crop(String track) {
    return "/api/v1/sightings/%s/crop".formatted(URLEncoder.encode(track, UTF_8));
  }

  /**
   * Makes a link.
   *
   * @param path as it is in the link, without a query
   */
  public String sign(String path, Instant expires) throws StoreException {
    long seconds = expires.getEpochSecond();
    return "%s?expires=%s&signature=%s".formatted(path, seconds, signature(path, seconds));
  }

  /**
   * Whether a link is one of those, and not expired.
   *
   * @param path as it was asked for, without the query
   */
  public boolean verify(
      String path, @Nullable String expires, @Nullable String signature, Instant now)
      throws StoreException {
    if (expires == null || signature == null || !expires.matches("\\d{1,12}")) {
      return false;
    }
    long seconds = Long.parseLong(expires);
    return now.getEpochSecond() < seconds
        && MessageDigest.isEqual(
            signature(path, seconds).getBytes(UTF_8), signature.getBytes(UTF_8));
  }

  private String signature(String path, long seconds) throws StoreException {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key());
      return HexFormat.of().formatHex(mac.doFinal((path + "\n" + seconds).getBytes(UTF_8)));
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  private SecretKeySpec key() throws StoreException {
    SecretKeySpec known = key;
    if (known == null) {
      known = new SecretKeySpec(Transaction.run(dataSource, SignedLinks::read), "HmacSHA256");
      key = known;
    }
    return known;
  }

  /** The first who needs it makes it. */
  private static byte[] read(Connection connection) throws SQLException {
    byte[] fresh = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(fresh);
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO link_key (id, key) VALUES (1, ?) ON CONFLICT DO NOTHING");
        PreparedStatement select =
            connection.prepareStatement("SELECT key FROM link_key WHERE id = 1")) {
      insert.setBytes(1, fresh);
      insert.executeUpdate();
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBytes(1);
      }
    }
  }
}

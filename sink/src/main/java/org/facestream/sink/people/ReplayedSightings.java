package org.facestream.sink.people;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * The stored sightings that are decided about again, in the order of their ends, some at a time.
 * Each reading is one short transaction, so that erasures need not wait for all of them.
 */
public final class ReplayedSightings {
  private static final int AT_ONCE = 100;

  private static final String COLUMNS =
      """
      SELECT track, camera, first_seen, last_seen, ended, person_id, name,
          no_face OR EXISTS (SELECT FROM correction
              WHERE correction.track = sighting.track AND undone_at IS NULL) AS corrected
      FROM sighting\
      """;

  private static final String NEXT =
      COLUMNS
          + """
           WHERE last_seen >= ? AND (last_seen, track) > (?, ?) AND first_seen <= ?
               AND (?::text IS NULL OR camera = ?) ORDER BY last_seen, track LIMIT ?\
          """;

  /** The first and the last moment that PostgreSQL and Java both write. */
  private static final OffsetDateTime EVER = OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  private static final OffsetDateTime NEVER = EVER.withYear(9999);

  private final DataSource dataSource;
  private final Optional<String> camera;
  private final OffsetDateTime to;
  private OffsetDateTime reached;
  private String reachedTrack = "";

  /**
   * A sighting as it is stored.
   *
   * @param ended whether its track has
   * @param corrected whether a statement of a user about it is in force
   * @param personId who it is, or null
   */
  public record Stored(
      String track,
      String camera,
      Instant firstSeen,
      Instant lastSeen,
      boolean ended,
      boolean corrected,
      @Nullable String personId,
      String name) {}

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   * @param from not those that ended before
   * @param to not those that began after
   */
  public ReplayedSightings(
      DataSource dataSource,
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<String> camera) {
    this.dataSource = dataSource;
    this.camera = camera;
    this.to = to.map(ReplayedSightings::utc).orElse(NEVER);
    this.reached = from.map(ReplayedSightings::utc).orElse(EVER);
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  /** The next ones; none at the end. */
  public List<Stored> next() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Stored> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(NEXT)) {
            select.setObject(1, reached);
            select.setObject(2, reached);
            select.setString(3, reachedTrack);
            select.setObject(4, to);
            select.setString(5, camera.orElse(null));
            select.setString(6, camera.orElse(null));
            select.setInt(7, AT_ONCE);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(read(row));
                reached = row.getObject("last_seen", OffsetDateTime.class);
                reachedTrack = row.getString("track");
              }
            }
          }
          return all;
        });
  }

  /** Whether a sighting is still as it was read: nobody has corrected or erased it meanwhile. */
  public boolean isUnchanged(Stored stored) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(COLUMNS + " WHERE track = ?")) {
            select.setString(1, stored.track());
            try (ResultSet row = select.executeQuery()) {
              return row.next() && read(row).equals(stored);
            }
          }
        });
  }

  private static Stored read(ResultSet row) throws SQLException {
    return new Stored(
        row.getString("track"),
        row.getString("camera"),
        row.getObject("first_seen", OffsetDateTime.class).toInstant(),
        row.getObject("last_seen", OffsetDateTime.class).toInstant(),
        row.getBoolean("ended"),
        row.getBoolean("corrected"),
        row.getString("person_id"),
        row.getString("name"));
  }
}

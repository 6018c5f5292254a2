package org.facestream.sink.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.IdentityEvent;

/**
 * Identity events and sightings in PostgreSQL. Each method but {@link #deleteEndedBefore} is one
 * transaction; all may be repeated at any time. Thread-safe.
 */
public final class EventStore {
  private static final String INSERT_EVENT =
      """
      INSERT INTO identity_event (event_id, type, schema_version, camera, track, revision,
          first_seen, last_seen, person_id, name, distance, margin, faces, quality, score,
          box_left, box_top, box_right, box_bottom, model, gallery_version, best_face, capture_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (event_id) DO NOTHING""";

  /**
   * Derived from the events, not from the batch: right in whatever order they came. A track that
   * goes on after it ended has not ended; a correction does not end or resume it.
   */
  private static final String DERIVE_SIGHTINGS =
      """
      INSERT INTO sighting AS known (track, revision, ended, camera, first_seen, last_seen,
          person_id, name, distance, margin, faces, quality, score, model, best_face)
      SELECT DISTINCT ON (track) track, revision,
          coalesce((SELECT type = 'ended' FROM identity_event of_track
              WHERE of_track.track = event.track AND type <> 'corrected'
              ORDER BY revision DESC LIMIT 1), false),
          camera, first_seen, last_seen, person_id, name, distance, margin, faces, quality, score,
          model, best_face
      FROM identity_event event WHERE track = ANY (?) ORDER BY track, revision DESC
      ON CONFLICT (track) DO UPDATE SET revision = excluded.revision,
          ended = excluded.ended, camera = excluded.camera,
          first_seen = excluded.first_seen, last_seen = excluded.last_seen,
          person_id = excluded.person_id, name = excluded.name, distance = excluded.distance,
          margin = excluded.margin, faces = excluded.faces, quality = excluded.quality,
          score = excluded.score, model = excluded.model, best_face = excluded.best_face,
          stored_at = now()
      WHERE excluded.revision > known.revision
          OR (excluded.revision = known.revision AND excluded.ended <> known.ended)""";

  private static final String FORGET =
      "UPDATE %s SET person_id = NULL, name = '%s', distance = NULL, margin = NULL"
          + " WHERE person_id = ?";

  /** Small enough that nobody waits long for the locks of one transaction. */
  private static final int DELETED_AT_ONCE = 5_000;

  /**
   * Tracks that began so soon after a person was forgotten are taken for older ones: recognizers
   * may know somebody for two seconds more, and cameras' and database's clocks are not the same.
   */
  static final Duration LAG = Duration.ofSeconds(10);

  private static final String DELETE_SIGHTINGS =
      """
      DELETE FROM sighting WHERE track IN
          (SELECT track FROM sighting WHERE last_seen < ? ORDER BY last_seen LIMIT %d)"""
          .formatted(DELETED_AT_ONCE);

  private static final String DELETE_EVENTS =
      """
      DELETE FROM identity_event WHERE event_id IN
          (SELECT event_id FROM identity_event event WHERE last_seen < ?
           AND NOT EXISTS (SELECT FROM sighting WHERE sighting.track = event.track)
           ORDER BY last_seen LIMIT %d)"""
          .formatted(DELETED_AT_ONCE);

  private static final String AUDIT =
      "INSERT INTO erasure_audit (action, person_sha256, cutoff, events, sightings)"
          + " VALUES (?, ?, ?, ?, ?)";

  private final DataSource dataSource;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public EventStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Rows that a call wrote or erased.
   *
   * @param events rows of {@code identity_event}
   * @param sightings rows of {@code sighting}
   */
  public record Rows(long events, long sightings) {}

  /**
   * Stores events and brings their sightings up to date. Events that were stored before change
   * nothing. Events that name a {@linkplain #forgetPerson forgotten} person are stored as unknown
   * when their track began before the forgetting, or they were decided with a gallery that still
   * had the person.
   *
   * @return rows written; replays write none
   * @throws StoreException when nothing was stored
   */
  public Rows store(List<IdentityEvent> events) throws StoreException {
    if (events.isEmpty()) {
      return new Rows(0, 0);
    }
    // In the order of the keys: two writers that overlap never wait for each other in a circle.
    List<IdentityEvent> ordered =
        events.stream()
            .sorted(
                Comparator.comparing(IdentityEvent::track)
                    .thenComparingInt(IdentityEvent::revision))
            .toList();
    return inTransaction(
        connection -> {
          long written = 0;
          List<IdentityEvent> storable = withoutForgotten(connection, ordered);
          try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENT)) {
            for (IdentityEvent event : storable) {
              bind(insert, event);
              insert.addBatch();
            }
            for (int count : insert.executeBatch()) {
              written += count;
            }
          }
          try (PreparedStatement derive = connection.prepareStatement(DERIVE_SIGHTINGS)) {
            Object[] tracks = ordered.stream().map(IdentityEvent::track).distinct().toArray();
            derive.setArray(1, connection.createArrayOf("text", tracks));
            return new Rows(written, derive.executeUpdate());
          }
        });
  }

  /**
   * Erases who somebody was from every event and sighting, now and for events that are still to
   * come of tracks that began before. Take the person out of the gallery first, so that no later
   * event names them.
   *
   * @param personId the person; only its SHA-256 is kept
   * @param galleryVersion the version of the gallery from which on the person is not in it
   * @return rows that named the person
   */
  public Rows forgetPerson(String personId, long galleryVersion) throws StoreException {
    return inTransaction(
        connection -> {
          String digest = sha256(personId);
          try (PreparedStatement remember =
              connection.prepareStatement(
                  """
                  INSERT INTO forgotten_person (person_sha256, forgotten_at, gallery_version)
                  VALUES (?, clock_timestamp(), ?)
                  ON CONFLICT (person_sha256) DO UPDATE SET forgotten_at = excluded.forgotten_at,
                      gallery_version = excluded.gallery_version""")) {
            remember.setString(1, digest);
            remember.setLong(2, galleryVersion);
            remember.executeUpdate();
          }
          Rows erased =
              new Rows(
                  forget(connection, "identity_event", personId),
                  forget(connection, "sighting", personId));
          audit(connection, "person", digest, null, erased);
          return erased;
        });
  }

  /**
   * Deletes sightings of people who were last seen before an instant, and their events: first the
   * oldest, in several transactions.
   *
   * @return rows deleted
   */
  public Rows deleteEndedBefore(Instant cutoff) throws StoreException {
    long sightings = deleteAll(DELETE_SIGHTINGS, cutoff);
    Rows deleted = new Rows(deleteAll(DELETE_EVENTS, cutoff), sightings);
    return inTransaction(
        connection -> {
          audit(connection, "retention", null, cutoff, deleted);
          return deleted;
        });
  }

  private long deleteAll(String statement, Instant cutoff) throws StoreException {
    long deleted = 0;
    int last;
    do {
      last =
          inTransaction(
              connection -> {
                try (PreparedStatement delete = connection.prepareStatement(statement)) {
                  delete.setObject(1, utc(cutoff));
                  return delete.executeUpdate();
                }
              });
      deleted += last;
    } while (last == DELETED_AT_ONCE);
    return deleted;
  }

  private static long forget(Connection connection, String table, String personId)
      throws SQLException {
    try (PreparedStatement forget =
        connection.prepareStatement(FORGET.formatted(table, IdentityEvent.UNKNOWN))) {
      forget.setString(1, personId);
      return forget.executeUpdate();
    }
  }

  private static void audit(
      Connection connection, String action, String person, Instant cutoff, Rows rows)
      throws SQLException {
    try (PreparedStatement audit = connection.prepareStatement(AUDIT)) {
      audit.setString(1, action);
      audit.setString(2, person);
      audit.setObject(3, utc(cutoff), Types.TIMESTAMP_WITH_TIMEZONE);
      audit.setLong(4, rows.events());
      audit.setLong(5, rows.sightings());
      audit.executeUpdate();
    }
  }

  private static List<IdentityEvent> withoutForgotten(
      Connection connection, List<IdentityEvent> events) throws SQLException {
    // Until this transaction ends nobody can be forgotten: whoever is forgotten after it finds its
    // rows, and whoever was forgotten before is seen here.
    try (PreparedStatement lock =
        connection.prepareStatement("LOCK TABLE forgotten_person IN SHARE MODE")) {
      lock.execute();
    }
    Map<String, String> digests = new HashMap<>();
    events.stream()
        .map(IdentityEvent::personId)
        .filter(Objects::nonNull)
        .forEach(person -> digests.computeIfAbsent(person, EventStore::sha256));
    if (digests.isEmpty()) {
      return events;
    }
    Map<String, Forgotten> forgotten = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT person_sha256, forgotten_at, gallery_version FROM forgotten_person"
                + " WHERE person_sha256 = ANY (?)")) {
      query.setArray(1, connection.createArrayOf("text", digests.values().toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          forgotten.put(
              rows.getString(1),
              new Forgotten(rows.getObject(2, OffsetDateTime.class).toInstant(), rows.getLong(3)));
        }
      }
    }
    List<IdentityEvent> storable = new ArrayList<>(events.size());
    for (IdentityEvent event : events) {
      Forgotten person =
          event.personId() == null ? null : forgotten.get(digests.get(event.personId()));
      storable.add(person != null && person.concerns(event) ? anonymous(event) : event);
    }
    return storable;
  }

  /**
   * A person who was forgotten, and may have been enrolled again since.
   *
   * @param at when, by the database's clock
   * @param galleryVersion from which on the person was not in it
   */
  private record Forgotten(Instant at, long galleryVersion) {
    /** By the track's beginning: what was known before the forgetting outlasts it in a track. */
    boolean concerns(IdentityEvent event) {
      return !event.firstSeen().isAfter(at.plus(LAG)) || event.galleryVersion() < galleryVersion;
    }
  }

  private static IdentityEvent anonymous(IdentityEvent event) {
    return new IdentityEvent(
        event.eventId(),
        event.type(),
        event.schemaVersion(),
        event.camera(),
        event.track(),
        event.revision(),
        event.firstSeen(),
        event.lastSeen(),
        null,
        IdentityEvent.UNKNOWN,
        null,
        null,
        null,
        event.faces(),
        event.quality(),
        event.score(),
        event.box(),
        event.model(),
        event.galleryVersion(),
        event.bestFace(),
        event.captureTime());
  }

  private static void bind(PreparedStatement insert, IdentityEvent event) throws SQLException {
    int at = 0;
    insert.setString(++at, event.eventId());
    insert.setString(++at, event.type().name());
    insert.setInt(++at, event.schemaVersion());
    insert.setString(++at, event.camera());
    insert.setString(++at, event.track());
    insert.setInt(++at, event.revision());
    insert.setObject(++at, utc(event.firstSeen()), Types.TIMESTAMP_WITH_TIMEZONE);
    insert.setObject(++at, utc(event.lastSeen()), Types.TIMESTAMP_WITH_TIMEZONE);
    insert.setString(++at, event.personId());
    insert.setString(++at, event.name());
    insert.setObject(++at, event.distance(), Types.DOUBLE);
    insert.setObject(++at, event.margin(), Types.DOUBLE);
    insert.setInt(++at, event.faces());
    insert.setDouble(++at, event.quality());
    insert.setDouble(++at, event.score());
    insert.setFloat(++at, event.box().left());
    insert.setFloat(++at, event.box().top());
    insert.setFloat(++at, event.box().right());
    insert.setFloat(++at, event.box().bottom());
    insert.setString(++at, event.model());
    insert.setLong(++at, event.galleryVersion());
    insert.setString(++at, event.bestFace());
    insert.setObject(++at, utc(event.captureTime()), Types.TIMESTAMP_WITH_TIMEZONE);
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /** Work in one transaction. */
  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private <T> T inTransaction(Work<T> work) throws StoreException {
    try (Connection connection = dataSource.getConnection()) {
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException failed) {
        try {
          connection.rollback();
        } catch (SQLException alsoFailed) {
          failed.addSuppressed(alsoFailed);
        }
        throw failed;
      }
    } catch (SQLException failed) {
      throw new StoreException(failed);
    }
  }
}

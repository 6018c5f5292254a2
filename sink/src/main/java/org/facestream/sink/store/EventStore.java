package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/**
 * Identity events and sightings in PostgreSQL. Each method but {@link #deleteEndedBefore} is one
 * transaction; all may be repeated at any time. Thread-safe.
 */
public final class EventStore {
  /** Small enough that nobody waits long for the locks of one transaction. */
  private static final int DELETED_AT_ONCE = 5_000;

  private static final String DELETE_SIGHTINGS =
      String.format(
          Locale.ROOT,
          """
      DELETE FROM sighting WHERE track IN
          (SELECT track FROM sighting WHERE last_seen < ? AND stored_at < ?
           ORDER BY last_seen LIMIT %d)""",
          DELETED_AT_ONCE);

  private static final String DELETE_EVENTS =
      String.format(
          Locale.ROOT,
          """
      DELETE FROM identity_event WHERE event_id IN
          (SELECT event_id FROM identity_event event WHERE last_seen < ? AND stored_at < ?
           AND NOT EXISTS (SELECT FROM sighting WHERE sighting.track = event.track)
           ORDER BY last_seen LIMIT %d)""",
          DELETED_AT_ONCE);

  private static final String AUDIT =
      "INSERT INTO erasure_audit (action, person_sha256, cutoff, events, sightings, crops)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

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
   * @param crops rows of {@code sighting_face} that were erased
   * @param descriptors rows of {@code face_descriptor} that were erased
   */
  public record Rows(long events, long sightings, long crops, long descriptors) {
    Rows(long events, long sightings) {
      this(events, sightings, 0, 0);
    }
  }

  /**
   * Stores events and brings their sightings up to date. Events that were stored before change
   * nothing. Events that name a {@linkplain #forgetPerson forgotten} person are stored as unknown
   * when their track began before the forgetting, or they were decided with a gallery that still
   * had the person. Where a recording is read again with a newer gallery, a track's first event
   * takes the place of all that was said of the track before.
   *
   * @return rows written; events that come again write none
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
          EventRows.makeWay(connection, ordered);
          List<IdentityEvent> storable = ForgottenPeople.anonymised(connection, ordered);
          long written = EventRows.insert(connection, storable);
          List<String> tracks = ordered.stream().map(IdentityEvent::track).distinct().toList();
          Rows rows = new Rows(written, EventRows.derive(connection, tracks));
          eraseFaces(connection, ordered, storable);
          return rows;
        });
  }

  /**
   * The events as they may be stored: one that names a forgotten person is another object. Until
   * the transaction ends nobody can be forgotten.
   */
  public static List<IdentityEvent> storable(Connection connection, List<IdentityEvent> events)
      throws SQLException {
    return ForgottenPeople.anonymised(connection, events);
  }

  /** Of a forgotten person's tracks that come only now. */
  private static void eraseFaces(
      Connection connection, List<IdentityEvent> events, List<IdentityEvent> storable)
      throws SQLException {
    Set<String> anonymous = new TreeSet<>();
    for (int i = 0; i < events.size(); i++) {
      if (storable.get(i) != events.get(i)) {
        anonymous.add(events.get(i).track());
      }
    }
    if (!anonymous.isEmpty()) {
      FaceRows.erase(connection, ForgottenPeople.unknown(connection, anonymous));
    }
  }

  /**
   * Erases a person from every event and sighting, also from later events of tracks that began
   * before, and deletes the crops and descriptors of the person's sightings; their bytes are in
   * files until {@link ErasedDays#clean}. Erase the person from the gallery first, so that no later
   * track names them.
   *
   * @param personId the person; only its SHA-256 is kept
   * @param galleryVersion the version of the gallery without the person
   * @return rows that named the person
   */
  public Rows forgetPerson(String personId, GalleryVersion galleryVersion) throws StoreException {
    return inTransaction(connection -> forget(connection, personId, galleryVersion));
  }

  static Rows forget(Connection connection, String personId, GalleryVersion galleryVersion)
      throws SQLException {
    ErasedDays.note(connection, List.of(ErasedDays.NAMES));
    ForgottenPeople.remember(connection, personId, galleryVersion);
    FaceRows.Erased faces =
        FaceRows.erase(connection, ForgottenPeople.tracks(connection, personId));
    Rows named = ForgottenPeople.erase(connection, personId);
    Rows erased = new Rows(named.events(), named.sightings(), faces.crops(), faces.descriptors());
    audit(connection, new Erasure("person", ForgottenPeople.sha256(personId), null), erased);
    return erased;
  }

  /**
   * Deletes sightings of people who were last seen before an instant, and their events: first the
   * oldest, in several transactions. What a recording showed that was read since stays, for nobody
   * has had the time to look at it.
   *
   * @return rows deleted
   */
  public Rows deleteEndedBefore(Instant cutoff) throws StoreException {
    long sightings = deleteAll(DELETE_SIGHTINGS, cutoff);
    Rows deleted = new Rows(deleteAll(DELETE_EVENTS, cutoff), sightings);
    return inTransaction(
        connection -> {
          audit(connection, new Erasure("retention", null, cutoff), deleted);
          return deleted;
        });
  }

  /**
   * Lets go of who was {@linkplain #forgetPerson forgotten} before an instant: an event that names
   * them is stored as it comes from then on, and the table of erasures does not say whose it was.
   *
   * @return of how many people
   */
  public long deleteForgottenBefore(Instant cutoff) throws StoreException {
    return inTransaction(connection -> ForgottenPeople.letGo(connection, cutoff));
  }

  private long deleteAll(String statement, Instant cutoff) throws StoreException {
    long deleted = 0;
    int last;
    do {
      last =
          inTransaction(
              connection -> {
                try (PreparedStatement delete = connection.prepareStatement(statement)) {
                  delete.setObject(1, EventRows.utc(cutoff));
                  delete.setObject(2, EventRows.utc(cutoff));
                  return delete.executeUpdate();
                }
              });
      deleted += last;
    } while (last == DELETED_AT_ONCE);
    return deleted;
  }

  /** A row of the table of erasures, but for the numbers of rows. */
  private record Erasure(String action, @Nullable String person, @Nullable Instant cutoff) {}

  /** Records that single sightings were erased. */
  static void auditSightings(Connection connection, Rows rows) throws SQLException {
    audit(connection, new Erasure("sighting", null, null), rows);
  }

  private static void audit(Connection connection, Erasure erasure, Rows rows) throws SQLException {
    try (PreparedStatement audit = connection.prepareStatement(AUDIT)) {
      audit.setString(1, erasure.action());
      audit.setString(2, erasure.person());
      audit.setObject(3, EventRows.utc(erasure.cutoff()), Types.TIMESTAMP_WITH_TIMEZONE);
      audit.setLong(4, rows.events());
      audit.setLong(5, rows.sightings());
      audit.setLong(6, rows.crops());
      audit.executeUpdate();
    }
  }

  private <T> T inTransaction(Transaction<T> work) throws StoreException {
    return Transaction.run(dataSource, work);
  }
}

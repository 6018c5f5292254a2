package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.GalleryVersion;

/** What is recorded about one person, in PostgreSQL. Thread-safe. */
public final class PersonRecords {
  private static final String RELABEL =
      "UPDATE %s SET person_id = ?, name = ? WHERE person_id = ?"
          + " AND (person_id, name) IS DISTINCT FROM (?, ?)";

  private static final String SELECT =
      "SELECT row_to_json(kept)::text FROM (SELECT * FROM %s WHERE person_id = ? ORDER BY %s) kept";

  private static final String BY_TIME = "first_seen, track, revision";

  private static final int AT_ONCE = 500;

  private final DataSource dataSource;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public PersonRecords(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Makes what is recorded of one person another's, in one transaction. Events that are stored
   * later keep their person; it may be called again for them.
   *
   * @param from id of the person who is another
   * @param into id of that one
   * @param name of that one
   * @param galleryVersion of a gallery that has that one in it
   * @return rows that were relabelled; empty, and none was, when that one was {@linkplain
   *     EventStore#forgetPerson forgotten} as of a later version
   * @throws StoreException when none was
   */
  public Optional<EventStore.Rows> merge(
      String from, String into, String name, GalleryVersion galleryVersion) throws StoreException {
    return Transaction.run(
        dataSource, connection -> relabelAll(connection, from, into, name, galleryVersion));
  }

  static Optional<EventStore.Rows> relabelAll(
      Connection connection, String from, String into, String name, GalleryVersion galleryVersion)
      throws SQLException {
    // Waits for those who are storing events, as forgetting does, and for those who forget; what
    // they wrote is seen then.
    try (Statement lock = connection.createStatement()) {
      lock.execute("LOCK TABLE forgotten_person IN SHARE ROW EXCLUSIVE MODE");
    }
    boolean forgotten = forgottenSince(connection, into, galleryVersion);
    if (!forgotten) {
      CorrectionRows.relabel(connection, from, into);
      relabel(connection, "alert", from, into, name);
    }
    return forgotten
        ? Optional.empty()
        : Optional.of(
            new EventStore.Rows(
                relabel(connection, "identity_event", from, into, name),
                relabel(connection, "sighting", from, into, name)));
  }

  /**
   * Gives a person another name wherever they are recorded, in one transaction. Events that are
   * stored later keep the name they have; it may be called again for them.
   *
   * @param galleryVersion of a gallery that has the person in it
   * @return rows that had another name; empty, and nothing was done, when the person was forgotten
   *     as of a later version
   * @throws StoreException when nothing was done
   */
  public Optional<EventStore.Rows> rename(
      String personId, String name, GalleryVersion galleryVersion) throws StoreException {
    return merge(personId, personId, name, galleryVersion);
  }

  private static boolean forgottenSince(
      Connection connection, String personId, GalleryVersion galleryVersion) throws SQLException {
    String forgotten =
        "SELECT gallery_version, gallery_topic, gallery_offsets, forgotten_at FROM"
            + " forgotten_person WHERE person_sha256 = ?";
    try (PreparedStatement select = connection.prepareStatement(forgotten)) {
      select.setString(1, ForgottenPeople.sha256(personId));
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          return false;
        }
        GalleryVersion then = GalleryTopics.read(rows, 1);
        if (!galleryVersion.ofAnotherTopic(then)) {
          return !galleryVersion.covers(then);
        }
        // Which was the later topic? One that was not heard of yet is the present one.
        Map<String, Instant> topics = GalleryTopics.all(connection);
        Instant ours = topics.get(galleryVersion.topic());
        return ours != null && !ours.isAfter(rows.getObject(4, OffsetDateTime.class).toInstant());
      }
    }
  }

  /** Whether an event or a sighting is of a person or a visitor, by id. */
  public boolean has(String personId) throws StoreException {
    try (Connection connection = dataSource.getConnection()) {
      boolean has =
          exists(connection, "SELECT FROM identity_event WHERE person_id = ?", personId)
              || exists(connection, "SELECT FROM sighting WHERE person_id = ?", personId)
              || exists(connection, "SELECT FROM identity_event WHERE visitor_id = ?", personId)
              || exists(connection, "SELECT FROM sighting WHERE visitor_id = ?", personId);
      connection.rollback();
      return has;
    } catch (SQLException failed) {
      throw new StoreException(failed);
    }
  }

  private static boolean exists(Connection connection, String query, String person)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(query + " LIMIT 1")) {
      select.setString(1, person);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static long relabel(
      Connection connection, String table, String from, String into, String name)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(RELABEL.formatted(table))) {
      update.setString(1, into);
      update.setString(2, name);
      update.setString(3, from);
      update.setString(4, into);
      update.setString(5, name);
      return update.executeUpdate();
    }
  }

  /**
   * Hands out all that is recorded of a person, oldest first; any number of rows in little memory.
   *
   * @param sightings takes each row of {@code sighting} as a JSON object, named as the columns are
   * @param events takes each row of {@code identity_event} likewise
   * @return how many rows of each
   */
  public EventStore.Rows export(
      String personId, Consumer<String> sightings, Consumer<String> events) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          long seen = read(connection, "sighting", BY_TIME, personId, sightings);
          return new EventStore.Rows(
              read(connection, "identity_event", BY_TIME, personId, events), seen);
        });
  }

  /**
   * Hands out what was derived of a person's sightings, what users stated of them, and which alerts
   * they raised, oldest first.
   *
   * @param visits takes each row of {@code visit} as in {@link #export}
   * @param corrections takes each row of {@code correction} that names or excludes the person
   * @param alerts takes each row of {@code alert}
   */
  public void exportMore(
      String personId,
      Consumer<String> visits,
      Consumer<String> corrections,
      Consumer<String> alerts)
      throws StoreException {
    Transaction.run(
        dataSource,
        connection ->
            read(connection, "visit", "first_seen", personId, visits)
                + read(connection, "correction", "id", personId, corrections)
                + read(connection, "alert", "at", personId, alerts));
  }

  private static long read(
      Connection connection, String table, String order, String personId, Consumer<String> into)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT.formatted(table, order))) {
      select.setFetchSize(AT_ONCE);
      select.setString(1, personId);
      long count = 0;
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          into.accept(rows.getString(1));
          count++;
        }
      }
      return count;
    }
  }
}

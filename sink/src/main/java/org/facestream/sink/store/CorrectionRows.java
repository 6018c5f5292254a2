package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.facestream.recognizer.identity.Correction;

/** The rows of {@code correction}, and what a sighting's row says of them. */
final class CorrectionRows {
  private static final String IN_FORCE =
      "SELECT id, kind, person_id FROM correction WHERE track = ? AND undone_at IS NULL ORDER BY"
          + " id";

  private static final String SIGHTING =
      """
      SELECT track, camera, revision, first_seen, last_seen, person_id, name, no_face FROM sighting
      WHERE track = ? AND (? < 0 OR EXISTS (SELECT FROM identity_event event
          WHERE event.track = sighting.track AND type = 'corrected' AND event.revision > ?))\
      """;

  /** Also those that were taken back: the gallery may have been away then. */
  private static final String ERASE =
      """
      WITH erased AS (UPDATE correction SET person_id = NULL, gallery_entry = NULL
          FROM (SELECT id, person_id, gallery_entry FROM correction WHERE track = ANY (?)) before
          WHERE correction.id = before.id RETURNING before.gallery_entry, before.person_id)
      SELECT gallery_entry, person_id FROM erased
          WHERE gallery_entry IS NOT NULL AND person_id IS NOT NULL\
      """;

  private CorrectionRows() {}

  /**
   * A sighting; empty when there is none, or it has no correction of a greater revision.
   *
   * @param revision -1 for any sighting
   */
  static Optional<CorrectionStore.Sighting> sighting(
      Connection connection, String track, int revision) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SIGHTING)) {
      select.setString(1, track);
      select.setInt(2, revision);
      select.setInt(3, revision);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new CorrectionStore.Sighting(
                    row.getString(1),
                    row.getString(2),
                    row.getInt(3),
                    StoredEvents.instant(row, "first_seen"),
                    StoredEvents.instant(row, "last_seen"),
                    row.getString(6),
                    row.getString(7),
                    row.getBoolean(8)))
            : Optional.empty();
      }
    }
  }

  /** What a user states comes after what is stored meanwhile, and one after the other. */
  static boolean lock(Connection connection, String track) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT FROM sighting WHERE track = ? FOR UPDATE")) {
      lock.setString(1, track);
      try (ResultSet row = lock.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Corrections that named or excluded a person do so no more: they are of nobody known. */
  static void forget(Connection connection, String personId) throws SQLException {
    update(
        connection,
        "UPDATE correction SET person_id = NULL, gallery_entry = NULL WHERE person_id = ?",
        personId);
  }

  /**
   * Corrections of sightings that are erased are of nobody.
   *
   * @return what the gallery learned of them: the person's id, by the id of the entry
   */
  static Map<String, String> erase(Connection connection, Collection<String> tracks)
      throws SQLException {
    Map<String, String> learned = new TreeMap<>();
    try (PreparedStatement erase = connection.prepareStatement(ERASE)) {
      erase.setArray(1, connection.createArrayOf("text", tracks.toArray()));
      try (ResultSet row = erase.executeQuery()) {
        while (row.next()) {
          learned.put(row.getString(1), row.getString(2));
        }
      }
    }
    return learned;
  }

  /** Makes the corrections and exports of one person another's. */
  static void relabel(Connection connection, String from, String into) throws SQLException {
    for (String table : List.of("correction", "person_export")) {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE " + table + " SET person_id = ? WHERE person_id = ?")) {
        update.setString(1, into);
        update.setString(2, from);
        update.executeUpdate();
      }
    }
  }

  private static void update(Connection connection, String statement, String value)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(statement)) {
      update.setString(1, value);
      update.executeUpdate();
    }
  }

  /** Brings a sighting up to date with its statements, which Kafka is to have. */
  static void settle(Connection connection, String track, long number) throws SQLException {
    boolean noFace = false;
    for (CorrectionStore.Statement each : statements(connection, track)) {
      noFace = each.kind() == Correction.Kind.is_not ? noFace : isNoFace(each);
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE sighting SET no_face = ?, correction_due = ? WHERE track = ?")) {
      update.setBoolean(1, noFace);
      update.setLong(2, number);
      update.setString(3, track);
      update.executeUpdate();
    }
  }

  private static boolean isNoFace(CorrectionStore.Statement statement) {
    return statement.kind() == Correction.Kind.no_face;
  }

  /** Those that are in force, in the order in which they were made. */
  static List<CorrectionStore.Statement> statements(Connection connection, String track)
      throws SQLException {
    List<CorrectionStore.Statement> statements = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(IN_FORCE)) {
      select.setString(1, track);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          statements.add(
              new CorrectionStore.Statement(
                  row.getLong(1), Correction.Kind.valueOf(row.getString(2)), row.getString(3)));
        }
      }
    }
    return statements;
  }
}

package org.facestream.sink.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.Correction;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/**
 * What users stated of sightings, in PostgreSQL. A correction is recorded here first and is due
 * until Kafka has it; its event then comes back as every other one does. Each method is one
 * transaction. Thread-safe.
 */
public final class CorrectionStore {
  private static final String INSERT =
      """
      INSERT INTO correction (actor, kind, track, other_track, person_id) VALUES (?, ?, ?, ?, ?)
      RETURNING id\
      """;

  private static final String UNDO =
      """
      UPDATE correction SET undone_at = clock_timestamp(), undone_by = ? WHERE id =
          (SELECT max(id) FROM correction WHERE undone_at IS NULL
           AND (track = ? OR (kind = 'same' AND other_track = ?)))
      RETURNING track, kind, person_id, gallery_entry, nextval('correction_number')\
      """;

  /** The last number, and who caused it: a correction, or one that was undone. */
  private static final String DUE =
      """
      SELECT correction_due, kind, coalesce(made.actor, undone.undone_by, ''),
          coalesce(made.at, undone.undone_at, now()) AS at
      FROM sighting
      LEFT JOIN correction made ON made.id = correction_due
      LEFT JOIN LATERAL (SELECT undone_by, undone_at FROM correction
          WHERE correction.track = sighting.track AND undone_at IS NOT NULL
          ORDER BY undone_at DESC LIMIT 1) undone ON true
      WHERE sighting.track = ? AND correction_due IS NOT NULL\
      """;

  private final DataSource dataSource;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public CorrectionStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * A sighting, as it is now.
   *
   * @param personId who it is, or null
   * @param noFace whether a user stated that it is no face
   */
  public record Sighting(
      String track,
      String camera,
      int revision,
      Instant firstSeen,
      Instant lastSeen,
      @Nullable String personId,
      String name,
      boolean noFace) {}

  /**
   * A statement about a sighting that is in force.
   *
   * @param personId who was named or excluded; null for no face, and for somebody who was forgotten
   */
  public record Statement(long id, Correction.Kind kind, @Nullable String personId) {}

  /**
   * A statement that was taken back.
   *
   * @param track that it was about
   * @param galleryEntry what was made of it in the gallery, or null
   */
  public record Undone(
      String track,
      Correction.Kind kind,
      @Nullable String personId,
      @Nullable String galleryEntry,
      long number) {}

  /**
   * What Kafka does not have yet.
   *
   * @param number of the last change
   * @param kind what that was
   * @param by the account of the user
   * @param event the track's last one
   * @param before the track's last one before its first correction
   * @param statements all that are in force
   */
  public record Due(
      long number,
      Correction.Kind kind,
      String by,
      Instant at,
      IdentityEvent event,
      IdentityEvent before,
      List<Statement> statements) {}

  /** The sighting of a track, if there is one. */
  public Optional<Sighting> sighting(String track) throws StoreException {
    return Transaction.run(
        dataSource, connection -> CorrectionRows.sighting(connection, track, -1));
  }

  /** The sighting of a track once a correction is stored whose revision is greater. */
  public Optional<Sighting> corrected(String track, int revision) throws StoreException {
    return Transaction.run(
        dataSource, connection -> CorrectionRows.sighting(connection, track, revision));
  }

  /**
   * Records a correction. The crops of what is no face are erased at once.
   *
   * @param other the track whose person it gets, or null
   * @param personId who is named or excluded, or null
   * @return its number; empty when there is no such sighting any more
   */
  public Optional<Long> add(
      Correction.Kind kind,
      String track,
      @Nullable String other,
      @Nullable String personId,
      String actor)
      throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          if (!CorrectionRows.lock(connection, track)) {
            return Optional.empty();
          }
          long number;
          try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, actor);
            insert.setString(2, kind.name());
            insert.setString(3, track);
            insert.setString(4, other);
            insert.setString(5, personId);
            try (ResultSet row = insert.executeQuery()) {
              row.next();
              number = row.getLong(1);
            }
          }
          if (kind == Correction.Kind.no_face) {
            FaceRows.erase(connection, List.of(track));
          }
          CorrectionRows.settle(connection, track, number);
          return Optional.of(number);
        });
  }

  /**
   * Takes back the last correction of a sighting, also one by which another got its person.
   *
   * @return empty when there is none
   */
  public Optional<Undone> undo(String track, String actor) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          CorrectionRows.lock(connection, track);
          try (PreparedStatement undo = connection.prepareStatement(UNDO)) {
            undo.setString(1, actor);
            undo.setString(2, track);
            undo.setString(3, track);
            try (ResultSet row = undo.executeQuery()) {
              if (!row.next()) {
                return Optional.empty();
              }
              Undone undone =
                  new Undone(
                      row.getString(1),
                      Correction.Kind.valueOf(row.getString(2)),
                      row.getString(3),
                      row.getString(4),
                      row.getLong(5));
              CorrectionRows.settle(connection, undone.track(), undone.number());
              return Optional.of(undone);
            }
          }
        });
  }

  /** What Kafka is to have of a track's corrections; empty when it has all. */
  public Optional<Due> due(String track) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(DUE)) {
            select.setString(1, track);
            try (ResultSet row = select.executeQuery()) {
              Optional<IdentityEvent> event = StoredEvents.last(connection, track);
              if (!row.next() || event.isEmpty()) {
                return Optional.empty();
              }
              String kind = row.getString(2);
              return Optional.of(
                  new Due(
                      row.getLong(1),
                      kind == null ? Correction.Kind.undo : Correction.Kind.valueOf(kind),
                      row.getString(3),
                      StoredEvents.instant(row, "at"),
                      event.get(),
                      StoredEvents.lastBeforeCorrections(connection, track).orElse(event.get()),
                      CorrectionRows.statements(connection, track)));
            }
          }
        });
  }

  /** The tracks of which Kafka does not have every correction. */
  public List<String> due() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<String> tracks = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT track FROM sighting WHERE correction_due IS NOT NULL");
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              tracks.add(row.getString(1));
            }
          }
          return tracks;
        });
  }

  /** Kafka has the correction of that number. */
  public void sent(String track, long number) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE sighting SET correction_due = NULL"
                      + " WHERE track = ? AND correction_due = ?")) {
            update.setString(1, track);
            update.setLong(2, number);
            return update.executeUpdate();
          }
        });
  }

  /** Notes what was made of a correction in the gallery. */
  public void learned(long number, String galleryEntry) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement("UPDATE correction SET gallery_entry = ? WHERE id = ?")) {
            update.setString(1, galleryEntry);
            update.setLong(2, number);
            return update.executeUpdate();
          }
        });
  }
}

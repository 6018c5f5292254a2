package org.facestream.sink.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/** Who was seen, where and when, with crops, in PostgreSQL. Thread-safe. */
public final class Sightings {
  private static final String SELECT =
      """
      SELECT track, camera, first_seen, last_seen, ended, zones, person_id, name, distance,
          (SELECT count(*) FROM sighting_face face JOIN face_picture USING (day, row_id)
           WHERE face.track = sighting.track AND face.day BETWEEN
               (first_seen AT TIME ZONE 'UTC')::date - 1 AND (last_seen AT TIME ZONE 'UTC')::date + 1)
      FROM sighting WHERE %s ORDER BY last_seen DESC, track LIMIT ?""";

  private static final String CROPS =
      """
      SELECT face.track, face_id, capture_time, face.quality, jpeg, face_descriptor.model, descriptor
      FROM sighting JOIN sighting_face face USING (track)
          LEFT JOIN face_picture USING (day, row_id) LEFT JOIN face_descriptor USING (day, row_id)
      WHERE %s ORDER BY capture_time, face_id""";

  private static final String ANONYMISE =
      "UPDATE %s SET person_id = NULL, name = '%s', watchlist = NULL, distance = NULL,"
          + " visitor_id = NULL, ignored = false, margin = NULL WHERE track = ANY (?)";

  private static final int AT_ONCE = 50;

  private final DataSource dataSource;

  /**
   * Which sightings.
   *
   * @param person id or name; empty for everybody
   * @param unknown only those of unknown people
   * @param from not those that ended before
   * @param to not those that began after
   * @param limit the latest of them, at most so many
   */
  public record Wanted(
      Optional<String> person,
      boolean unknown,
      Optional<String> camera,
      Optional<String> zone,
      Optional<Instant> from,
      Optional<Instant> to,
      int limit) {}

  /**
   * Who was seen.
   *
   * @param personId null when unknown
   * @param distance least distance to the person, or to the nearest one; null when there was none
   */
  public record Who(@Nullable String personId, String name, @Nullable Double distance) {}

  /**
   * A row of {@code sighting}.
   *
   * @param crops how many pictures are kept of it
   */
  public record Sighting(
      String track,
      String camera,
      Instant firstSeen,
      Instant lastSeen,
      boolean ended,
      List<String> zones,
      Who who,
      int crops) {}

  /**
   * A crop of a sighting.
   *
   * @param jpeg null when it is not kept any more
   * @param model of the descriptor, or null
   * @param descriptor null when there is none
   */
  public record Crop(
      String track,
      String faceId,
      Instant captured,
      float quality,
      byte @Nullable [] jpeg,
      @Nullable String model,
      float @Nullable [] descriptor) {}

  /**
   * What was erased.
   *
   * @param missing tracks without a sighting: when there are any, nothing was erased
   * @param alive tracks that have not ended: likewise
   * @param rows how many
   * @param learned what the gallery has learned of them: a person's id, by the id of the entry
   */
  public record Erased(
      List<String> missing,
      List<String> alive,
      EventStore.Rows rows,
      Map<String, String> learned) {}

  private interface Binding {
    void on(PreparedStatement statement, int parameter) throws SQLException;
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public Sightings(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The latest ones first. */
  public List<Sighting> list(Wanted wanted) throws StoreException {
    List<String> conditions = new ArrayList<>(List.of("NOT no_face"));
    List<Binding> values = new ArrayList<>();
    wanted
        .person()
        .ifPresent(
            person -> {
              conditions.add("(person_id = ? OR lower(name) = lower(?) AND person_id IS NOT NULL)");
              values.add((statement, at) -> statement.setString(at, person));
              values.add((statement, at) -> statement.setString(at, person.strip()));
            });
    if (wanted.unknown()) {
      conditions.add("person_id IS NULL");
    }
    text(wanted.camera(), "camera = ?", conditions, values);
    text(wanted.zone(), "? = ANY (zones)", conditions, values);
    time(wanted.from(), "last_seen >= ?", conditions, values);
    time(wanted.to(), "first_seen <= ?", conditions, values);
    values.add((statement, at) -> statement.setInt(at, wanted.limit()));
    String sql = SELECT.formatted(String.join(" AND ", conditions));
    return Transaction.run(
        dataSource,
        connection -> {
          List<Sighting> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
              values.get(i).on(select, i + 1);
            }
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(read(row));
              }
            }
          }
          return all;
        });
  }

  private static void text(
      Optional<String> wanted, String condition, List<String> conditions, List<Binding> values) {
    if (wanted.isPresent()) {
      conditions.add(condition);
      values.add((statement, at) -> statement.setString(at, wanted.get()));
    }
  }

  private static void time(
      Optional<Instant> wanted, String condition, List<String> conditions, List<Binding> values) {
    if (wanted.isPresent()) {
      conditions.add(condition);
      values.add((statement, at) -> statement.setObject(at, EventRows.utc(wanted.get())));
    }
  }

  private static Sighting read(ResultSet row) throws SQLException {
    double distance = row.getDouble(9);
    return new Sighting(
        row.getString(1),
        row.getString(2),
        row.getObject(3, OffsetDateTime.class).toInstant(),
        row.getObject(4, OffsetDateTime.class).toInstant(),
        row.getBoolean(5),
        List.of((String[]) row.getArray(6).getArray()),
        new Who(row.getString(7), row.getString(8), row.getObject(9) == null ? null : distance),
        row.getInt(10));
  }

  /** Hands out the crops of a sighting, oldest first. */
  public void crops(String track, Consumer<Crop> into) throws StoreException {
    crops("sighting.track = ?", track, into);
  }

  /**
   * Hands out the crops of all sightings of a person, oldest first; any number in little memory.
   */
  public void cropsOf(String personId, Consumer<Crop> into) throws StoreException {
    crops("sighting.person_id = ?", personId, into);
  }

  private void crops(String which, String value, Consumer<Crop> into) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(CROPS.formatted(which))) {
            select.setFetchSize(AT_ONCE);
            select.setString(1, value);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                into.accept(
                    new Crop(
                        row.getString(1),
                        row.getString(2),
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        row.getFloat(4),
                        row.getBytes(5),
                        row.getString(6),
                        floats(row.getBytes(7))));
              }
            }
          }
          return into;
        });
  }

  static float @Nullable [] floats(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /**
   * Makes sightings those of an unknown person, and deletes their crops and descriptors, all or
   * none; their bytes are in files until {@link ErasedDays#clean}.
   *
   * @param audit runs before it is committed, if there is something to erase; what it throws undoes
   *     all
   */
  public Erased erase(Collection<String> tracks, Consumer<Erased> audit) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          TreeSet<String> missing = new TreeSet<>(tracks);
          List<String> alive = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT track, ended FROM sighting WHERE track = ANY (?)"
                      + " ORDER BY track FOR NO KEY UPDATE")) {
            select.setArray(1, connection.createArrayOf("text", tracks.toArray()));
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                missing.remove(row.getString(1));
                if (!row.getBoolean(2)) {
                  alive.add(row.getString(1));
                }
              }
            }
          }
          if (!missing.isEmpty() || !alive.isEmpty()) {
            return new Erased(List.copyOf(missing), alive, new EventStore.Rows(0, 0), Map.of());
          }
          FaceRows.Erased faces = FaceRows.erase(connection, tracks);
          EventStore.Rows rows =
              new EventStore.Rows(
                  anonymise(connection, "identity_event", tracks),
                  anonymise(connection, "sighting", tracks),
                  faces.crops(),
                  faces.descriptors());
          EventStore.auditSightings(connection, rows);
          ErasedDays.note(connection, List.of(ErasedDays.NAMES));
          Erased erased =
              new Erased(List.of(), List.of(), rows, CorrectionRows.erase(connection, tracks));
          audit.accept(erased);
          return erased;
        });
  }

  private static long anonymise(Connection connection, String table, Collection<String> tracks)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(ANONYMISE.formatted(table, IdentityEvent.UNKNOWN))) {
      update.setArray(1, connection.createArrayOf("text", tracks.toArray()));
      return update.executeUpdate();
    }
  }
}

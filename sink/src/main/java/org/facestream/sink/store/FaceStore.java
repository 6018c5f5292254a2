package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.facestream.detector.face.Face;
import org.facestream.recognizer.identity.Match;
import org.jspecify.annotations.Nullable;

/**
 * The crops and descriptors of sightings in PostgreSQL. The same rows come about in whatever order
 * events, faces and matches are stored, and however often. Thread-safe.
 */
public final class FaceStore {
  /** Events of the same tracks do not wait for long while a day's files are rewritten. */
  private static final String LOCK =
      """
      SET LOCAL lock_timeout = '5s';
      LOCK TABLE forgotten_person IN SHARE MODE;
      LOCK TABLE sighting_face, face_picture, face_descriptor IN ROW EXCLUSIVE MODE""";

  /** In the order of the keys: two that overlap never wait for each other in a circle. */
  private static final String SIGHTINGS =
      """
      SELECT track, faces_erased, first_seen, last_seen FROM sighting WHERE track = ANY (?)
          ORDER BY track FOR NO KEY UPDATE""";

  private static final String ROWS =
      """
      SELECT day, row_id, face_id, track, capture_time, quality FROM sighting_face
          WHERE track = ANY (?) AND day BETWEEN ? AND ?""";

  /** A track may have faces before or after what its last event says. */
  private static final int DAYS_AROUND = 1;

  /** Days are made, or dropped by the retention, between two tries. */
  private static final int TRIES = 5;

  private final DataSource dataSource;
  private final int most;

  /**
   * What a call stored.
   *
   * @param tracks those that have a sighting: their faces are stored, or must not be
   * @param missing faces of those tracks that have no row: their descriptors are not stored
   * @param crops rows of {@code sighting_face} written
   * @param descriptors rows of {@code face_descriptor} written
   */
  public record Stored(Set<String> tracks, Set<String> missing, long crops, long descriptors) {}

  /** A row, or one to be. */
  private record Crop(
      LocalDate day, long rowId, String faceId, String track, Instant captured, float quality)
      implements CropChoice.Crop {

    static Crop of(Face face) {
      Instant captured = precise(face.captureTime());
      return new Crop(
          FaceDays.of(captured), 0, face.id(), face.track(), captured, face.quality().overall());
    }

    FaceRows.Key key() {
      return new FaceRows.Key(day, rowId);
    }
  }

  /** A track that has a sighting. */
  private record Sighting(boolean erased, Instant first, Instant last) {}

  /** The transaction needs partitions that are not there. */
  private static final class MissingDays extends SQLException {
    private static final long serialVersionUID = 1L;

    private final transient Set<LocalDate> days;

    MissingDays(Set<LocalDate> days) {
      super("no partitions of " + days);
      this.days = days;
    }
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   * @param most how many crops are kept of a sighting, see {@link CropChoice}
   */
  public FaceStore(DataSource dataSource, int most) {
    this.dataSource = dataSource;
    this.most = most;
  }

  /** A time in the precision of the database. */
  public static Instant precise(Instant time) {
    return time.minusNanos(time.getNano() % Duration.ofNanos(1_000).toNanos());
  }

  /**
   * Stores the faces of tracks that have a sighting, and descriptors of faces that are stored, and
   * deletes crops that are no longer among the kept ones of their sighting. Nothing is stored of a
   * track without a sighting, or of one whose faces were erased.
   *
   * @param faces each once
   * @param matches with descriptors
   * @throws StoreException when nothing was stored
   */
  public Stored store(Collection<Face> faces, Collection<Match> matches) throws StoreException {
    for (int tries = 1; ; tries++) {
      MissingDays missing;
      try {
        return Transaction.run(dataSource, connection -> store(connection, faces, matches));
      } catch (StoreException failed) {
        if (tries == TRIES || !(failed.getCause() instanceof MissingDays days)) {
          throw failed;
        }
        missing = days;
      }
      Transaction.run(
          dataSource,
          connection -> {
            FaceDays.create(connection, missing.days);
            return missing;
          });
    }
  }

  private Stored store(Connection connection, Collection<Face> faces, Collection<Match> matches)
      throws SQLException {
    // Nobody is forgotten, and no partition dropped, until this transaction ends.
    try (Statement lock = connection.createStatement()) {
      lock.execute(LOCK);
    }
    Set<String> tracks =
        Stream.concat(faces.stream().map(Face::track), matches.stream().map(Match::track))
            .collect(Collectors.toCollection(TreeSet::new));
    Map<String, Sighting> sightings = sightings(connection, tracks);
    Map<String, Face> wanted =
        faces.stream()
            .filter(face -> mayBeStored(sightings.get(face.track())))
            .collect(Collectors.toMap(Face::id, Function.identity(), (one, again) -> one));
    List<Match> described =
        matches.stream().filter(match -> mayBeStored(sightings.get(match.track()))).toList();
    Map<String, Crop> rows = rows(connection, sightings, faces);
    rows.keySet().forEach(wanted::remove);

    Map<String, List<Crop>> ofTrack = new TreeMap<>();
    Stream.concat(rows.values().stream(), wanted.values().stream().map(Crop::of))
        .forEach(
            crop -> ofTrack.computeIfAbsent(crop.track(), each -> new ArrayList<>()).add(crop));
    Set<Crop> kept = new HashSet<>();
    ofTrack.values().forEach(crops -> kept.addAll(CropChoice.keep(crops, most)));
    List<Crop> old = rows.values().stream().filter(crop -> !kept.contains(crop)).toList();
    Set<String> added = kept.stream().map(Crop::faceId).collect(Collectors.toSet());
    wanted.keySet().retainAll(added);

    Set<LocalDate> missing =
        FaceDays.missing(
            connection,
            wanted.values().stream()
                .map(face -> FaceDays.of(face.captureTime()))
                .collect(Collectors.toSet()));
    if (!missing.isEmpty()) {
      throw new MissingDays(missing);
    }
    FaceRows.delete(connection, old.stream().map(Crop::key).toList());
    Map<String, FaceRows.Key> keys = new HashMap<>();
    kept.forEach(crop -> keys.put(crop.faceId(), crop.key()));
    keys.putAll(FaceRows.insert(connection, List.copyOf(wanted.values())));
    Set<String> unknown =
        described.stream()
            .map(Match::faceId)
            .filter(face -> !keys.containsKey(face))
            .collect(Collectors.toSet());
    return new Stored(
        sightings.keySet(),
        unknown,
        wanted.size(),
        FaceRows.describe(
            connection,
            described.stream().filter(match -> keys.containsKey(match.faceId())).toList(),
            keys));
  }

  private static boolean mayBeStored(@Nullable Sighting sighting) {
    return sighting != null && !sighting.erased();
  }

  private static Map<String, Sighting> sightings(Connection connection, Set<String> tracks)
      throws SQLException {
    Map<String, Sighting> sightings = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(SIGHTINGS)) {
      select.setArray(1, connection.createArrayOf("text", tracks.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          sightings.put(
              rows.getString(1), new Sighting(rows.getBoolean(2), time(rows, 3), time(rows, 4)));
        }
      }
    }
    return sightings;
  }

  /** The rows of sightings, by face; those of a time around what is known of them. */
  private static Map<String, Crop> rows(
      Connection connection, Map<String, Sighting> sightings, Collection<Face> faces)
      throws SQLException {
    List<LocalDate> days =
        Stream.concat(
                sightings.values().stream().flatMap(each -> Stream.of(each.first(), each.last())),
                faces.stream()
                    .filter(face -> sightings.containsKey(face.track()))
                    .map(Face::captureTime))
            .map(FaceDays::of)
            .sorted()
            .toList();
    Map<String, Crop> crops = new HashMap<>();
    if (days.isEmpty()) {
      return crops;
    }
    try (PreparedStatement select = connection.prepareStatement(ROWS)) {
      select.setArray(1, connection.createArrayOf("text", sightings.keySet().toArray()));
      select.setObject(2, days.get(0).minusDays(DAYS_AROUND));
      select.setObject(3, days.get(days.size() - 1).plusDays(DAYS_AROUND));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Crop crop =
              new Crop(
                  rows.getObject(1, LocalDate.class),
                  rows.getLong(2),
                  rows.getString(3),
                  rows.getString(4),
                  time(rows, 5),
                  rows.getFloat(6));
          crops.put(crop.faceId(), crop);
        }
      }
    }
    return crops;
  }

  private static Instant time(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}

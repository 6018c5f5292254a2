package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.GalleryVersion;

/**
 * The table {@code unfinished_deed}. An action is recorded before it begins, so that it can be
 * continued after a failure. Thread-safe.
 */
public final class UnfinishedDeeds {
  /** The first part of the advisory lock's key; the second part is the row's id. */
  private static final int LOCK = 0x0fac_e001;

  private static final String BEGIN =
      """
      INSERT INTO unfinished_deed (deed, person_id, person_name, into_id, into_name, begun_at,
          gallery_version, gallery_topic, gallery_offsets)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (deed, person_id) DO UPDATE SET person_name = excluded.person_name,
          into_id = excluded.into_id, into_name = excluded.into_name,
          begun_at = excluded.begun_at, gallery_version = excluded.gallery_version,
          gallery_topic = excluded.gallery_topic, gallery_offsets = excluded.gallery_offsets,
          pictures = NULL
      RETURNING id""";

  private static final String GALLERY_DONE =
      """
      UPDATE unfinished_deed SET pictures = ?, gallery_version = ?, gallery_topic = ?,
          gallery_offsets = ? WHERE id = ? AND begun_at = ?""";

  private static final String ALL =
      """
      SELECT id, deed, person_id, person_name, into_id, into_name, begun_at, gallery_version,
          gallery_topic, gallery_offsets, pictures FROM unfinished_deed ORDER BY id""";

  private final Database database;
  private final DataSource dataSource;

  /**
   * @param database of this version's schema; stays its owner's
   */
  public UnfinishedDeeds(Database database) {
    this.database = database;
    this.dataSource = database.dataSource();
  }

  /**
   * Records that a deed begins; one of the same kind with the same person that was begun before is
   * begun anew, and whoever is still at that one can neither finish nor withdraw it.
   *
   * @return the deed with its row
   * @throws StoreException when it is not recorded: do nothing then
   */
  public Deed begin(Deed deed) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          // Known to be the present one before any part is done.
          GalleryTopics.note(connection, List.of(deed.gallery()));
          try (PreparedStatement begin = connection.prepareStatement(BEGIN)) {
            begin.setString(1, deed.kind().name());
            begin.setString(2, deed.person().id());
            begin.setString(3, deed.person().name());
            begin.setString(4, deed.into().map(Deed.Who::id).orElse(null));
            begin.setString(5, deed.into().map(Deed.Who::name).orElse(null));
            begin.setObject(6, EventRows.utc(deed.begun()), Types.TIMESTAMP_WITH_TIMEZONE);
            begin.setLong(7, deed.gallery().sum());
            GalleryTopics.bind(begin, 8, deed.gallery());
            try (ResultSet row = begin.executeQuery()) {
              row.next();
              return deed.withId(row.getLong(1));
            }
          }
        });
  }

  /** Those that were begun and are not finished, in the order in which they were. */
  public List<Deed> all() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Deed> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(ALL);
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              all.add(read(row));
            }
          }
          return all;
        });
  }

  private static Deed read(ResultSet row) throws SQLException {
    String into = row.getString(5);
    int count = row.getInt(11);
    OptionalInt pictures = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(count);
    return new Deed(
        row.getLong(1),
        Deed.Kind.valueOf(row.getString(2)),
        new Deed.Who(row.getString(3), row.getString(4)),
        into == null ? Optional.empty() : Optional.of(new Deed.Who(into, row.getString(6))),
        row.getObject(7, OffsetDateTime.class).toInstant(),
        GalleryTopics.read(row, 8),
        pictures);
  }

  /**
   * Records that the gallery's part is done.
   *
   * @param pictures how many references it changed
   * @param version of the gallery with which it was done
   * @throws StoreException when it is not recorded, also because it was begun anew meanwhile
   */
  public Deed galleryDone(Deed deed, int pictures, GalleryVersion version) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement done = connection.prepareStatement(GALLERY_DONE)) {
            done.setInt(1, pictures);
            done.setLong(2, version.sum());
            GalleryTopics.bind(done, 3, version);
            done.setLong(5, deed.id());
            done.setObject(6, EventRows.utc(deed.begun()), Types.TIMESTAMP_WITH_TIMEZONE);
            stillThere(done.executeUpdate());
          }
          return deed.changed(pictures, version);
        });
  }

  /**
   * Does the database's part, which ends the deed, in one transaction.
   *
   * @param audit is told how many rows before they are committed; what it throws undoes all
   * @return rows that were changed; empty, and the deed is over, when whoever is merged into or
   *     renamed was {@linkplain EventStore#forgetPerson forgotten} meanwhile
   * @throws StoreException when nothing was done, also because it was begun anew meanwhile
   */
  public Optional<EventStore.Rows> finish(Deed deed, Consumer<EventStore.Rows> audit)
      throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          Optional<EventStore.Rows> rows =
              switch (deed.kind()) {
                case forget ->
                    Optional.of(EventStore.forget(connection, deed.person().id(), deed.gallery()));
                case merge, rename -> {
                  Deed.Who into = deed.into().orElseThrow();
                  yield PersonRecords.relabelAll(
                      connection, deed.person().id(), into.id(), into.name(), deed.gallery());
                }
              };
          delete(connection, deed);
          rows.ifPresent(audit);
          return rows;
        });
  }

  /** Ends a deed of which nothing more can be done. */
  public void withdraw(Deed deed) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          delete(connection, deed);
          return deed;
        });
  }

  private static void delete(Connection connection, Deed deed) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM unfinished_deed WHERE id = ? AND begun_at = ?")) {
      delete.setLong(1, deed.id());
      delete.setObject(2, EventRows.utc(deed.begun()), Types.TIMESTAMP_WITH_TIMEZONE);
      stillThere(delete.executeUpdate());
    }
  }

  /** One that is begun anew takes the row, also of one that somebody is at. */
  private static void stillThere(int rows) throws SQLException {
    if (rows == 0) {
      throw new StoreException.Superseded(
          "another process has restarted or finished it in the meantime");
    }
  }

  /** A deed is in these hands until it is closed, or its process or connection ends. */
  public static final class Hold implements AutoCloseable {
    private final Connection connection;

    private Hold(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void close() {
      try (Connection ending = connection) {
        ending.rollback();
      } catch (SQLException broken) {
        // Then the lock went with it.
      }
    }
  }

  /**
   * Takes a deed into these hands, so that no two work on it at once.
   *
   * @return empty when somebody else has it
   */
  public Optional<Hold> hold(Deed deed) throws StoreException {
    Connection connection = null;
    try {
      connection = database.unpooled();
      boolean ours;
      try (PreparedStatement lock =
          connection.prepareStatement("SELECT pg_try_advisory_xact_lock(?, ?)")) {
        lock.setInt(1, LOCK);
        lock.setInt(2, (int) deed.id());
        try (ResultSet row = lock.executeQuery()) {
          row.next();
          ours = row.getBoolean(1);
        }
      }
      Hold hold = new Hold(connection);
      if (ours) {
        return Optional.of(hold);
      }
      hold.close();
      return Optional.empty();
    } catch (SQLException failed) {
      if (connection != null) {
        new Hold(connection).close();
      }
      throw new StoreException(failed);
    }
  }
}

package org.facestream.sink.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.facestream.sink.search.FaceIndex.Content;
import org.facestream.sink.search.FaceIndex.View;
import org.facestream.sink.search.Nearest.Near;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the stored faces that are nearest to a face. A result is exact, and equal to what one
 * snapshot of the database holds: rows that the index does not have yet are read from the database,
 * and every hit of the index is looked up in it. Thread-safe.
 */
public final class FaceSearch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FaceSearch.class);

  /** So few rows that fulfil the conditions are read from the database, without the index. */
  private static final int FEW = 5000;

  private static final int ATTEMPTS = 5;

  private final DataSource database;
  private final FaceIndex index;
  private final IndexScan scan;

  /**
   * @param index stays the caller's to close, after this
   * @param threads for all searches together
   */
  public FaceSearch(DataSource database, FaceIndex index, int threads) {
    this.database = database;
    this.index = index;
    this.scan = new IndexScan(threads);
  }

  /**
   * Finds them, nearest first; of equally near ones the older row first.
   *
   * @throws IllegalArgumentException if the descriptor has values that are not finite, or only
   *     zeros
   * @throws StoreException when the database does not answer
   * @throws IOException when the index cannot be read
   */
  public List<Found> search(Wanted wanted) throws StoreException, IOException {
    Comparison comparison = new Comparison(wanted.descriptor(), wanted.metric());
    for (int attempt = 0; ; attempt++) {
      if (!index.alone()) {
        index.refresh();
      }
      // After some attempts in vain without the index.
      boolean last = attempt == ATTEMPTS;
      try {
        Optional<List<Found>> found =
            Transaction.run(database, connection -> search(connection, comparison, wanted, last));
        if (found.isPresent()) {
          return found.get();
        }
      } catch (UncheckedIOException failed) {
        if (last || index.alone()) {
          throw new IOException(failed.getMessage(), failed.getCause());
        }
        log.debug("the index changed during a search", failed);
      }
    }
  }

  /** Empty if another process erased something meanwhile. */
  private Optional<List<Found>> search(
      Connection connection, Comparison comparison, Wanted wanted, boolean withoutIndex)
      throws SQLException {
    // With a connection, and not before: the follower has one, too, when it waits for the index.
    index.reading().lock();
    try {
      Content content = withoutIndex ? Content.NOTHING : index.content();
      List<Found> found = search(connection, content, comparison, wanted);
      return withoutIndex || index.alone() || !erasedMeanwhile(content)
          ? Optional.of(found)
          : Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      index.reading().unlock();
    }
  }

  /** Whether another process may have erased rows that the snapshot still has. */
  private boolean erasedMeanwhile(Content content) throws IOException {
    return Manifest.read(index.folder())
        .map(
            now ->
                now.erasures() != content.manifest().erasures()
                    || !now.database().equals(content.manifest().database()))
        .orElse(!content.views().isEmpty());
  }

  private List<Found> search(
      Connection connection, Content content, Comparison comparison, Wanted wanted)
      throws SQLException, IOException {
    IndexedDatabase now = IndexedDatabase.snapshot(connection);
    boolean usable = now.identity().equals(content.manifest().database());
    long horizon = usable ? content.manifest().horizon() : 0;
    SearchedRows rows = new SearchedRows(connection, wanted);
    Nearest fresh = new Nearest(comparison, wanted.most(), new Nearest.Limit());
    RowFilter filter = rows.filter(FEW);
    if (rows.few().isPresent()) {
      rows.offerFew(rows.few().get(), comparison, fresh);
      return rows.describe(fresh.take(), comparison);
    }
    rows.offerSince(horizon, comparison, fresh);
    List<Near> younger = fresh.take();
    List<View> views =
        !usable
            ? List.of()
            : content.views().stream()
                .filter(view -> view.description().model().equals(wanted.model()))
                .filter(view -> rows.mayHold(view.description().day()))
                .toList();
    while (true) {
      List<Near> older = scan.nearest(views, comparison, filter, wanted.most());
      Set<Long> gone = rows.missing(older, horizon);
      if (gone.isEmpty()) {
        List<Near> all = new ArrayList<>(younger);
        all.addAll(older);
        all.sort(Near.ORDER);
        return rows.describe(all.subList(0, Math.min(all.size(), wanted.most())), comparison);
      }
      gone.forEach(filter::exclude);
    }
  }

  /** The models that stored faces were described by; this takes a while. */
  public Set<String> models() throws StoreException {
    return Transaction.run(
        database,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows =
                  statement.executeQuery("SELECT DISTINCT model FROM face_descriptor")) {
            Set<String> models = new TreeSet<>();
            while (rows.next()) {
              models.add(rows.getString(1));
            }
            return models;
          }
        });
  }

  /** The JPEG file of a stored face; empty where it is not stored any more. */
  public Optional<byte[]> picture(Found.Seen seen) throws StoreException {
    return Transaction.run(
        database,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT jpeg FROM face_picture WHERE day = ? AND row_id = ?")) {
            select.setObject(1, seen.day());
            select.setLong(2, seen.row());
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
          }
        });
  }

  @Override
  public void close() {
    scan.close();
  }
}

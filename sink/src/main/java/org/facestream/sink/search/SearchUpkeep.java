package org.facestream.sink.search;

import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The search index of a sink: kept up to date, searched, and measured. */
public final class SearchUpkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SearchUpkeep.class);

  private final Closing closing = new Closing();
  private final FaceIndex index;
  private final IndexFollower follower;
  private volatile long lastFollowed = System.nanoTime();
  private boolean failing;

  /**
   * @param folder of the index
   * @throws UserError when the folder cannot be written to
   */
  public SearchUpkeep(Path folder, Database database, Telemetry telemetry) {
    try {
      index = closing.add(FaceIndex.open(folder));
    } catch (IOException failed) {
      throw new UserError(
          "Cannot write the search index to %s (%s): correct that, or set sink.search-folder."
              .formatted(folder, UserError.reason(failed)),
          failed);
    }
    follower = new IndexFollower(database.dataSource(), index);
    Gauge.builder("facestream.search.rows", index, FaceIndex::rows)
        .description("Faces in the search index")
        .register(telemetry.registry());
    Gauge.builder("facestream.search.bytes", index, FaceIndex::bytes)
        .description("Size of the search index on the disk")
        .register(telemetry.registry());
    Gauge.builder(
            "facestream.search.lag",
            this,
            now -> Duration.ofNanos(System.nanoTime() - lastFollowed).toMillis() / 1e3)
        .description("Time since the search index was up to date with the database")
        .baseUnit("seconds")
        .register(telemetry.registry());
  }

  /** Follows the database once; a failure is logged, and the next call continues. */
  public void follow() {
    try {
      follower.follow();
      lastFollowed = System.nanoTime();
      failing = false;
    } catch (StoreException | IOException | RuntimeException failed) {
      if (!failing) {
        log.warn("search: the index does not follow the database; retrying", failed);
      }
      failing = true;
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}

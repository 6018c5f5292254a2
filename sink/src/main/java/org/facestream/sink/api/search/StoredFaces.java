package org.facestream.sink.api.search;

import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.search.FaceIndex;
import org.facestream.sink.search.FaceSearch;
import org.facestream.sink.search.Found;
import org.facestream.sink.search.Wanted;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches of the stored faces. Reads the index of a sink, and from the database what is not in it;
 * it never writes the index, so that a sink can. A search uses every core, so few run at once.
 */
public final class StoredFaces implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoredFaces.class);

  private static final int AT_ONCE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LATER = Duration.ofSeconds(5);

  private final Closing closing = new Closing();
  private final FaceIndex index;
  private final FaceSearch search;
  private final Timer time;
  private final Semaphore permits = new Semaphore(AT_ONCE, true);
  private boolean unreadable;

  /**
   * @param folder of the index; without one a search reads every descriptor from the database
   */
  public StoredFaces(Optional<Path> folder, Database database, Telemetry telemetry) {
    index = closing.add(folder.map(StoredFaces::open).orElseGet(FaceIndex::none));
    search =
        closing.add(
            new FaceSearch(
                database.dataSource(), index, Runtime.getRuntime().availableProcessors()));
    time =
        Timer.builder("facestream.search.time")
            .description("Time of a search by photo through the HTTP API")
            .register(telemetry.registry());
  }

  private static FaceIndex open(Path folder) {
    try {
      return FaceIndex.openToRead(folder);
    } catch (IOException unreadable) {
      log.warn(
          "search: the index in {} cannot be read: correct that and restart, or set "
              + "sink.search-folder. Until then every descriptor is read from the database.",
          folder,
          unreadable);
      return FaceIndex.none();
    }
  }

  /**
   * The nearest faces, nearest first.
   *
   * @throws Problem when others search for longer than a caller waits
   */
  List<Found> search(Wanted wanted) throws StoreException {
    try {
      if (!permits.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw Problem.tooMany("Many searches are running; try again.", LATER);
      }
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
    Timer.Sample begun = Timer.start();
    try {
      refresh();
      return search.search(wanted);
    } catch (IOException failed) {
      throw Problem.unavailable(
          "The search index cannot be read; the log of the API says why.", failed);
    } finally {
      begun.stop(time);
      permits.release();
    }
  }

  /** An index that is not up to date is completed from the database. */
  private synchronized void refresh() {
    try {
      index.refresh();
      unreadable = false;
    } catch (IOException failed) {
      if (!unreadable) {
        log.warn("search: the index cannot be read again; retrying with the next search", failed);
      }
      unreadable = true;
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}

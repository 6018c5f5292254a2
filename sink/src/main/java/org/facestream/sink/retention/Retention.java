package org.facestream.sink.retention;

import io.micrometer.core.instrument.Counter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes data older than their retention. Several workers may run it at the same time. */
public final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private final EventStore store;
  private final Duration keep;
  private final Duration keepForgotten;
  private final Clock clock;
  private final Counter events;
  private final Counter sightings;
  private final Counter forgotten;

  /**
   * @param keep how long after a person was last seen; zero keeps everything
   * @param keepForgotten how long after somebody was forgotten their hash is kept; zero for ever
   */
  public Retention(
      EventStore store, Duration keep, Duration keepForgotten, Clock clock, Telemetry telemetry) {
    this.store = store;
    this.keep = keep;
    this.keepForgotten = keepForgotten;
    this.clock = clock;
    this.events = deleted(telemetry, "identity_event");
    this.sightings = deleted(telemetry, "sighting");
    this.forgotten = deleted(telemetry, "forgotten_person");
  }

  private static Counter deleted(Telemetry telemetry, String table) {
    return Counter.builder("facestream.deleted.rows")
        .description("Rows deleted because they were older than the retention")
        .tags("table", table)
        .register(telemetry.registry());
  }

  /**
   * Deletes once.
   *
   * @throws StoreException when the database did not do it all; the next run goes on
   */
  public void run() throws StoreException {
    Instant now = clock.instant();
    if (!keepForgotten.isZero()) {
      forgotten.increment(store.deleteForgottenBefore(now.minus(keepForgotten)));
    }
    if (!keep.isZero()) {
      deleteEndedBefore(now.minus(keep));
    }
  }

  private void deleteEndedBefore(Instant cutoff) throws StoreException {
    EventStore.Rows deleted = store.deleteEndedBefore(cutoff);
    events.increment(deleted.events());
    sightings.increment(deleted.sightings());
    log.info(
        "retention: deleted {} sightings and {} events from before {}",
        deleted.sightings(),
        deleted.events(),
        cutoff);
  }
}

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

/**
 * Deletes what is older than it may be kept. Several workers may run it at the same time: each
 * deletes what it finds.
 */
public final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private final EventStore store;
  private final Duration keep;
  private final Clock clock;
  private final Counter events;
  private final Counter sightings;

  /**
   * @param keep how long after a person was last seen; zero keeps everything
   */
  public Retention(EventStore store, Duration keep, Clock clock, Telemetry telemetry) {
    this.store = store;
    this.keep = keep;
    this.clock = clock;
    this.events = deleted(telemetry, "identity_event");
    this.sightings = deleted(telemetry, "sighting");
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
    if (keep.isZero()) {
      return;
    }
    Instant cutoff = clock.instant().minus(keep);
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

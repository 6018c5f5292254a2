package org.facestream.sink.retention;

import io.micrometer.core.instrument.Counter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.FaceRetention;
import org.facestream.sink.store.FaceRetention.Kind;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes data older than their retention. Several workers may run it at the same time. */
public final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private final EventStore store;
  private final FaceRetention faces;
  private final Periods periods;
  private final Clock clock;
  private final Telemetry telemetry;

  /**
   * How long each class of data is kept; zero keeps it without limit.
   *
   * @param events after a person was last seen
   * @param pictures after the day of the capture; not longer than the events
   * @param descriptors likewise
   * @param unknown of sightings of nobody known, pictures and descriptors after the last look
   * @param forgotten the hash of a person, after they were forgotten
   */
  public record Periods(
      Duration events,
      Duration pictures,
      Duration descriptors,
      Duration unknown,
      Duration forgotten) {}

  public Retention(
      EventStore store, FaceRetention faces, Periods periods, Clock clock, Telemetry telemetry) {
    this.store = store;
    this.faces = faces;
    this.periods = periods;
    this.clock = clock;
    this.telemetry = telemetry;
    for (Kind kind : Kind.values()) {
      deleted(kind.table());
      if (kind != Kind.crops) {
        deletedUnknown(kind);
      }
    }
    deleted("identity_event");
    deleted("sighting");
    deleted("forgotten_person");
  }

  private Counter deleted(String table) {
    return Counter.builder("facestream.deleted.rows")
        .description("Rows deleted because they were older than the retention")
        .tags("table", table)
        .register(telemetry.registry());
  }

  private Counter deletedUnknown(Kind kind) {
    return Counter.builder("facestream.deleted.unknown.rows")
        .description("Rows of unknown people deleted because they were older than their retention")
        .tags("table", kind.table())
        .register(telemetry.registry());
  }

  /**
   * Deletes once.
   *
   * @throws StoreException when the database did not do it all; the next run goes on
   */
  public void run() throws StoreException {
    Instant now = clock.instant();
    if (!periods.forgotten().isZero()) {
      deleted("forgotten_person")
          .increment(store.deleteForgottenBefore(now.minus(periods.forgotten())));
    }
    deleteUnknown(Kind.descriptors, now);
    deleteUnknown(Kind.pictures, now);
    dropDays(Kind.descriptors, periods.descriptors(), now);
    dropDays(Kind.pictures, periods.pictures(), now);
    if (!periods.events().isZero()) {
      deleteEndedBefore(now.minus(periods.events()));
      // What hangs on a crop first.
      for (Kind kind : Kind.values()) {
        dropDays(kind, periods.events(), now);
      }
    }
  }

  private void deleteUnknown(Kind kind, Instant now) throws StoreException {
    if (!periods.unknown().isZero()) {
      deletedUnknown(kind).increment(faces.deleteUnknownBefore(kind, now.minus(periods.unknown())));
    }
  }

  private void dropDays(Kind kind, Duration keep, Instant now) throws StoreException {
    if (!keep.isZero()) {
      deleted(kind.table()).increment(faces.dropDaysBefore(kind, now.minus(keep)));
    }
  }

  private void deleteEndedBefore(Instant cutoff) throws StoreException {
    EventStore.Rows rows = store.deleteEndedBefore(cutoff);
    deleted("identity_event").increment(rows.events());
    deleted("sighting").increment(rows.sightings());
    log.info(
        "retention: deleted {} sightings and {} events from before {}",
        rows.sightings(),
        rows.events(),
        cutoff);
  }
}

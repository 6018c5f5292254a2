package org.facestream.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.loop.BatchProcessor;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreException;

/**
 * Stores each batch of identity events in one transaction, committed before {@link #process}
 * returns. A row that the database refuses is found by halving the batch, and becomes a dead
 * letter. While the database is unavailable or needs an administrator, the batch waits.
 */
final class IdentityWriter implements BatchProcessor {
  static final String STAGE = "sink";

  /** Receives records that cannot be stored. */
  interface Rejects {
    void reject(ConsumerRecord<String, byte[]> record, String reason, String detail);
  }

  private record Row(ConsumerRecord<String, byte[]> record, IdentityEvent event) {}

  private final Database database;
  private final EventStore store;
  private final Telemetry telemetry;
  private final Timer storing;
  private final Counter events;
  private final Counter sightings;

  /** Counts of uncommitted records: redelivered records are not counted twice. */
  private final List<Runnable> meters = new ArrayList<>();

  IdentityWriter(Database database, EventStore store, Telemetry telemetry) {
    this.database = database;
    this.store = store;
    this.telemetry = telemetry;
    this.storing = telemetry.part(STAGE, "store");
    this.events = stored("identity_event");
    this.sightings = stored("sighting");
  }

  private Counter stored(String table) {
    return Counter.builder("facestream.stored.rows")
        .description("Rows written to the database; replays of stored events write none")
        .tags("table", table)
        .register(telemetry.registry());
  }

  @Override
  public List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    store(batch, deadLetters::reject);
    return List.of();
  }

  /**
   * Stores the batch.
   *
   * @throws RetryableException when the batch must be delivered again
   */
  void store(List<ConsumerRecord<String, byte[]>> batch, Rejects rejects) {
    List<Row> rows = new ArrayList<>(batch.size());
    for (ConsumerRecord<String, byte[]> record : batch) {
      try {
        IdentityEvent event = IdentityTopic.fromRecord(record);
        if (event.box() == null) {
          throw new InvalidRecordException("bad-value", "an identity event has a box");
        }
        meters.add(telemetry.in(STAGE, event.camera())::increment);
        rows.add(new Row(record, event));
      } catch (InvalidRecordException invalid) {
        rejects.reject(record, invalid.reason(), "not an identity event");
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    try {
      database.check();
    } catch (UserError onlyAPersonHelps) {
      // Not this record's fault: the batch waits until the database is repaired.
      throw new RetryableException(String.valueOf(onlyAPersonHelps.getMessage()), onlyAPersonHelps);
    }
    storing.record(() -> storeRows(rows, rejects));
  }

  private void storeRows(List<Row> rows, Rejects rejects) {
    try {
      EventStore.Rows written = store.store(rows.stream().map(Row::event).toList());
      events.increment(written.events());
      sightings.increment(written.sightings());
      Instant now = Instant.now();
      for (Row row : rows) {
        String camera = row.event().camera();
        meters.add(telemetry.out(STAGE, camera)::increment);
        // The end of a track is published after its timeout, a correction at any time, and a
        // recording
        // may be of any year, so none of them measures latency.
        if (row.event().type().isOfFace() && !Recording.isReplay(row.record().headers())) {
          Duration age = Duration.between(row.event().captureTime(), now);
          meters.add(() -> telemetry.sinceCapture(STAGE, camera).record(age));
        }
      }
    } catch (StoreException refused) {
      if (!refused.rowAtFault()) {
        throw new RetryableException(
            "PostgreSQL at %s: %s".formatted(database.address(), refused.getMessage()), refused);
      }
      if (rows.size() == 1) {
        rejects.reject(rows.get(0).record(), "store-refused", String.valueOf(refused.getMessage()));
        return;
      }
      int half = rows.size() / 2;
      storeRows(rows.subList(0, half), rejects);
      storeRows(rows.subList(half, rows.size()), rejects);
    }
  }

  @Override
  public void committed() {
    meters.forEach(Runnable::run);
    meters.clear();
  }

  @Override
  public void aborted() {
    meters.clear();
  }
}

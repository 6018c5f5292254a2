package org.facestream.sink.people;

import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.ErasedDays;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continues unfinished actions on people: a command was killed, or Kafka or the database was away
 * in the middle of it. Runs in the sink, which has both.
 */
public final class DeedUpkeep {
  private static final Logger log = LoggerFactory.getLogger(DeedUpkeep.class);

  /** So long it is left to the command that began it, which may be about to take hold of it. */
  private static final Duration YOUNG = Duration.ofSeconds(5);

  /** Half of it at least. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

  /** What the gallery refuses, it refuses until somebody changes something. */
  private static final Duration WHEN_REFUSED = Duration.ofHours(1);

  /** What Kafka or the database do not do, they do when they are back. */
  private static final Duration WHEN_AWAY = Duration.ofMinutes(1);

  private final KafkaClients clients;
  private final AuditTrail trail;
  private final AtomicInteger left = new AtomicInteger();

  /** Those that could not be finished, and when they are tried again. */
  private final Map<Begun, Failed> failed = new HashMap<>();

  private final LongSupplier nanoTime;

  /** A repeated action takes the row of the one before. */
  private record Begun(long id, Instant moment) {
    static Begun of(Deed deed) {
      return new Begun(deed.id(), deed.begun());
    }
  }

  /**
   * @param why in words that name nobody
   * @param next by {@link #nanoTime}
   */
  private record Failed(String why, Backoff pauses, long next) {}

  /**
   * @param trail takes down what is done
   */
  public DeedUpkeep(KafkaClients clients, AuditTrail trail, Telemetry telemetry) {
    this(clients, trail, telemetry, System::nanoTime);
  }

  /** With another clock for the pauses between tries. */
  public DeedUpkeep(
      KafkaClients clients, AuditTrail trail, Telemetry telemetry, LongSupplier nanoTime) {
    this.clients = clients;
    this.trail = trail;
    this.nanoTime = nanoTime;
    Gauge.builder("facestream.people.unfinished", left, AtomicInteger::get)
        .description("Commands forget, merge and rename that are not finished")
        .register(telemetry.registry());
  }

  public void run(Database database) throws StoreException {
    List<Deed> all = new UnfinishedDeeds(database).all();
    left.set(all.size());
    failed.keySet().retainAll(all.stream().map(Begun::of).toList());
    for (Deed deed : all) {
      Failed before = failed.get(Begun.of(deed));
      if (deed.begun().isBefore(Instant.now().minus(YOUNG))
          && (before == null || nanoTime.getAsLong() - before.next() >= 0)) {
        goOn(deed, database);
      }
    }
    // After a command that was cut off, and after what the sink itself erased.
    new Exports(database.dataSource()).erase();
    new ErasedDays(database).clean();
  }

  private void goOn(Deed deed, Database database) throws StoreException {
    try {
      new PeopleDeeds(new People(clients, trail), database, trail)
          .goOn(deed)
          .ifPresent(
              done -> {
                left.decrementAndGet();
                // Neither name nor id: the audit trail says who, to who may know.
                log.info(
                    "people: {} begun at {} is finished: {} pictures, {} sightings",
                    deed.kind(),
                    deed.begun(),
                    done.pictures(),
                    done.rows().sightings());
              });
    } catch (RuntimeException why) {
      later(deed, why);
    }
  }

  private void later(Deed deed, RuntimeException failure) {
    // A forgetting is refused only while somebody is being enrolled.
    boolean refused = isRefusal(failure) && deed.kind() != Deed.Kind.forget;
    String why = why(failure);
    Failed before = failed.get(Begun.of(deed));
    Failed known = before != null && before.why().equals(why) ? before : null;
    Backoff pauses =
        known != null
            ? known.pauses()
            : new Backoff(FIRST_PAUSE, refused ? WHEN_REFUSED : WHEN_AWAY);
    failed.put(
        Begun.of(deed), new Failed(why, pauses, nanoTime.getAsLong() + pauses.next().toNanos()));
    if (known == null) {
      log.warn("people: {} begun at {} is not finished: {}", deed.kind(), deed.begun(), why);
      log.debug("people: why it is not", failure);
    }
  }

  private static boolean isRefusal(RuntimeException failure) {
    return failure.getCause() instanceof UserError refused && refused.getCause() == null;
  }

  /** In words that name nobody, as the gallery's refusals do. */
  private static String why(RuntimeException failure) {
    Throwable cause = failure.getCause();
    if (isRefusal(failure)) {
      return "the gallery refuses it; retrying, see `facestream people unfinished` for the "
          + "reason";
    }
    if (cause instanceof IOException && failure instanceof UserError) {
      return String.valueOf(failure.getMessage());
    }
    if (cause != null) {
      return cause.getMessage() + "; retrying";
    }
    return failure instanceof UserError
        ? "the person was forgotten in the meantime, so it ends"
        : failure.getClass().getSimpleName() + "; retrying";
  }
}

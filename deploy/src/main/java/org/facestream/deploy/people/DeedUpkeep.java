package org.facestream.deploy.people;

import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.AuditTrail;
import org.facestream.recognizer.gallery.People;
import org.facestream.sink.SinkStage;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with what was begun with people and not finished: a command was killed, or Kafka or the
 * database was away in the middle of it. Runs in the sink, which has both.
 */
public final class DeedUpkeep implements SinkStage.Upkeep {
  private static final Logger log = LoggerFactory.getLogger(DeedUpkeep.class);

  /** So long it is left to the command that began it, which may be about to take hold of it. */
  private static final Duration YOUNG = Duration.ofSeconds(5);

  private final KafkaClients clients;
  private final AuditTrail trail;
  private final AtomicInteger left = new AtomicInteger();

  /** Of which a failure was logged already. */
  private final Set<Long> told = new HashSet<>();

  /**
   * @param trail takes down what is done
   */
  public DeedUpkeep(KafkaClients clients, AuditTrail trail, Telemetry telemetry) {
    this.clients = clients;
    this.trail = trail;
    Gauge.builder("facestream.people.unfinished", left, AtomicInteger::get)
        .description("Deeds with people (forget, merge, rename) that were begun and not finished")
        .register(telemetry.registry());
  }

  @Override
  public void run(Database database) throws StoreException {
    List<Deed> all = new UnfinishedDeeds(database).all();
    left.set(all.size());
    told.retainAll(all.stream().map(Deed::id).toList());
    for (Deed deed : all) {
      if (deed.begun().isBefore(Instant.now().minus(YOUNG))) {
        goOn(deed, database);
      }
    }
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
                    "people: a {} that was begun at {} is finished: {} pictures, {} sightings",
                    deed.kind(),
                    deed.begun(),
                    done.pictures(),
                    done.rows().sightings());
              });
    } catch (RuntimeException failed) {
      if (told.add(deed.id())) {
        log.warn(
            "people: a {} that was begun at {} is not finished yet, and is tried again; `facestream"
                + " people unfinished` says what is left",
            deed.kind(),
            deed.begun());
        log.debug("people: why it is not", failed);
      }
    }
  }
}

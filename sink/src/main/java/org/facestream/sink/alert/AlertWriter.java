package org.facestream.sink.alert;

import io.micrometer.core.instrument.Counter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.loop.BatchProcessor;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;

/**
 * Compares each event with every rule, and records what is found, committed before {@link #process}
 * returns. What is no event is left to the loop that stores events.
 */
final class AlertWriter implements BatchProcessor {
  private final Database database;
  private final AlertStore store;
  private final LiveRules rules;
  private final Runnable wake;
  private final Telemetry telemetry;

  /**
   * @param wake called when there is something to deliver
   */
  AlertWriter(
      Database database, AlertStore store, LiveRules rules, Runnable wake, Telemetry telemetry) {
    this.database = database;
    this.store = store;
    this.rules = rules;
    this.wake = wake;
    this.telemetry = telemetry;
  }

  @Override
  public List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    List<AlertStore.Found> found = new ArrayList<>();
    List<IdentityEvent> corrected = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      IdentityEvent event;
      try {
        event = IdentityTopic.fromRecord(record);
      } catch (InvalidRecordException none) {
        continue;
      }
      if (event.type() == IdentityEvent.Type.corrected) {
        corrected.add(event);
      }
      // Of a recording that is the time of writing, so that a new one raises alerts.
      Instant sent = Instant.ofEpochMilli(record.timestamp());
      for (AlertRule rule : rules.all()) {
        if (rule.fits(event)) {
          found.add(new AlertStore.Found(rule, event, sent));
        }
      }
    }
    // What a later event of the batch takes back is no news.
    found.removeIf(
        each ->
            corrected.stream()
                .anyMatch(
                    later ->
                        later.track().equals(each.event().track())
                            && later.revision() > each.event().revision()
                            && !Objects.equals(later.personId(), each.event().personId())));
    if (!found.isEmpty() || !corrected.isEmpty()) {
      store(found, corrected);
    }
    return List.of();
  }

  private void store(List<AlertStore.Found> found, List<IdentityEvent> corrected) {
    try {
      database.check();
      List<AlertStore.Recorded> recorded = store.record(found, corrected, Instant.now());
      if (!recorded.isEmpty()) {
        wake.run();
      }
      recorded.forEach(each -> counter(each).increment());
    } catch (UserError onlyAPersonHelps) {
      throw new RetryableException(String.valueOf(onlyAPersonHelps.getMessage()), onlyAPersonHelps);
    } catch (StoreException refused) {
      if (refused.rowAtFault()) {
        throw new IllegalStateException("PostgreSQL refuses an alert", refused);
      }
      throw new RetryableException(
          "PostgreSQL at %s: %s".formatted(database.address(), refused.getMessage()), refused);
    }
  }

  private Counter counter(AlertStore.Recorded recorded) {
    return Counter.builder("facestream.alerts")
        .description("Alerts that rules raised, and that were not sent because of cool-down or age")
        .tags("rule", recorded.rule(), "outcome", recorded.result().name())
        .register(telemetry.registry());
  }
}

package org.facestream.ingest.worker.loop;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes batches so that a record that cannot be processed becomes a dead letter and does not
 * block others. Temporary failures are rethrown. Only for the loop's thread.
 */
final class FaultIsolation {
  private static final Logger log = LoggerFactory.getLogger(FaultIsolation.class);

  private final String stage;
  private final BatchProcessor processor;
  private final DeadLetters deadLetters;
  private final DeviceFailures device;

  FaultIsolation(
      String stage, BatchProcessor processor, DeadLetters deadLetters, DeviceFailures device) {
    this.stage = stage;
    this.processor = processor;
    this.deadLetters = deadLetters;
    this.device = device;
  }

  /**
   * Processes a batch; if that fails, its records one by one.
   *
   * @param batch in order per partition, never empty
   * @return records to publish: results, then dead letters
   */
  List<ProducerRecord<String, byte[]>> process(List<ConsumerRecord<String, byte[]>> batch) {
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>(results(batch));
    results.addAll(deadLetters.drain());
    return results;
  }

  /** Processes the records one by one, and returns each result with its record. */
  List<Delivery.Part> apart(List<ConsumerRecord<String, byte[]>> batch) {
    abort();
    List<Delivery.Part> parts = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      List<ProducerRecord<String, byte[]>> ofThis = new ArrayList<>(results(record));
      ofThis.addAll(deadLetters.drain());
      ofThis.forEach(result -> parts.add(new Delivery.Part(result, record)));
    }
    return parts;
  }

  /** The results are durable. */
  void committed() {
    processor.committed();
    deadLetters.committed();
  }

  /** Results that are not committed are void. */
  void abort() {
    processor.aborted();
    deadLetters.aborted();
  }

  private List<ProducerRecord<String, byte[]>> results(List<ConsumerRecord<String, byte[]>> batch) {
    try {
      return processor.process(batch, deadLetters);
    } catch (RuntimeException failed) {
      throwWhatMayPass(failed);
      abort();
      if (batch.size() == 1) {
        reject(batch.get(0), failed);
        return List.of();
      }
    }
    return oneByOne(batch);
  }

  private List<ProducerRecord<String, byte[]>> oneByOne(
      List<ConsumerRecord<String, byte[]>> batch) {
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    batch.forEach(record -> results.addAll(results(record)));
    return results;
  }

  private List<ProducerRecord<String, byte[]>> results(ConsumerRecord<String, byte[]> record) {
    int before = deadLetters.size();
    try {
      return processor.process(List.of(record), deadLetters);
    } catch (RuntimeException failed) {
      throwWhatMayPass(failed);
      // It may have rejected the record before it failed; that must be one dead letter, not two.
      deadLetters.takeBack(before);
      reject(record, failed);
      return List.of();
    }
  }

  private void throwWhatMayPass(RuntimeException failed) {
    boolean mayPass = failed instanceof RetryableException || failed instanceof KafkaException;
    if (mayPass && !device.isOfTheInput(failed)) {
      throw failed;
    }
  }

  private void reject(ConsumerRecord<String, byte[]> record, RuntimeException failed) {
    log.warn("{}: a record cannot be processed", stage, failed);
    deadLetters.reject(record, "processing-failed", failed.toString());
  }
}

package org.facestream.ingest.worker.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic as a table, for commands. It keeps no connection: each call opens one, and its
 * effect is durable when it returns. Each call throws {@link UserError} when no broker answers.
 */
public final class TopicTable<T> {
  private static final Logger log = LoggerFactory.getLogger(TopicTable.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final KafkaClients clients;
  private final Topic topic;
  private final Reading<T> reading;

  /** How the values of a topic are parsed; an empty value is a removal. */
  public interface Reading<T> {
    Optional<T> read(ConsumerRecord<String, byte[]> record) throws InvalidRecordException;
  }

  public TopicTable(KafkaClients clients, Topic topic, Reading<T> reading) {
    this.clients = clients;
    this.topic = topic;
    this.reading = reading;
  }

  /** Every value, by key. The topic must exist. */
  public Map<String, T> read() {
    Map<String, T> table = new TreeMap<>();
    try (TopicLog reader = new TopicLog(clients, topic)) {
      reader.readToEnd(record -> enter(table, record));
    } catch (KafkaException failed) {
      throw clients.unusable(failed);
    }
    return table;
  }

  /** Brings a table up to date with a record; one that violates the contract changes nothing. */
  public void enter(Map<String, T> table, ConsumerRecord<String, byte[]> record) {
    try {
      reading
          .read(record)
          .ifPresentOrElse(
              value -> table.put(record.key(), value), () -> table.remove(record.key()));
    } catch (InvalidRecordException invalid) {
      log.warn(
          "{}-{}@{} is skipped: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          invalid.getMessage());
    }
  }

  /**
   * Writes records.
   *
   * @param what a key is, for a message: "Camera"
   * @param smaller how to make a record smaller, for a message
   */
  public static void send(
      KafkaClients clients,
      List<ProducerRecord<String, byte[]>> records,
      String what,
      String smaller) {
    if (records.isEmpty()) {
      return;
    }
    Map<String, Object> patience =
        Map.of(
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            PATIENCE.toMillis(),
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            (int) PATIENCE.toMillis() / 2,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            (int) PATIENCE.toMillis());
    try (Producer<String, byte[]> producer = clients.producer(patience)) {
      List<Future<?>> sent = new ArrayList<>();
      for (ProducerRecord<String, byte[]> record : records) {
        sent.add(producer.send(record));
      }
      for (int i = 0; i < sent.size(); i++) {
        await(sent.get(i), records.get(i), what, smaller);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while writing to Kafka", interrupted);
    } catch (ExecutionException failed) {
      throw clients.unusable(cause(failed));
    } catch (KafkaException failed) {
      throw clients.unusable(failed);
    }
  }

  private static void await(
      Future<?> sent, ProducerRecord<String, byte[]> record, String what, String smaller)
      throws InterruptedException, ExecutionException {
    try {
      sent.get();
    } catch (ExecutionException failed) {
      Throwable cause = cause(failed);
      if (cause instanceof RecordTooLargeException) {
        throw new UserError(
            "%s '%s' is larger than Kafka accepts (max.message.bytes of topic %s); %s."
                .formatted(what, record.key(), record.topic(), smaller),
            failed);
      }
      if (Refusal.of(cause).isPresent()) {
        throw new UserError(
            ("%s '%s' is refused by Kafka (%s). Check the settings of topic %s: `facestream "
                    + "doctor --services`.")
                .formatted(what, record.key(), cause.getMessage(), record.topic()),
            failed);
      }
      throw failed;
    }
  }

  private static Throwable cause(ExecutionException failed) {
    return Objects.requireNonNull(failed.getCause(), "a failed write has a cause");
  }
}

package org.facestream.sink.api.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;

/**
 * One caller's stream of identity events: read from Kafka as fast as the caller takes them, so that
 * nothing is kept for a slow one. Whoever takes nothing for half a minute is cut by the server.
 * Used by one thread.
 */
final class EventStream implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** So that proxies keep the connection, and one whose caller is gone is noticed. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private static final Duration RIGHTS = Duration.ofSeconds(10);

  private final Call call;
  private final Predicate<IdentityEvent> wanted;
  private final TopicLog topic;
  private final StreamPosition position;
  private final boolean gap;
  private long lastSent;

  /**
   * Connects to Kafka.
   *
   * @param after id of the last event that the caller has; empty for new events only
   * @throws KafkaException when it does not answer
   */
  EventStream(
      KafkaClients clients, Call call, Predicate<IdentityEvent> wanted, Optional<String> after) {
    this.call = call;
    this.wanted = wanted;
    this.topic = new TopicLog(clients, IdentityTopic.TOPIC);
    try {
      position = new StreamPosition(topic.ends());
      gap = after.isPresent() && position.moveTo(after.get(), topic.beginnings());
      topic.seek(position.offsets());
    } catch (RuntimeException failed) {
      topic.close();
      throw failed;
    }
  }

  /** Sends events until the caller goes away, may not see them any more, or it is over. */
  void run(SseClient client, BooleanSupplier over) {
    // With an id, so that a caller whom nothing was sent to misses nothing either.
    send(client, gap ? "gap" : "ready", "{}");
    long checked = System.nanoTime();
    while (!client.terminated() && !over.getAsBoolean()) {
      topic.poll(POLL, record -> pass(client, record));
      if (since(lastSent, SILENCE)) {
        client.sendComment("");
        lastSent = System.nanoTime();
      }
      if (since(checked, RIGHTS)) {
        try {
          call.admit();
        } catch (Problem ended) {
          return;
        }
        checked = System.nanoTime();
      }
    }
  }

  private static boolean since(long nanos, Duration time) {
    return System.nanoTime() - nanos > time.toNanos();
  }

  private void pass(SseClient client, ConsumerRecord<String, byte[]> record) {
    position.pass(record);
    try {
      IdentityEvent event = IdentityTopic.fromRecord(record);
      if (call.caller().sees(event.camera()) && wanted.test(event)) {
        send(client, "message", new String(record.value(), UTF_8));
      }
    } catch (InvalidRecordException notOurs) {
      // The sink counts these.
    }
  }

  private void send(SseClient client, String kind, String json) {
    client.sendEvent(kind, json, position.toString());
    lastSent = System.nanoTime();
  }

  @Override
  public void close() {
    topic.close();
  }
}

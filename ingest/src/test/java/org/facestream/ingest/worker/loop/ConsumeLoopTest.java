package org.facestream.ingest.worker.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop on the consumer and producer that Kafka's clients bring for tests. */
@Timeout(60)
class ConsumeLoopTest {
  private static final TopicPartition PARTITION = new TopicPartition("in", 0);

  private final Telemetry telemetry = new Telemetry();
  private final List<ScriptedConsumer> opened = new CopyOnWriteArrayList<>();
  private final List<MockProducer<String, byte[]>> producers = new CopyOnWriteArrayList<>();
  private ConsumeLoop loop;

  /**
   * One partition with records without end, of which every other poll brings one: the poll after a
   * seek is always empty, as a fetch may be that has not come back yet.
   */
  private static final class ScriptedConsumer extends MockConsumer<String, byte[]> {
    /** How long the loop wanted to wait after each failure. */
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    private final List<Stage.Health> afterEmptyPolls = new CopyOnWriteArrayList<>();
    private ConsumeLoop loop;
    private volatile boolean taken;
    private boolean assigned;
    private boolean empty;

    ScriptedConsumer() {
      super("earliest");
    }

    @Override
    public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
      if (!assigned) {
        assigned = true;
        updateBeginningOffsets(Map.of(PARTITION, 0L));
        updateEndOffsets(Map.of(PARTITION, 1_000_000L));
        rebalance(List.of(PARTITION));
      }
      if (taken) {
        rebalance(List.of());
        return ConsumerRecords.empty();
      }
      if (!paused().isEmpty()) {
        waits.add(timeout);
        empty = true;
        return ConsumerRecords.empty();
      }
      if (empty) {
        empty = false;
        return ConsumerRecords.empty();
      }
      if (!waits.isEmpty()) {
        afterEmptyPolls.add(loop.health());
      }
      empty = true;
      addRecord(new ConsumerRecord<>("in", 0, position(PARTITION), "camera", new byte[1]));
      return super.poll(Duration.ZERO);
    }
  }

  private void start(UnaryOperator<byte[]> processor) {
    loop =
        new ConsumeLoop(
            new LoopSettings(
                "test",
                List.of("in"),
                "test-1",
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                3,
                0,
                false),
            "dlq",
            telemetry,
            () -> {
              ScriptedConsumer consumer = new ScriptedConsumer();
              consumer.loop = loop;
              opened.add(consumer);
              return consumer;
            },
            () -> {
              MockProducer<String, byte[]> producer =
                  new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
              producers.add(producer);
              return producer;
            },
            (batch, deadLetters) -> {
              List<ProducerRecord<String, byte[]>> out = new ArrayList<>();
              batch.forEach(
                  record ->
                      out.add(
                          new ProducerRecord<>(
                              "out", record.key(), processor.apply(record.value()))));
              return out;
            });
    loop.start();
  }

  private List<ProducerRecord<String, byte[]>> published() {
    return producers.stream().flatMap(producer -> producer.history().stream()).toList();
  }

  @AfterEach
  void close() {
    loop.close();
    telemetry.close();
  }

  @Test
  void aLoopThatAnErrorEndedIsNeitherReadyNorLive() {
    start(
        value -> {
          if (producers.get(0).history().size() < 3) {
            return value;
          }
          throw new UnsatisfiedLinkError("no such library");
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> !loop.live());
    assertEquals(3, producers.get(0).history().size());
    assertFalse(loop.health().ready());
    assertTrue(loop.health().reason().contains("no such library"), loop.health().reason());
    assertTrue(producers.get(0).closed());
    assertTrue(opened.get(0).closed());
    assertTrue(loop.failure().orElse("none").contains("no such library"));
  }

  @Test
  void aDeviceThatFailsWhateverItIsGivenEndsTheLoopWhichLeavesItsGroup() {
    start(
        value -> {
          if (opened.get(0).waits.isEmpty()) {
            // Something else in between says nothing about the device.
            throw new RetryableException("the broker is away", null);
          }
          throw new DeviceException("error 700", null, false);
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> !loop.live());
    assertEquals(3, opened.get(0).waits.size());
    assertTrue(opened.get(0).closed());
    assertEquals(
        "the device failed 3 times in a row, so a new process is needed (error 700)",
        loop.failure().orElse("none"));
    assertEquals("the loop ended: " + loop.failure().get(), loop.health().reason());
  }

  @Test
  void aDeviceThatFailsNowAndThenGoesOn() {
    AtomicInteger calls = new AtomicInteger();
    start(
        value -> {
          if (calls.incrementAndGet() % 3 != 0 && calls.get() < 9) {
            throw new DeviceException("busy", null, false);
          }
          return value;
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> calls.get() > 9 && loop.health().ready());
    assertTrue(loop.failure().isEmpty());
  }

  @Test
  void anInputThatTheDeviceAloneFailsOnIsADeadLetterInTheEnd() {
    start(
        value -> {
          if (published().isEmpty()) {
            throw new DeviceException("not this one", null, true);
          }
          return value;
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> loop.health().ready());
    assertEquals(3, opened.get(0).waits.size());
    ProducerRecord<String, byte[]> letter = published().get(0);
    assertEquals("dlq", letter.topic());
    assertEquals(
        "processing-failed", new String(letter.headers().lastHeader("reason").value(), UTF_8));
    assertTrue(loop.live());
  }

  @Test
  void anEmptyPollAfterAFailureIsNoRecovery() {
    start(
        value -> {
          if (opened.get(0).waits.size() < 5) {
            throw new RetryableException("the database is away", null);
          }
          return value;
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> loop.health().ready());
    ScriptedConsumer consumer = opened.get(0);
    assertEquals(5, consumer.waits.size());
    for (int failure = 0; failure < 5; failure++) {
      long full = 100L << failure;
      long millis = consumer.waits.get(failure).toMillis();
      assertTrue(full / 2 <= millis && millis <= full, consumer.waits::toString);
    }
    for (int failure = 0; failure < 5; failure++) {
      assertEquals(
          "org.facestream.ingest.worker.loop.RetryableException: the database is away",
          consumer.afterEmptyPolls.get(failure).reason());
    }
  }

  @Test
  void whatAFailedTurnReadIsNotOwedWhenThePartitionHasGoneElsewhere() {
    start(
        value -> {
          throw new RetryableException("the database is away", null);
        });
    await().atMost(Duration.ofSeconds(20)).until(() -> !opened.isEmpty());
    await().atMost(Duration.ofSeconds(20)).until(() -> opened.get(0).waits.size() > 1);
    opened.get(0).taken = true;
    await().atMost(Duration.ofSeconds(20)).until(() -> loop.health().ready());
  }
}

package org.facestream.ingest.worker.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultIsolationTest {
  private final Telemetry telemetry = new Telemetry();
  private final DeadLetters deadLetters = new DeadLetters("test", "dlq", telemetry);
  private final FaultIsolation isolation =
      new FaultIsolation("test", FaultIsolationTest::process, deadLetters, new DeviceFailures(3));

  @AfterEach
  void close() {
    telemetry.close();
  }

  /** Passes what is good on, rejects what is bad, and fails over what is worse once it did. */
  private static List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    List<ProducerRecord<String, byte[]>> out = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      String value = new String(record.value(), UTF_8);
      if (value.equals("good")) {
        out.add(new ProducerRecord<>("out", record.key(), record.value()));
      } else {
        deadLetters.reject(record, "bad", value);
      }
      if (value.equals("worse")) {
        throw new IllegalStateException("cannot be processed");
      }
    }
    return out;
  }

  private List<String> published(String... values) {
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    for (String value : values) {
      batch.add(new ConsumerRecord<>("in", 0, batch.size(), "camera", value.getBytes(UTF_8)));
    }
    return isolation.process(batch).stream()
        .map(
            record ->
                record.topic().equals("out")
                    ? new String(record.value(), UTF_8)
                    : new String(record.value(), UTF_8)
                        + ": "
                        + new String(record.headers().lastHeader("reason").value(), UTF_8))
        .toList();
  }

  @Test
  void aRecordThatIsRejectedAndThenFailsIsOneDeadLetter() {
    assertEquals(
        List.of("good", "good", "bad: bad", "worse: processing-failed", "bad: bad"),
        published("good", "bad", "worse", "bad", "good"));
    assertEquals(List.of("worse: processing-failed"), published("worse"));
    assertEquals(List.of("good"), published("good"));
  }

  @Test
  void whatIsRejectedTwiceBecauseItsBatchFailedIsCountedOnce() {
    published("bad", "worse", "good");
    assertEquals("none of bad", dropped("bad"));
    // Kafka did not take it, so it comes again.
    isolation.abort();
    published("bad", "worse", "good");
    isolation.committed();
    assertTrue(dropped("bad").endsWith(" 1.0"), dropped("bad"));
    assertTrue(dropped("processing-failed").endsWith(" 1.0"), dropped("processing-failed"));
  }

  private String dropped(String reason) {
    return telemetry
        .scrape()
        .lines()
        .filter(line -> line.contains("dropped") && line.contains("reason=\"" + reason + "\""))
        .findFirst()
        .orElse("none of " + reason);
  }
}

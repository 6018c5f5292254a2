package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.frame.Load;
import org.facestream.ingest.frame.LoadTopic;
import org.junit.jupiter.api.Test;

class LoadMeterTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  /** Nanoseconds from anywhere: they may wrap. */
  private long nanos = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

  private final LoadMeter meter = new LoadMeter("load", () -> nanos);

  @Test
  void itTellsEveryTwoSecondsWhileItIsBehind() throws InvalidRecordException {
    assertEquals(List.of(), meter.report(NOON));
    lag(true);
    pass(1);
    assertEquals(List.of(), meter.report(NOON));
    pass(1);
    assertEquals(List.of(new Load("door", .25, true)), loads(meter.report(NOON)));
    pass(2);
    assertEquals(List.of(), meter.report(NOON));
  }

  @Test
  void facesAreRememberedForTenSeconds() throws InvalidRecordException {
    meter.handled("door", true);
    assertEquals(List.of(), meter.report(NOON));
    for (int seconds = 2; seconds < 10; seconds += 2) {
      pass(2);
      lag(false);
      assertEquals(List.of(new Load("door", .25, true)), loads(meter.report(NOON)));
    }
    pass(2);
    lag(false);
    assertEquals(List.of(new Load("door", .25, false)), loads(meter.report(NOON)));
  }

  /** An hour of silence would follow, and cameras send what nobody can handle. */
  @Test
  void aClockThatIsSetBackSilencesNothing() throws InvalidRecordException {
    Instant time = NOON;
    for (int i = 0; i < 3; i++) {
      lag(true);
      List<ProducerRecord<String, byte[]>> records = meter.report(time);
      assertEquals(List.of(new Load("door", .25, true)), loads(records));
      assertEquals(time.toEpochMilli(), records.get(0).timestamp());
      pass(2);
      time = NOON.minus(Duration.ofHours(1)).plusSeconds(2 * i);
    }
  }

  private void lag(boolean face) {
    meter.handled("door", face);
    for (int i = 0; i < 3; i++) {
      meter.overtaken("door");
    }
  }

  private void pass(int seconds) {
    nanos += Duration.ofSeconds(seconds).toNanos();
  }

  private static List<Load> loads(List<ProducerRecord<String, byte[]>> records)
      throws InvalidRecordException {
    List<Load> loads = new ArrayList<>();
    for (ProducerRecord<String, byte[]> each : records) {
      loads.add(LoadTopic.fromRecord(new ConsumerRecord<>("load", 0, 0, each.key(), each.value())));
    }
    return loads;
  }
}

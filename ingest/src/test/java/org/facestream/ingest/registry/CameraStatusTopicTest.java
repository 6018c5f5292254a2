package org.facestream.ingest.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.publish.RateWindow;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

class CameraStatusTopicTest {
  private static final CameraReport LIVE =
      CameraReportBuilder.builder()
          .camera("door-1")
          .state(CameraState.LIVE)
          .since(Instant.parse("2026-11-22T06:50:08.120Z"))
          .fpsIn(25.02)
          .fpsOut(5.0)
          .codec("h264")
          .width(1920)
          .height(1080)
          .bitsPerSecond(2_100_000L)
          .worker("host-7")
          .epoch(1_795_330_208_000L)
          .framesIn(912)
          .framesOut(182)
          .framesHeldBack(40)
          .framesDropped(Map.of("too-old", 3L, "behind", 120L))
          .droppedPerSecond(Map.of("behind", 4.2))
          .bytesIn(9_876_543)
          .at(Instant.parse("2026-11-22T06:50:18.120Z"))
          .build();

  private static final String GOLDEN =
      "{\"camera\":\"door-1\",\"state\":\"live\",\"since\":\"2026-11-22T06:50:08.120Z\","
          + "\"fpsIn\":25.02,\"fpsOut\":5.0,\"codec\":\"h264\",\"width\":1920,\"height\":1080,"
          + "\"bitsPerSecond\":2100000,\"worker\":\"host-7\",\"epoch\":1795330208000,"
          + "\"framesIn\":912,\"framesOut\":182,\"framesHeldBack\":40,"
          + "\"framesDropped\":{\"behind\":120,\"too-old\":3},\"droppedPerSecond\":{\"behind\":4.2},"
          + "\"bytesIn\":9876543,\"at\":\"2026-11-22T06:50:18.120Z\"}";

  @Test
  void goldenBytes() throws InvalidRecordException {
    var record = CameraStatusTopic.toRecord("cctv.camera-status.v1", LIVE);
    assertEquals("door-1", record.key());
    assertEquals(LIVE.at().toEpochMilli(), record.timestamp());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
    assertEquals(Optional.of(LIVE), read("door-1", GOLDEN));
    assertEquals(Optional.of(LIVE), read("door-1", GOLDEN.replaceFirst("\\{", "{\"later\":[1],")));
    assertNull(CameraStatusTopic.tombstone("t", "a").value());
    assertEquals(Optional.empty(), CameraStatusTopic.fromRecord(received("a", null)));
  }

  @Test
  void aReportOfAWorkerBeforeThisVersionHasNoLosses() throws InvalidRecordException {
    String before = GOLDEN.replaceFirst("\"framesHeldBack.*\"bytesIn\":9876543,", "");
    CameraReport report = read("door-1", before).orElseThrow();
    assertEquals(Map.of(), report.framesDropped());
    assertEquals(Map.of(), report.droppedPerSecond());
    assertEquals(182, report.framesOut());
  }

  @Test
  void everyStateHasItsWord() throws InvalidRecordException {
    for (CameraState state : CameraState.values()) {
      String json = GOLDEN.replace("\"live\"", "\"" + state.label() + "\"");
      assertEquals(state, read("door-1", json).orElseThrow().state());
    }
  }

  @Test
  void whatIsNoReportIsRefused() {
    for (String bad :
        List.of(
            "",
            "null",
            "[]",
            GOLDEN.replace("\"live\"", "\"lively\""),
            GOLDEN.replace("2026-11-22T06:50:08.120Z", "yesterday"),
            GOLDEN.replace("\"2026-11-22T06:50:08.120Z\"", "1795330208"),
            GOLDEN.replace("182", "182.5"),
            GOLDEN + "{}",
            GOLDEN.replace("\"at\"", "\"att\""),
            GOLDEN.replace("door-1", "door-2"))) {
      assertThrows(InvalidRecordException.class, () -> read("door-1", bad), bad);
    }
    assertThrows(InvalidRecordException.class, () -> read(null, GOLDEN));
  }

  @Test
  void ratesAreOverTheLastSeconds() {
    RateWindow rates = new RateWindow();
    assertNull(rates.perSecond(0));
    long second = TimeUnit.SECONDS.toNanos(1);
    for (int tenth = 0; tenth <= 100; tenth++) {
      // 10 a second for six seconds, then nothing; and 1 a second all the time.
      rates.sample(7 + tenth * second / 10, Math.min(60, tenth), tenth / 10);
    }
    assertEquals(2, rates.perSecond(0), 1e-9);
    assertEquals(1, rates.perSecond(1), 1e-9);
  }

  private static Optional<CameraReport> read(String key, String json)
      throws InvalidRecordException {
    return CameraStatusTopic.fromRecord(received(key, json.getBytes(UTF_8)));
  }

  private static ConsumerRecord<String, byte[]> received(String key, byte[] value) {
    return new ConsumerRecord<>("t", 0, 0, key, value);
  }
}

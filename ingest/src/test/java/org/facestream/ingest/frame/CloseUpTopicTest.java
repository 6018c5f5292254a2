package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

class CloseUpTopicTest {
  private static final CloseUpRequest REQUEST =
      CloseUpRequestBuilder.builder()
          .camera("door-1")
          .epoch(1_795_324_338_731L)
          .sequence(42)
          .captureTime(Instant.ofEpochMilli(1_795_324_339_000L))
          .track("door-1-mw-40-0")
          .face("door-1-mw-42-1")
          .frameWidth(640)
          .frameHeight(360)
          .box(new Area(10.5, -2, 60.25, 70.0004))
          .build();

  private static final String GOLDEN =
      "{\"epoch\":1795324338731,\"sequence\":42,\"track\":\"door-1-mw-40-0\","
          + "\"face\":\"door-1-mw-42-1\",\"frameWidth\":640,\"frameHeight\":360,"
          + "\"box\":{\"left\":10.5,\"top\":-2.0,\"right\":60.25,\"bottom\":70.0}}";

  private static final CloseUp CLOSE_UP =
      new CloseUp(REQUEST, new Area(0, 0, 110, 140), 330, 420, new byte[] {1, 2, 3});

  @Test
  void goldenBytes() {
    ProducerRecord<String, byte[]> request = CloseUpTopic.toRecord("cctv.close-ups.v1", REQUEST);
    assertEquals("door-1", request.key());
    assertEquals(1_795_324_339_000L, request.timestamp());
    assertEquals(GOLDEN, new String(request.value(), UTF_8));

    ProducerRecord<String, byte[]> closeUp = CloseUpTopic.toFrameRecord("cctv.frames.v1", CLOSE_UP);
    assertEquals("door-1", closeUp.key());
    assertEquals(1_795_324_339_000L, closeUp.timestamp());
    assertArrayEquals(CLOSE_UP.jpeg(), closeUp.value());
    assertEquals(
        "{\"of\":"
            + GOLDEN
            + ",\"shown\":{\"left\":0.0,\"top\":0.0,\"right\":110.0,\"bottom\":140.0},"
            + "\"width\":330,\"height\":420}",
        new String(closeUp.headers().lastHeader("close-up").value(), UTF_8));
  }

  @Test
  void bothSurviveTheirTopics() throws InvalidRecordException {
    CloseUpRequest request = CloseUpTopic.fromRecord(received(CloseUpTopic.toRecord("t", REQUEST)));
    assertEquals(REQUEST.captureTime(), request.captureTime());
    assertEquals(new Area(10.5, -2, 60.25, 70), request.box());
    ConsumerRecord<String, byte[]> record = received(CloseUpTopic.toFrameRecord("t", CLOSE_UP));
    assertTrue(CloseUpTopic.isCloseUp(record));
    CloseUp read = CloseUpTopic.fromFrameRecord(record);
    assertEquals(request, read.of());
    assertEquals(CLOSE_UP.shown(), read.shown());
    assertEquals(330, read.width());
    assertArrayEquals(CLOSE_UP.jpeg(), read.jpeg());
  }

  /** A detector of before there were any, while workers are replaced one by one. */
  @Test
  void whoKnowsOnlyFramesRefusesACloseUp() {
    ConsumerRecord<String, byte[]> record = received(CloseUpTopic.toFrameRecord("t", CLOSE_UP));
    assertEquals(
        "bad-header",
        assertThrows(InvalidRecordException.class, () -> FrameTopic.fromRecord(record)).reason());
  }

  @Test
  void whatDoesNotKeepTheContractIsRefused() {
    for (String bad :
        List.of(
            "",
            "null",
            "[]",
            GOLDEN.replace("10.5", "90"),
            GOLDEN.replace("10.5", "1e300"),
            GOLDEN.replace("640", "0"),
            GOLDEN.replace("\"door-1-mw-42-1\"", "null"),
            GOLDEN.replaceFirst(",\"box.*", "}"),
            GOLDEN + "x")) {
      ConsumerRecord<String, byte[]> record =
          new ConsumerRecord<>("t", 0, 0, "door-1", bad.getBytes(UTF_8));
      assertEquals(
          "bad-request",
          assertThrows(InvalidRecordException.class, () -> CloseUpTopic.fromRecord(record), bad)
              .reason());
    }
    ProducerRecord<String, byte[]> noHeader = CloseUpTopic.toFrameRecord("t", CLOSE_UP);
    noHeader.headers().remove("close-up");
    assertEquals("bad-header", refusal(noHeader));
    ProducerRecord<String, byte[]> words = CloseUpTopic.toFrameRecord("t", CLOSE_UP);
    words.headers().add("close-up", "large".getBytes(UTF_8));
    assertEquals("bad-header", refusal(words));
    ProducerRecord<String, byte[]> part = CloseUpTopic.toFrameRecord("t", CLOSE_UP);
    part.headers().add("close-up", "{\"of\":null,\"width\":1,\"height\":1}".getBytes(UTF_8));
    assertEquals("bad-header", refusal(part));
  }

  @Test
  void trustEndsWithTheEighthFailureInARowAndComesBack() {
    CloseUpTrust trust = new CloseUpTrust();
    for (int i = 0; i < 7; i++) {
      assertFalse(trust.failed(0));
    }
    trust.succeeded();
    for (int i = 0; i < 7; i++) {
      assertFalse(trust.failed(0));
    }
    assertTrue(trust.given(0));
    assertTrue(trust.failed(0));
    assertFalse(trust.failed(1), "it is told once");
    long pause = Duration.ofMinutes(1).toNanos();
    assertFalse(trust.given(pause - 1));
    assertTrue(trust.given(pause));
    for (int i = 0; i < 3; i++) {
      assertFalse(trust.failed(pause));
    }
    assertTrue(trust.failed(pause), "it ends sooner the next time");
  }

  private static String refusal(ProducerRecord<String, byte[]> record) {
    return assertThrows(
            InvalidRecordException.class, () -> CloseUpTopic.fromFrameRecord(received(record)))
        .reason();
  }

  private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
    return new ConsumerRecord<>(
        "t",
        0,
        0,
        sent.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        sent.headers(),
        Optional.empty());
  }
}

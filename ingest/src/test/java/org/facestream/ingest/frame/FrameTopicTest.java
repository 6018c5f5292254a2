package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Optional;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

class FrameTopicTest {
  private static final Frame FRAME =
      new Frame(
          "door-1",
          1_795_324_338_731L,
          42,
          Instant.ofEpochMilli(1_795_324_339_000L),
          1280,
          720,
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          new byte[] {(byte) 0xff, (byte) 0xd8, 1, 2, 3, (byte) 0xff, (byte) 0xd9});

  @Test
  void goldenBytes() {
    ProducerRecord<String, byte[]> record = FrameTopic.toRecord("cctv.frames.v1", FRAME);
    StringJoiner headers = new StringJoiner("|");
    for (Header header : record.headers()) {
      headers.add(header.key() + "=" + new String(header.value(), UTF_8));
    }
    assertEquals("door-1", record.key());
    assertEquals(1_795_324_339_000L, record.timestamp());
    assertEquals(
        "epoch=1795324338731|sequence=42|width=1280|height=720|content-type=image/jpeg"
            + "|traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        headers.toString());
    assertArrayEquals(FRAME.jpeg(), record.value());
  }

  @Test
  void aFrameSurvivesTheTopic() throws InvalidRecordException {
    Frame read = FrameTopic.fromRecord(received(FrameTopic.toRecord("t", FRAME)));
    assertEquals(FRAME.camera(), read.camera());
    assertEquals(FRAME.epoch(), read.epoch());
    assertEquals(FRAME.sequence(), read.sequence());
    assertEquals(FRAME.captureTime(), read.captureTime());
    assertEquals(FRAME.width(), read.width());
    assertEquals(FRAME.height(), read.height());
    assertEquals(FRAME.traceparent(), read.traceparent());
    assertArrayEquals(FRAME.jpeg(), read.jpeg());
  }

  @Test
  void whatDoesNotKeepTheContractIsRefusedWithItsReason() {
    ProducerRecord<String, byte[]> noHeader = FrameTopic.toRecord("t", FRAME);
    noHeader.headers().remove("sequence");
    assertEquals("bad-header", refusal(noHeader));
    ProducerRecord<String, byte[]> negative = FrameTopic.toRecord("t", FRAME);
    negative.headers().add("width", "-1".getBytes(UTF_8));
    assertEquals("bad-header", refusal(negative));
    ProducerRecord<String, byte[]> words = FrameTopic.toRecord("t", FRAME);
    words.headers().add("height", "high".getBytes(UTF_8));
    assertEquals("bad-header", refusal(words));
    ProducerRecord<String, byte[]> good = FrameTopic.toRecord("t", FRAME);
    assertEquals("no-key", refusal(new ProducerRecord<>("t", 0, 0L, null, new byte[1])));
    assertEquals(
        "empty-value",
        refusal(new ProducerRecord<>("t", 0, 0L, "door-1", new byte[0], good.headers())));
  }

  private static String refusal(ProducerRecord<String, byte[]> record) {
    return assertThrows(InvalidRecordException.class, () -> FrameTopic.fromRecord(received(record)))
        .reason();
  }

  private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
    Headers headers = sent.headers();
    return new ConsumerRecord<>(
        sent.topic(),
        0,
        7,
        sent.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        headers,
        Optional.empty());
  }
}

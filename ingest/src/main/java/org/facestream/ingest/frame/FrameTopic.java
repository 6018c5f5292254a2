package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.frames.v1}: key camera id, value a plain JPEG, timestamp the capture
 * time; headers {@code epoch}, {@code sequence}, {@code width}, {@code height}, {@code
 * content-type} and {@code traceparent}, all UTF-8 text. For records with the header {@code
 * replay}, see {@link Recording}.
 */
public final class FrameTopic {
  /** Frames are kept for a minute; later readers are too late. */
  public static final Topic TOPIC =
      new Topic(
          "frames",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.MINUTES.toMillis(1)),
              "retention.bytes", String.valueOf(256L << 20),
              "segment.bytes", String.valueOf(32 << 20),
              "segment.ms", String.valueOf(TimeUnit.SECONDS.toMillis(30)),
              "max.message.bytes", String.valueOf(16 << 20),
              "compression.type", "uncompressed"));

  private FrameTopic() {}

  /** A frame as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Frame frame) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("epoch", text(frame.epoch()));
    headers.add("sequence", text(frame.sequence()));
    headers.add("width", text(frame.width()));
    headers.add("height", text(frame.height()));
    headers.add("content-type", "image/jpeg".getBytes(UTF_8));
    if (!frame.traceparent().isEmpty()) {
      headers.add("traceparent", frame.traceparent().getBytes(UTF_8));
    }
    return new ProducerRecord<>(
        topic, null, frame.captureTime().toEpochMilli(), frame.camera(), frame.jpeg(), headers);
  }

  /**
   * The same for a frame of a replay.
   *
   * @param written time of writing, by this machine's clock
   */
  public static ProducerRecord<String, byte[]> toReplayRecord(
      String topic, Frame frame, Instant written) {
    return Recording.record(toRecord(topic, frame), frame.captureTime(), written);
  }

  /** Whether a frame is of a replay, so that its age has no meaning. */
  public static boolean isReplay(ConsumerRecord<String, byte[]> record) {
    return Recording.isReplay(record.headers());
  }

  /**
   * The frame in a record. The JPEG itself is not checked.
   *
   * @throws InvalidRecordException when the record violates the contract
   */
  public static Frame fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (record.key() == null || record.key().isEmpty()) {
      throw new InvalidRecordException("no-key", "a frame's key is its camera's id");
    }
    if (record.value() == null || record.value().length == 0) {
      throw new InvalidRecordException("empty-value", "a frame's value is a JPEG");
    }
    Headers headers = record.headers();
    Header trace = headers.lastHeader("traceparent");
    return new Frame(
        record.key(),
        number(headers, "epoch"),
        number(headers, "sequence"),
        isReplay(record) ? Recording.captured(headers) : Instant.ofEpochMilli(record.timestamp()),
        Math.toIntExact(Math.min(Integer.MAX_VALUE, number(headers, "width"))),
        Math.toIntExact(Math.min(Integer.MAX_VALUE, number(headers, "height"))),
        trace == null ? "" : new String(trace.value(), UTF_8),
        record.value());
  }

  private static byte[] text(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  private static long number(Headers headers, String name) throws InvalidRecordException {
    Header header = headers.lastHeader(name);
    if (header == null || header.value() == null) {
      throw new InvalidRecordException("bad-header", "header '" + name + "' is missing");
    }
    try {
      long number = Long.parseLong(new String(header.value(), UTF_8));
      if (number < 0) {
        throw new InvalidRecordException("bad-header", "header '" + name + "' is negative");
      }
      return number;
    } catch (NumberFormatException malformed) {
      throw new InvalidRecordException("bad-header", "header '" + name + "' is not a number");
    }
  }
}

package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * How records of a replay differ, in every topic from the frames on. A replay reads a recording as
 * fast as it can be processed, and its capture times are those of the recording: they say nothing
 * of when a record was written, nor of how long it waited. Such a record carries the header {@code
 * replay} with the capture time, and its timestamp is when it was written, so that Kafka keeps it
 * for its time.
 *
 * <p>Before a recording's first frame and after its last one comes a boundary: a record without a
 * value, with the headers {@code replay} and {@code boundary}. Every stage hands it on behind what
 * it made of the records before. No track goes on over it.
 */
public final class Recording {
  private static final String REPLAY = "replay";
  private static final String BOUNDARY = "boundary";

  private Recording() {}

  /**
   * A record of a replay, given as it would be without.
   *
   * @param captured when the picture was taken, by the recording
   * @param written when the record is written, by this machine's clock
   */
  public static ProducerRecord<String, byte[]> record(
      ProducerRecord<String, byte[]> record, Instant captured, Instant written) {
    ProducerRecord<String, byte[]> marked =
        new ProducerRecord<>(
            record.topic(),
            record.partition(),
            Math.max(0, written.toEpochMilli()),
            record.key(),
            record.value(),
            record.headers());
    mark(marked.headers(), captured);
    return marked;
  }

  /** Marks a record whose timestamp is the time of writing. */
  public static void mark(Headers headers, Instant captured) {
    headers.add(REPLAY, Long.toString(captured.toEpochMilli()).getBytes(UTF_8));
  }

  /** A boundary for the topic of that full name. */
  public static ProducerRecord<String, byte[]> boundary(
      String topic, String camera, Instant written) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(BOUNDARY, new byte[0]);
    return record(
        new ProducerRecord<>(topic, null, 0L, camera, null, headers), Instant.EPOCH, written);
  }

  /** Whether a record with these headers is of a replay, so that its age says nothing. */
  public static boolean isReplay(Headers headers) {
    return headers.lastHeader(REPLAY) != null;
  }

  /** Whether a record with these headers is a boundary, and nothing else. */
  public static boolean isBoundary(Headers headers) {
    return isReplay(headers) && headers.lastHeader(BOUNDARY) != null;
  }

  /**
   * The capture time that the record of a replay carries.
   *
   * @throws InvalidRecordException when it carries none
   */
  public static Instant captured(Headers headers) throws InvalidRecordException {
    Header header = headers.lastHeader(REPLAY);
    try {
      return Instant.ofEpochMilli(
          Long.parseLong(new String(header.value() == null ? new byte[0] : header.value(), UTF_8)));
    } catch (NumberFormatException malformed) {
      throw new InvalidRecordException("bad-header", "header '" + REPLAY + "' is not a number");
    }
  }
}

package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.facestream.ingest.worker.kafka.InvalidRecordException;

/**
 * How records of a replay differ, in every topic from the frames on. A replay reads a recording as
 * fast as it can be processed, with the capture times of the recording, which are unrelated to the
 * time of writing. Such a record has the header {@code replay} with the capture time, and its
 * timestamp is the time of writing, so that Kafka's retention applies to it.
 *
 * <p>A boundary precedes a recording's first frame and follows its last one: a record without a
 * value, with the headers {@code replay} and {@code boundary}. Every stage forwards it after its
 * results of the records before. No track continues across a boundary.
 */
public final class Recording {
  private static final String REPLAY = "replay";
  private static final String BOUNDARY = "boundary";

  private Recording() {}

  /**
   * Converts a record to one of a replay.
   *
   * @param captured capture time, by the recording
   * @param written time of writing, by this machine's clock
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

  /** Whether a record with these headers is of a replay, so that its age has no meaning. */
  public static boolean isReplay(Headers headers) {
    return headers.lastHeader(REPLAY) != null;
  }

  /** Whether a record with these headers is a boundary. */
  public static boolean isBoundary(Headers headers) {
    return isReplay(headers) && headers.lastHeader(BOUNDARY) != null;
  }

  /**
   * The capture time of a replay's record.
   *
   * @throws InvalidRecordException when it has none
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

package org.facestream.detector.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The detector's state, {@code cctv.tracks.v1}: after every turn, the tracks of its cameras, in the
 * same transaction as the faces. A worker that takes a camera over reads the last seconds and
 * continues the same tracks. Key camera id, value JSON of {@link CameraTracks}, timestamp the time
 * of writing, header {@code frames-partition}. Only detectors read it.
 */
public final class TrackTopic {
  /** Tracks end within seconds, so older state is useless. */
  public static final Topic TOPIC =
      new Topic(
          "tracks",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.MINUTES.toMillis(10)),
              "segment.ms", String.valueOf(TimeUnit.MINUTES.toMillis(5)),
              "segment.bytes", String.valueOf(16 << 20)));

  private static final ObjectReader READER = Json.COMPLETE.readerFor(CameraTracks.class);

  private static final String PARTITION = "frames-partition";

  private TrackTopic() {}

  /**
   * A camera's tracks as a record.
   *
   * @param topic the topic's full name
   * @param partition of it
   * @param framesPartition the partition of the frames topic that the camera's frames come from
   * @param written time of writing; a replay's frames may be of another year
   */
  public static ProducerRecord<String, byte[]> toRecord(
      String topic,
      int partition,
      String camera,
      int framesPartition,
      CameraTracks tracks,
      Instant written) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic, partition, written.toEpochMilli(), camera, Json.bytes(tracks));
    record.headers().add(PARTITION, Integer.toString(framesPartition).getBytes(UTF_8));
    return record;
  }

  /**
   * The partition of the frames topic that the camera's frames came from.
   *
   * @throws InvalidRecordException when it is missing
   */
  public static int framesPartition(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    Header header = record.headers().lastHeader(PARTITION);
    try {
      return Integer.parseInt(new String(header == null ? new byte[0] : header.value(), UTF_8));
    } catch (NumberFormatException malformed) {
      throw new InvalidRecordException("bad-header", "header '" + PARTITION + "' is not a number");
    }
  }

  /**
   * The tracks in a record.
   *
   * @throws InvalidRecordException when another version wrote it, or it is damaged
   */
  public static CameraTracks fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (record.key() == null || record.value() == null) {
      throw new InvalidRecordException("empty-value", "tracks need a camera and a state");
    }
    return Json.read(READER, record.value(), "bad-value");
  }
}

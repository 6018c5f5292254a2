package org.facestream.detector.face;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectReader;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.faces.v1}: key camera id, value a plain JPEG (the face with margin,
 * not yet aligned), timestamp the capture time, and one header {@code face} with the rest as JSON
 * in UTF-8. Readers ignore JSON properties that they do not know.
 */
public final class FaceTopic {
  /** The header with everything but the picture. */
  public static final String HEADER = "face";

  /**
   * Crops are personal data: they are kept only for the hours that are needed to check a sighting.
   */
  public static final Topic TOPIC =
      new Topic(
          "faces",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.HOURS.toMillis(6)),
              "retention.bytes", String.valueOf(1L << 30),
              "segment.bytes", String.valueOf(64 << 20),
              "segment.ms", String.valueOf(TimeUnit.MINUTES.toMillis(15)),
              "max.message.bytes", String.valueOf(16 << 20),
              "compression.type", "uncompressed"));

  private static final ObjectReader READER = Json.COMPLETE.readerFor(Face.class);

  private FaceTopic() {}

  /** A face as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Face face) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(HEADER, Json.bytes(face));
    headers.add("content-type", "image/jpeg".getBytes(UTF_8));
    return new ProducerRecord<>(
        topic, null, face.captureTime().toEpochMilli(), face.camera(), face.jpeg(), headers);
  }

  /**
   * The face in a record. The JPEG itself is not checked.
   *
   * @throws InvalidRecordException with reason {@code no-key}, {@code empty-value} or {@code
   *     bad-header} when the record violates the contract
   */
  public static Face fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (record.key() == null || record.key().isEmpty()) {
      throw new InvalidRecordException("no-key", "a face's key is its camera's id");
    }
    if (record.value() == null || record.value().length == 0) {
      throw new InvalidRecordException("empty-value", "a face's value is a JPEG");
    }
    var last = record.headers().lastHeader(HEADER);
    if (last == null || last.value() == null) {
      throw new InvalidRecordException("bad-header", "header '" + HEADER + "' is missing");
    }
    Face face = Json.read(READER, last.value(), "bad-header");
    if (!face.camera().equals(record.key())) {
      throw new InvalidRecordException("bad-header", "camera and key differ");
    }
    if (!(face.box().width() > 0 && face.box().height() > 0)) {
      throw new InvalidRecordException("bad-header", "the box is empty");
    }
    return face.withJpeg(record.value());
  }
}

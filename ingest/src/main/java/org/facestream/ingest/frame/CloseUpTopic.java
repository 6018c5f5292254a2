package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.close-ups.v1}, in which detectors request close-ups, and of the
 * close-ups themselves.
 *
 * <p>A request: key camera id, value JSON, timestamp the frame's capture time. It is a hint to the
 * worker that runs the camera; the detector does not wait for an answer.
 *
 * <p>A close-up is a record of the frames topic: key camera id, value a plain JPEG, timestamp the
 * capture time of the frame in which the face was found, header {@value #HEADER} with JSON, and
 * {@code content-type}. It has no {@code sequence}, so a reader that does not know close-ups
 * rejects it instead of reading it as a frame.
 */
public final class CloseUpTopic {
  /** The header of a close-up among the frames. */
  public static final String HEADER = "close-up";

  /** Useless after some seconds. */
  public static final Topic TOPIC =
      new Topic(
          "close-ups",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.MINUTES.toMillis(5)),
              "segment.bytes", String.valueOf(4 << 20),
              "segment.ms", String.valueOf(TimeUnit.MINUTES.toMillis(5))));

  private static final ObjectReader REQUEST = Json.COMPLETE.readerFor(Request.class);
  private static final ObjectReader SHOWN = Json.COMPLETE.readerFor(Shown.class);

  /** The JSON of a request; its component names are the contract. */
  record Request(
      long epoch,
      long sequence,
      String track,
      String face,
      int frameWidth,
      int frameHeight,
      Corners box) {

    static Request of(CloseUpRequest request) {
      return new Request(
          request.epoch(),
          request.sequence(),
          request.track(),
          request.face(),
          request.frameWidth(),
          request.frameHeight(),
          Corners.of(request.box()));
    }

    CloseUpRequest of(ConsumerRecord<String, byte[]> record) {
      return CloseUpRequestBuilder.builder()
          .camera(record.key())
          .epoch(epoch)
          .sequence(sequence)
          .captureTime(Instant.ofEpochMilli(record.timestamp()))
          .track(track)
          .face(face)
          .frameWidth(frameWidth)
          .frameHeight(frameHeight)
          .box(box.area())
          .build();
    }
  }

  /** The JSON of a close-up's header; its component names are the contract. */
  record Shown(Request of, Corners shown, int width, int height) {}

  record Corners(double left, double top, double right, double bottom) {
    static Corners of(Area area) {
      return new Corners(
          rounded(area.left()), rounded(area.top()), rounded(area.right()), rounded(area.bottom()));
    }

    Area area() {
      return new Area(left, top, right, bottom);
    }

    /** A thousandth of a pixel is enough. */
    private static double rounded(double value) {
      return Math.round(value * 1e3) / 1e3;
    }
  }

  private CloseUpTopic() {}

  /** A request as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, CloseUpRequest request) {
    return new ProducerRecord<>(
        topic,
        null,
        request.captureTime().toEpochMilli(),
        request.camera(),
        Json.bytes(Request.of(request)));
  }

  /**
   * The request in a record.
   *
   * @throws InvalidRecordException when the record violates the contract
   */
  public static CloseUpRequest fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (record.key() == null || record.value() == null) {
      throw new InvalidRecordException("bad-request", "a request has a camera and a value");
    }
    Request request = Json.read(REQUEST, record.value(), "bad-request");
    try {
      return request.of(record);
    } catch (IllegalArgumentException impossible) {
      throw new InvalidRecordException("bad-request", impossible.getMessage());
    }
  }

  /** A close-up as a record for the frames topic of that full name. */
  public static ProducerRecord<String, byte[]> toFrameRecord(String framesTopic, CloseUp closeUp) {
    CloseUpRequest of = closeUp.of();
    Shown header =
        new Shown(Request.of(of), Corners.of(closeUp.shown()), closeUp.width(), closeUp.height());
    RecordHeaders headers = new RecordHeaders();
    headers.add(HEADER, Json.bytes(header));
    headers.add("content-type", "image/jpeg".getBytes(UTF_8));
    return new ProducerRecord<>(
        framesTopic, null, of.captureTime().toEpochMilli(), of.camera(), closeUp.jpeg(), headers);
  }

  /** Whether a record of the frames topic is a close-up. */
  public static boolean isCloseUp(ConsumerRecord<String, byte[]> record) {
    return record.headers().lastHeader(HEADER) != null;
  }

  /**
   * The close-up in a record of the frames topic. The JPEG itself is not checked.
   *
   * @throws InvalidRecordException with reason {@code no-key}, {@code empty-value} or {@code
   *     bad-header} when the record violates the contract
   */
  public static CloseUp fromFrameRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (record.key() == null || record.key().isEmpty()) {
      throw new InvalidRecordException("no-key", "a close-up's key is its camera's id");
    }
    if (record.value() == null || record.value().length == 0) {
      throw new InvalidRecordException("empty-value", "a close-up's value is a JPEG");
    }
    Header header = record.headers().lastHeader(HEADER);
    if (header == null || header.value() == null) {
      throw new InvalidRecordException("bad-header", "header '" + HEADER + "' is missing");
    }
    Shown shown = Json.read(SHOWN, header.value(), "bad-header");
    try {
      if (shown.width() < 1 || shown.height() < 1) {
        throw new InvalidRecordException("bad-header", "header '" + HEADER + "' has no size");
      }
      return new CloseUp(
          shown.of().of(record),
          shown.shown().area(),
          shown.width(),
          shown.height(),
          record.value());
    } catch (IllegalArgumentException impossible) {
      throw new InvalidRecordException("bad-header", impossible.getMessage());
    }
  }
}

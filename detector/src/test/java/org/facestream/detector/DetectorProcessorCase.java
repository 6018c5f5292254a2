package org.facestream.detector;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.TrackRecovery;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * A processor of real frames with the real networks; the records are handed over without a broker.
 */
abstract class DetectorProcessorCase {
  static final Instant START = Instant.parse("2026-11-22T04:30:00Z");
  static final String FRAMES = "cctv.frames.v1";

  static Mtcnn mtcnn;

  final Telemetry telemetry = new Telemetry();
  final DeadLetters deadLetters = new DeadLetters("detector", "cctv.dlq.v1", telemetry);
  final Cameras cameras = cameras(Map.of(), telemetry);
  final DetectorProcessor processor = processor(Map.of(), cameras, telemetry);
  long offset;

  @BeforeAll
  static void load() {
    mtcnn = new Mtcnn(Device.CPU, 1);
  }

  @AfterAll
  static void unload() {
    mtcnn.close();
  }

  @AfterEach
  void close() {
    processor.close();
    telemetry.close();
  }

  ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
    return received(sent, 3, offset++);
  }

  List<ProducerRecord<String, byte[]>> turns(ConsumerRecord<String, byte[]> record) {
    return turns(List.of(record));
  }

  List<ProducerRecord<String, byte[]>> turns(List<ConsumerRecord<String, byte[]>> batch) {
    List<ProducerRecord<String, byte[]>> results = processor.process(batch, deadLetters);
    processor.committed();
    return results.stream().filter(each -> !each.topic().equals("cctv.tracks.v1")).toList();
  }

  static ConsumerRecord<String, byte[]> received(
      ProducerRecord<String, byte[]> sent, int partition, long offset) {
    return new ConsumerRecord<>(
        sent.topic(),
        partition,
        offset,
        sent.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        sent.headers(),
        Optional.empty());
  }

  List<Face> turn(ConsumerRecord<String, byte[]> record) {
    try {
      List<Face> faces = faces(processor.process(List.of(record), deadLetters));
      processor.committed();
      return faces;
    } catch (InvalidRecordException broken) {
      throw new AssertionError(broken);
    }
  }

  static Cameras cameras(Map<String, String> options, Telemetry telemetry) {
    DetectorOptions checked = DetectorOptions.of(config(options));
    return new Cameras(
        new FaceSearches(checked.search(), checked.tracks().weakScore()),
        new Zones(),
        new CloseUpRequests("cctv.close-ups.v1", telemetry));
  }

  static DetectorProcessor processor(
      Map<String, String> options, Cameras cameras, Telemetry telemetry) {
    KafkaClients clients =
        new KafkaClients(
            Settings.load(List.of(KafkaConfig.class), Optional.empty(), Map.of(), Map.of())
                .get(KafkaConfig.class));
    return new DetectorProcessor(
        DetectorOptions.of(config(options)),
        telemetry,
        Clock.fixed(START, ZoneOffset.UTC),
        mtcnn,
        cameras,
        () -> {},
        new TrackRecovery(clients, 8),
        clients.name(FaceTopic.TOPIC));
  }

  static DetectorConfig config(Map<String, String> options) {
    return DetectorConfigTest.config(options);
  }

  static List<Face> faces(List<ProducerRecord<String, byte[]>> results)
      throws InvalidRecordException {
    List<Face> faces = new ArrayList<>();
    for (ProducerRecord<String, byte[]> result : results) {
      if (result.topic().equals("cctv.faces.v1")) {
        faces.add(FaceTopic.fromRecord(received(result, 0, 0)));
      }
    }
    return faces;
  }

  ConsumerRecord<String, byte[]> record(String camera, long sequence, long millis, byte[] jpeg) {
    Frame frame =
        new Frame(
            camera, START.toEpochMilli(), sequence, START.plusMillis(millis), 640, 480, "", jpeg);
    return received(FrameTopic.toRecord(FRAMES, frame), camera.equals("gate") ? 3 : 4, offset++);
  }

  static byte[] jpeg(int portrait, int side) {
    return jpeg(640, 480, placed(portrait, 100, 60, side));
  }

  static byte[] jpeg(int width, int height, Portraits.Placed... placed) {
    try (Picture frame = Portraits.frame(width, height, placed)) {
      return frame.jpeg(90);
    }
  }

  static Portraits.Placed placed(int number, int x, int y, int side) {
    return new Portraits.Placed(number, x, y, side);
  }

  String reason(ProducerRecord<String, byte[]> letter) {
    return header(letter, "reason");
  }

  static String header(ProducerRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }
}

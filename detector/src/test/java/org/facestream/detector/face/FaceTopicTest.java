package org.facestream.detector.face;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

class FaceTopicTest {
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, 1, 2, 3};

  private static final Face FACE =
      FaceBuilder.builder()
          .id("gate-ljz2-7-0")
          .camera("gate")
          .epoch(1_795_321_800_123L)
          .frameSequence(7)
          .captureTime(Instant.parse("2026-11-22T04:30:00.250Z"))
          .track("gate-ljz2-5-1")
          .frameWidth(1280)
          .frameHeight(720)
          .box(new Box(100.5f, 50, 160.5f, 125.25f))
          .landmarks(landmarks(0))
          .cropLandmarks(landmarks(-70.5f))
          .score(0.9876f)
          .quality(new Quality(0.75f, 0.5f, 1, 0.9f, 0.8f, -12.5f, 3, 1.25f))
          .zones(List.of("hall", "the counter"))
          .jpeg(JPEG)
          .build();

  /** Stored records must stay readable: another layout needs another version of the topic. */
  private static final String GOLDEN =
      """
      {"id":"gate-ljz2-7-0","camera":"gate","epoch":1795321800123,"sequence":7,\
      "captureTime":"2026-11-22T04:30:00.250Z","track":"gate-ljz2-5-1",\
      "frameWidth":1280,"frameHeight":720,\
      "box":{"left":100.5,"top":50.0,"right":160.5,"bottom":125.25},\
      "landmarks":{"leftEye":{"x":120.0,"y":80.0},"rightEye":{"x":141.0,"y":80.0},\
      "nose":{"x":130.0,"y":95.0},"leftMouth":{"x":122.0,"y":110.0},\
      "rightMouth":{"x":139.0,"y":110.0}},\
      "cropLandmarks":{"leftEye":{"x":49.5,"y":9.5},"rightEye":{"x":70.5,"y":9.5},\
      "nose":{"x":59.5,"y":24.5},"leftMouth":{"x":51.5,"y":39.5},\
      "rightMouth":{"x":68.5,"y":39.5}},"score":0.9876,\
      "quality":{"overall":0.75,"sharpness":0.5,"size":1.0,"pose":0.9,"exposure":0.8,\
      "yaw":-12.5,"pitch":3.0,"roll":1.25},"zones":["hall","the counter"]}""";

  private static final String OUTSIDE = GOLDEN.replace(",\"zones\":[\"hall\",\"the counter\"]", "");

  @Test
  void writesTheGoldenBytes() {
    ProducerRecord<String, byte[]> record = FaceTopic.toRecord("cctv.faces.v1", FACE);

    assertEquals("cctv.faces.v1", record.topic());
    assertEquals("gate", record.key());
    assertEquals(1_795_321_800_250L, record.timestamp());
    assertArrayEquals(JPEG, record.value());
    assertEquals(GOLDEN, new String(record.headers().lastHeader("face").value(), UTF_8));
    assertEquals(
        "image/jpeg", new String(record.headers().lastHeader("content-type").value(), UTF_8));
  }

  @Test
  void readsTheGoldenBytes() throws InvalidRecordException {
    Face read = FaceTopic.fromRecord(record("gate", GOLDEN, JPEG));

    assertArrayEquals(JPEG, read.jpeg());
    assertEquals(withoutPicture(FACE), withoutPicture(read));
  }

  /** So were records written before there were zones, and so they are where a camera has none. */
  @Test
  void aFaceOutsideOfAllZonesNeedNotSaySo() throws InvalidRecordException {
    Face outside = FACE.withZones(List.of());
    assertEquals(
        OUTSIDE,
        new String(FaceTopic.toRecord("t", outside).headers().lastHeader("face").value(), UTF_8));
    assertEquals(
        withoutPicture(outside),
        withoutPicture(FaceTopic.fromRecord(record("gate", OUTSIDE, JPEG))));
  }

  @Test
  void ignoresPropertiesOfLaterVersions() throws InvalidRecordException {
    String later = GOLDEN.replace("{\"id\"", "{\"glasses\":true,\"id\"");

    assertEquals("gate-ljz2-7-0", FaceTopic.fromRecord(record("gate", later, JPEG)).id());
  }

  @Test
  void refusesWhatDoesNotKeepTheContract() {
    assertEquals("no-key", refusal(record(null, GOLDEN, JPEG)));
    assertEquals("empty-value", refusal(record("gate", GOLDEN, new byte[0])));
    assertEquals("empty-value", refusal(record("gate", GOLDEN, null)));
    assertEquals("bad-header", refusal(record("gate", null, JPEG)));
    assertEquals("bad-header", refusal(record("gate", "no JSON", JPEG)));
    assertEquals("bad-header", refusal(record("gate", "null", JPEG)));
    assertEquals("bad-header", refusal(record("yard", GOLDEN, JPEG)));
    for (String part :
        List.of(
            "\"score\":0.9876,",
            "\"epoch\":1795321800123,",
            "\"track\":\"gate-ljz2-5-1\",",
            "\"frameWidth\":1280,")) {
      assertEquals("bad-header", refusal(record("gate", GOLDEN.replace(part, ""), JPEG)), part);
    }
    assertEquals("bad-header", refusal(record("gate", GOLDEN.replace("[\"hall\"", "[null"), JPEG)));
    assertEquals("bad-header", refusal(record("gate", "{\"zones\":[]}", JPEG)));
    assertEquals(
        "bad-header", refusal(record("gate", GOLDEN.replace("\"x\":120.0", "\"x\":null"), JPEG)));
    assertEquals("bad-header", refusal(record("gate", GOLDEN.replace("160.5,", "100.5,"), JPEG)));
    assertEquals("bad-header", refusal(record("gate", GOLDEN.replace("2026-11", "2026-13"), JPEG)));
  }

  private static String refusal(ConsumerRecord<String, byte[]> record) {
    return assertThrows(InvalidRecordException.class, () -> FaceTopic.fromRecord(record)).reason();
  }

  private static ConsumerRecord<String, byte[]> record(String key, String header, byte[] value) {
    RecordHeaders headers = new RecordHeaders();
    if (header != null) {
      headers.add("face", header.getBytes(UTF_8));
    }
    return new ConsumerRecord<>(
        "cctv.faces.v1",
        0,
        0,
        1_795_321_800_250L,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value,
        headers,
        Optional.empty());
  }

  private static Landmarks landmarks(float shift) {
    return Landmarks.of(
        List.of(
            new Point(120 + shift, 80 + shift),
            new Point(141 + shift, 80 + shift),
            new Point(130 + shift, 95 + shift),
            new Point(122 + shift, 110 + shift),
            new Point(139 + shift, 110 + shift)));
  }

  private static List<Object> withoutPicture(Face face) {
    return List.of(
        face.id(),
        face.camera(),
        face.epoch(),
        face.frameSequence(),
        face.captureTime(),
        face.track(),
        face.frameWidth(),
        face.frameHeight(),
        face.box(),
        face.landmarks(),
        face.cropLandmarks(),
        face.score(),
        face.quality(),
        face.zones());
  }
}

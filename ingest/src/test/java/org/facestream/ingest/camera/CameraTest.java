package org.facestream.ingest.camera;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CameraTest {
  private static final Camera FULL =
      new Camera(
          "door-1",
          "rtsp://viewer:${secret:DOOR}@192.0.2.7/stream",
          2.5,
          640,
          70,
          true,
          false,
          List.of("entrance", "north"),
          FaceSearch.AS_CONFIGURED.withMinFaceSize(60));

  private static final String GOLDEN =
      "{\"id\":\"door-1\",\"url\":\"rtsp://viewer:${secret:DOOR}@192.0.2.7/stream\",\"fps\":2.5,"
          + "\"maxWidth\":640,\"jpegQuality\":70,\"enabled\":true,\"loop\":false,"
          + "\"tags\":[\"entrance\",\"north\"],\"detection\":{\"minFaceSize\":60}}";

  @Test
  void goldenBytes() {
    var record = CameraTopic.toRecord("cctv.cameras.v1", FULL);
    assertEquals("door-1", record.key());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
    assertEquals(
        "{\"id\":\"a\",\"url\":\"clip.mp4\",\"enabled\":true,\"loop\":false,\"tags\":[]}",
        new String(CameraTopic.toRecord("t", Camera.of("a", "clip.mp4")).value(), UTF_8));
    assertEquals(null, CameraTopic.tombstone("t", "a").value());
  }

  @Test
  void aCameraSurvivesTheTopicAndUnknownFieldsAreIgnored() throws InvalidRecordException {
    assertEquals(Optional.of(FULL), read("door-1", GOLDEN));
    String later = GOLDEN.replaceFirst("\\{", "{\"motionGate\":{\"on\":true},");
    assertEquals(Optional.of(FULL), read("door-1", later));
    assertEquals(
        Optional.of(Camera.of("a", "rtsp://h/s")),
        read("a", "{\"id\":\"a\",\"url\":\"rtsp://h/s\"}"));
    assertEquals(Optional.empty(), CameraTopic.fromRecord(received("a", null)));
  }

  @Test
  void aRecordThatIsNoCameraIsRefusedWithoutShowingIt() {
    for (String bad :
        List.of(
            "rtsp://u:s3cr3t@h/s",
            "{\"id\":\"a\",\"url\":{\"x\":\"s3cr3t\"}}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"fps\":-1}",
            "{\"id\":\"b\",\"url\":\"rtsp://u:s3cr3t@h/s\"}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"fps\":\"quick\"}",
            "{\"id\":\"a\"}",
            "null",
            "[]",
            "")) {
      InvalidRecordException refused =
          assertThrows(InvalidRecordException.class, () -> read("a", bad), bad);
      assertFalse(refused.getMessage().contains("s3cr3t"), refused.getMessage());
    }
    assertThrows(InvalidRecordException.class, () -> read("a/b", GOLDEN));
    assertThrows(InvalidRecordException.class, () -> read(null, GOLDEN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a/b", "a.b", "Tür", "a\n", "${x}"})
  void idsAreForFileNamesAndLabels(String id) {
    assertThrows(UserError.class, () -> Camera.of(id, "rtsp://h/s"));
  }

  @Test
  void idsHave64CharactersAtMost() {
    assertEquals("x".repeat(64), Camera.of("x".repeat(64), "u").id());
    assertThrows(UserError.class, () -> Camera.of("x".repeat(65), "u"));
  }

  @Test
  void valuesOutOfRangeAreNamed() {
    assertTrue(refusal(0.0, null, null).contains("fps"));
    assertTrue(refusal(Double.NaN, null, null).contains("fps"));
    assertTrue(refusal(61.0, null, null).contains("fps"));
    assertTrue(refusal(null, 63, null).contains("max-width"));
    assertTrue(refusal(null, 7681, null).contains("max-width"));
    assertTrue(refusal(null, null, 0).contains("jpeg-quality"));
    assertTrue(refusal(null, null, 101).contains("jpeg-quality"));
  }

  @Test
  void optionsAreIdAndUrl() {
    assertEquals(Camera.of("a", "rtsp://h/s?x=y"), Camera.parse("a=rtsp://h/s?x=y"));
    String noId =
        assertThrows(UserError.class, () -> Camera.parse("rtsp://u:s3cr3t@h/s?x=y")).getMessage();
    assertFalse(noId.contains("s3cr3t"), noId);
    assertTrue(noId.contains("id=url"), noId);
    assertThrows(UserError.class, () -> Camera.parse("a="));
    assertThrows(UserError.class, () -> Camera.parse("=rtsp://h/s"));
  }

  @Test
  void itsTextShowsNoCredentials() {
    assertFalse(Camera.of("a", "rtsp://u:s3cr3t@h/s").toString().contains("s3cr3t"));
  }

  private static String refusal(Double fps, Integer maxWidth, Integer jpegQuality) {
    return assertThrows(
            UserError.class,
            () ->
                new Camera(
                    "a", "rtsp://u:s3cr3t@h", fps, maxWidth, jpegQuality, null, null, null, null))
        .getMessage();
  }

  private static Optional<Camera> read(String key, String json) throws InvalidRecordException {
    return CameraTopic.fromRecord(received(key, json.getBytes(UTF_8)));
  }

  private static ConsumerRecord<String, byte[]> received(String key, byte[] value) {
    return new ConsumerRecord<>("t", 0, 0, key, value);
  }
}

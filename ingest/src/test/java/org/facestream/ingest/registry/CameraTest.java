package org.facestream.ingest.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CameraTest {
  private static final Camera FULL =
      new Camera(
          "door-1",
          "rtsp://viewer:${secret:DOOR}@192.0.2.7/stream",
          "rtsp://viewer:${secret:DOOR}@192.0.2.7/main",
          90,
          2.5,
          640,
          70,
          true,
          false,
          List.of("entrance", "north"),
          FaceSearch.AS_CONFIGURED.withMinFaceSize(60),
          Transport.UDP,
          DecoderChoice.VAAPI,
          new MotionOptions(0.75, List.of(triangle(0.125))),
          List.of(triangle(0.25), triangle(0.5)),
          List.of(new Zone("the counter", triangle(1))));

  private static final String GOLDEN =
      "{\"id\":\"door-1\",\"url\":\"rtsp://viewer:${secret:DOOR}@192.0.2.7/stream\","
          + "\"closeUpUrl\":\"rtsp://viewer:${secret:DOOR}@192.0.2.7/main\",\"rotate\":90,\"fps\":2.5,"
          + "\"maxWidth\":640,\"jpegQuality\":70,\"enabled\":true,\"loop\":false,"
          + "\"tags\":[\"entrance\",\"north\"],\"detection\":{\"minFaceSize\":60},"
          + "\"transport\":\"udp\",\"decoder\":\"vaapi\","
          + "\"motion\":{\"sensitivity\":0.75,\"masks\":[[[0.0,0.0],[0.125,0.0],[0.0,0.125]]]},"
          + "\"masks\":[[[0.0,0.0],[0.25,0.0],[0.0,0.25]],[[0.0,0.0],[0.5,0.0],[0.0,0.5]]],"
          + "\"zones\":[{\"name\":\"the counter\",\"polygon\":[[0.0,0.0],[1.0,0.0],[0.0,1.0]]}]}";

  private static Polygon triangle(double side) {
    return Polygon.of(List.of(List.of(0.0, 0.0), List.of(side, 0.0), List.of(0.0, side)));
  }

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
    String later = GOLDEN.replaceFirst("\\{", "{\"later\":{\"on\":true},");
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
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"transport\":\"pigeon\"}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"masks\":[[[0,0],[0,1]]]}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"masks\":[[[0,0],[0,1],[2,0]]]}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"masks\":[[[0,0],[0,1],[null,0]]]}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"masks\":[null]}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"zones\":[{\"name\":\"z\"}]}",
            "{\"id\":\"a\",\"url\":\"rtsp://u:s3cr3t@h/s\",\"motion\":{\"sensitivity\":2}}",
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
  void whatOneCanWriteFitsIntoARecord() {
    Camera camera = Camera.of("a", "x".repeat(4096));
    Camera far = camera.withUrl("x".repeat(4097));
    assertThrows(UserError.class, far::checkSize);
    for (List<String> tags :
        List.of(
            Collections.nCopies(65, "a"), List.of("x".repeat(65)), List.of(" "), List.of("\t"))) {
      Camera tagged = camera.withTags(tags);
      String why = assertThrows(UserError.class, tagged::checkSize).getMessage();
      assertEquals(
          "Camera 'a' may have at most 64 tags, each of 1 to 64 printable characters.", why);
    }
    List<Polygon.Point> corners = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      double turn = 2 * Math.PI * i / 64;
      corners.add(new Polygon.Point(.5 + .3 * Math.cos(turn), .5 + .3 * Math.sin(turn)));
    }
    List<Polygon> areas = Collections.nCopies(32, new Polygon(corners));
    List<Zone> zones = new ArrayList<>();
    areas.forEach(area -> zones.add(new Zone("z" + zones.size(), area)));
    Camera largest =
        camera
            .withTags(Collections.nCopies(64, "\u20ac".repeat(64)))
            .withMasks(areas)
            .withZones(zones)
            .withMotion(new MotionOptions(.5, areas));
    largest.checkSize();
    assertTrue(CameraTopic.toRecord("t", largest).value().length < 1 << 19);
  }

  @Test
  void motionThatSaysNothingIsTheUsual() throws InvalidRecordException {
    String json = "{\"id\":\"a\",\"url\":\"rtsp://h/s\",\"motion\":{}}";
    assertEquals(MotionOptions.DEFAULT, read("a", json).orElseThrow().motion());
  }

  @Test
  void polygonsEncloseSomething() {
    assertThrows(
        UserError.class,
        () -> Polygon.of(List.of(List.of(0.1, 0.1), List.of(0.5, 0.5), List.of(0.2, 0.2))));
    Polygon.Point corner = new Polygon.Point(0, 1);
    assertThrows(UserError.class, () -> new Polygon(Collections.nCopies(65, corner)));
    assertThrows(UserError.class, () -> new Polygon.Point(0.5, Double.NaN));
    Polygon half = triangle(1);
    assertTrue(half.contains(0.25, 0.25));
    assertFalse(half.contains(0.75, 0.75));
    Camera camera = Camera.of("a", "u");
    assertThrows(UserError.class, () -> camera.withMasks(Collections.nCopies(33, half)));
    Zone zone = new Zone("z", half);
    assertThrows(UserError.class, () -> camera.withZones(List.of(zone, zone)));
    assertThrows(UserError.class, () -> new Zone(" ", half));
  }

  /** Twice round, half round and back, through a corner, along an edge, a corner on an edge. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".1 .1 .9 .1 .9 .9 .1 .9 .1 .1 .9 .1 .9 .9 .1 .9",
        ".1 .1 .9 .1 .9 .9 .1 .9 .1 .1 .9 .9",
        "0 0 1 0 1 1 .4 1 .4 .5 .4 1 0 1",
        "0 0 1 0 1 1 .7 1 1 1 0 1",
        ".1 .1 .5 .5 .9 .1 .9 .9 .5 .5 .1 .9",
        "0 0 1 0 1 1 .5 0 0 1",
        "0 0 .3 .3 1 0 1 1 .1 .1 0 1",
        ".1 .1 .2 .2 .3 .3 .9 .1 .9 .9 .25 .25 .1 .9",
        "0 0 .6 0 .3 0 1 0 1 1 0 1",
        "0 0 1 1 1 0 0 1",
      })
  void anOutlineThatMeetsItselfIsRefused(String corners) {
    List<List<Double>> pairs = pairs(corners);
    for (int turn = 0; turn < pairs.size(); turn++) {
      Polygon stored = Polygon.of(pairs);
      String why = assertThrows(UserError.class, stored::simple).getMessage();
      assertTrue(why.contains("crosses, touches or repeats itself near"), why);
      Collections.rotate(pairs, 1);
    }
    Collections.reverse(pairs);
    Polygon reversed = Polygon.of(pairs);
    assertThrows(UserError.class, reversed::simple);
  }

  @Test
  void aCornerThatRepeatsTheOneBeforeIsLeftOutAndOneOnAStraightEdgeStays() {
    assertEquals(
        Polygon.of(pairs("0 0 1 0 1 1")), Polygon.of(pairs("0 0 1 0 1 0 1 0 1 1 0 0 0 0")));
    assertEquals(
        8, Polygon.of(pairs("0 0 .3 0 .6 0 1 0 1 .5 1 1 .1 .1 0 .5")).simple().points().size());
    assertThrows(UserError.class, () -> Polygon.of(pairs("0 0 1 1 0 0 1 1")));
  }

  private static List<List<Double>> pairs(String corners) {
    String[] words = corners.split(" ");
    List<List<Double>> pairs = new ArrayList<>();
    for (int i = 0; i < words.length; i += 2) {
      pairs.add(List.of(Double.valueOf(words[i]), Double.valueOf(words[i + 1])));
    }
    return pairs;
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
    Camera camera = Camera.of("a", "rtsp://u:s3cr3t@h/s").withCloseUpUrl("rtsp://u:s3cr3t@h/m");
    assertFalse(camera.toString().contains("s3cr3t"));
    assertTrue(camera.holdsPassword());
    assertTrue(camera.withUrl("rtsp://h/s").holdsPassword());
    assertFalse(camera.withUrl("rtsp://h/s").withCloseUpUrl("rtsp://h/m").holdsPassword());
  }

  private static String refusal(Double fps, Integer maxWidth, Integer jpegQuality) {
    return assertThrows(
            UserError.class,
            () ->
                Camera.of("a", "rtsp://u:s3cr3t@h")
                    .withFps(fps)
                    .withMaxWidth(maxWidth)
                    .withJpegQuality(jpegQuality))
        .getMessage();
  }

  private static Optional<Camera> read(String key, String json) throws InvalidRecordException {
    return CameraTopic.fromRecord(received(key, json.getBytes(UTF_8)));
  }

  private static ConsumerRecord<String, byte[]> received(String key, byte[] value) {
    return new ConsumerRecord<>("t", 0, 0, key, value);
  }
}

package org.facestream.ingest.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CameraFileTest {
  @TempDir private Path folder;

  @Test
  void camerasComeInTheirOrderWithDefaults() throws IOException {
    List<Camera> cameras =
        read(
            """
            cameras:
              - id: door
                url: rtsp://viewer:${secret:DOOR}@192.0.2.7/stream
                close-up-url: rtsps://192.0.2.7/main
                rotate: 270
                fps: 5
                max-width: 640
                jpeg-quality: 70
                enabled: false
                loop: true
                tags: [a, b]
                transport: udp
                decoder: none
                motion:
                  sensitivity: 0.3
                  masks: [[[0, 0], [1, 0], [0, 0.25]]]
                masks:
                  - [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
                zones:
                  - name: the counter
                    polygon: [[0, 0], [1, 0], [0, 0.5]]
                detection:
                  min-face-size: 24
                  scale-factor: 0.8
                  max-scales: 5
                  scale-steps: [0.5, 0.25]
                  thresholds: [0.5, 0.6, 0.8]
                  overlaps: [0.4, 0.5, 0.6, 0.8]
                  max-candidates: 100
                  max-faces: 7
              - {id: 7, url: clip.mp4}
            """);
    assertEquals(
        List.of(
            new Camera(
                "door",
                "rtsp://viewer:${secret:DOOR}@192.0.2.7/stream",
                "rtsps://192.0.2.7/main",
                270,
                5.0,
                640,
                70,
                false,
                true,
                List.of("a", "b"),
                new FaceSearch(
                    24,
                    0.8,
                    5,
                    List.of(0.5, 0.25),
                    List.of(0.5, 0.6, 0.8),
                    List.of(0.4, 0.5, 0.6, 0.8),
                    100,
                    7),
                Transport.UDP,
                DecoderChoice.NONE,
                new MotionOptions(0.3, List.of(polygon(0, 0, 1, 0, 0, 0.25))),
                List.of(polygon(0, 0, 0.5, 0, 0.5, 1, 0, 1)),
                List.of(new Zone("the counter", polygon(0, 0, 1, 0, 0, 0.5)))),
            Camera.of("7", "clip.mp4")),
        cameras);
    assertEquals(List.of(), read("cameras: []"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "cams: []|Did you mean 'cameras'?",
        "cameras: {id: a}|must be a list",
        "cameras: [{id: 1.0, url: x}]|'1.0' is not",
        "cameras: [{id: ~, url: x}]|`id` is missing",
        "cameras: [{id: a, url: x, tags: [{b: c}]}]|must be a list of words",
        "cameras: [{id: a, url: x, tags: [~]}]|must be a list of words",
        "cameras: [{id: a, url: x, fps: .nan}]|`fps` must be a number",
        "cameras: [{id: a, url: x, fps: .inf}]|`fps` must be a number",
        "cameras: [{id: a, url: x, fps: 1e400}]|`fps` must be a number",
        "cameras: [{id: a, url: x, fps: yes}]|`fps` must be a number",
        "cameras: [{id: a, url: x, max-width: 99999999999999}]|must be a whole number",
        "cameras: [{id: a, url: x, enabled: 'no'}]|must be true or false",
        "cameras: [{id: a, url: x, masks: [[[0, .nan], [1, 1], [0, 1]]]}]|point is two numbers",
        "cameras: [{id: a, ulr: rtsp://u:s3cr3t@h}]|Did you mean 'url'?",
        "cameras: [{id: a, url: rtsp://u:s3cr3t@h, maxwidth: 3}]|Did you mean 'max-width'?",
        "cameras: [{id: a, url: x, rotate: 45}]|give 90, 180 or 270",
        "cameras: [{id: a, url: x, rotate: left}]|`rotate` must be a number",
        "cameras: [{id: a}]|camera 1: `url` is missing",
        "cameras: [{url: rtsp://u:s3cr3t@h}]|`id` is missing",
        "cameras: [{id: a b, url: rtsp://u:s3cr3t@h}]|'a b' is not",
        "cameras: [{id: a, url: rtsp://u:s3cr3t@h, fps: fast}]|`fps` must be a number",
        "cameras: [{id: a, url: rtsp://u:s3cr3t@h, fps: 99}]|it must be above 0, at most 60",
        "cameras: [{id: a, url: rtsp://u:s3cr3t@h, max-width: 6.5}]|must be a whole number",
        "cameras: [{id: a, url: rtsp://u:s3cr3t@h, loop: 1}]|must be true or false",
        "cameras: [{id: a, url: rtsp://u:s3cr3t@h, tags: x}]|must be a list",
        "cameras: [{id: a, url: x, detection: 5}]|`detection` must contain keys",
        "cameras: [{id: a, url: x, detection: {min-face-sise: 5}}]|Did you mean 'min-face-size'?",
        "cameras: [{id: a, url: x, detection: {min-face-size: 5}}]|it must be 12 or more",
        "cameras: [{id: a, url: x, detection: {thresholds: [1]}}]|it must be 3 numbers, each 0 to 1",
        "cameras: [{id: a, url: x, detection: {overlaps: [a]}}]|must be a list of numbers",
        "cameras: [{id: a, url: x, transport: pigeon}]|`transport` must be one of tcp, udp",
        "cameras: [{id: a, url: x, decoder: 4}]|must be one of auto, none, cuda, vaapi",
        "cameras: [{id: a, url: x, motion: 5}]|`motion` must contain keys such as",
        "cameras: [{id: a, url: x, motion: {sensitivity: 7}}]|sensitivity is 7.0: it must be 0 to 1",
        "cameras: [{id: a, url: x, motion: {mask: []}}]|Did you mean 'masks'?",
        "cameras: [{id: a, url: x, masks: 4}]|`masks` must be a list",
        "cameras: [{id: a, url: x, masks: [4]}]|`masks` needs points",
        "cameras: [{id: a, url: x, masks: [[0, 1, 1, 0]]}]|point is two numbers",
        "cameras: [{id: a, url: x, masks: [[[0, b], [1, 1], [0, 1]]]}]|point is two numbers",
        "cameras: [{id: a, url: x, masks: [[[0, 0], [1, 1]]]}]|3 to 64 points",
        "cameras: [{id: a, url: x, masks: [[[0, 0], [640, 0], [0, 480]]]}]|each 0 to 1",
        "cameras: [{id: a, url: x, masks: [[[0, 0], [1, 1], [1, 0], [0, 1]]]}]|crosses, touches",
        "cameras: [{id: a, url: x, motion: {masks: [[[0,0],[1,1],[1,0],[0,1]]]}}]|crosses, touches",
        "cameras: [{id: a, url: x, zones: [{name: z, polygon: [[0,0],[1,1],[1,0],[0,1]]}]}]|crosses",
        "cameras: [{id: a, url: x, zones: [[[0, 0], [1, 0], [0, 1]]]}]|`name` and `polygon`",
        "cameras: [{id: a, url: x, zones: [{name: z}]}]|`polygon` needs points",
        "cameras: [{id: a, url: x, zones: [{name: z, poly: []}]}]|Did you mean 'polygon'?",
        "cameras: [{id: a, url: x}, {id: a, url: y}]|contains camera 'a' twice",
        "cameras: [rtsp://u:s3cr3t@h|is not valid YAML (line 1)",
        "cameras: [rtsp://u:s3cr3t@h]|camera 1",
        "just words|must start with `cameras:`",
      })
  void mistakesAreNamedInOneLineWithoutUrls(String yaml, String expected) throws IOException {
    Path file = Files.writeString(folder.resolve("cameras.yaml"), yaml);
    UserError refused = assertThrows(UserError.class, () -> CameraFile.read(file));
    assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(file.toString()) || yaml.startsWith("cameras: {"));
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    for (Throwable each = refused; each != null; each = each.getCause()) {
      assertFalse(String.valueOf(each.getMessage()).contains("s3cr3t"), each.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id: a~    url: x~    masks: [[[0, 0], [1, 0], [0, 1]]]~    masks: []|5: `masks` is given twice",
        "id: a~    url: x~    rtsp://u:s3cr3t@h: 1~    rtsp://u:s3cr3t@h: 2|5: a key is given twice",
        "id: a~    url: x~cameras: []|4: `cameras` is given twice",
        "{id: a, url: x}~---~cameras: [{id: b, url: x}]|4: a second document starts after `---`",
        "{id: a, url: x}~---|3: a second document starts after `---`",
        "{id: a, url: &u rtsp://u:s3cr3t@h}~  - {id: b, url: *u}|3: an alias (*name)",
        "id: a~\turl: rtsp://u:s3cr3t@h|3: it starts with a tab",
      })
  void whatParsersSettleInSilenceIsRefusedWithItsLine(String cameras, String expected)
      throws IOException {
    Path file = folder.resolve("cameras.yaml");
    Files.writeString(file, "cameras:\n  - " + cameras.replace('~', '\n'));
    String why = assertThrows(UserError.class, () -> CameraFile.read(file)).getMessage();
    assertTrue(why.startsWith(file + ", line " + expected), why);
    assertFalse(why.contains("s3cr3t"), why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"007", "010", "0x1F", "0b11", "1_000", "8", "yes", "no", "on", "True", "1e3"})
  void idsTagsAndNamesAreAsTheyWereWritten(String word) throws IOException {
    String yaml =
        "cameras: [{id: %s, url: x, tags: [%s], zones: [{name: %s, polygon: [[0,0],[1,0],[0,1]]}]}]";
    Camera camera = read(yaml.formatted(word, word, word)).get(0);
    assertEquals(word, camera.id());
    assertEquals(List.of(word), camera.tags());
    assertEquals(word, camera.zones().get(0).name());
  }

  @Test
  void aTabAfterTheFirstLineIsSaidWithItsLine() throws IOException {
    Path file = Files.writeString(folder.resolve("cameras.yaml"), "cameras:\n\t- id: a\n");
    assertEquals(
        file + ", line 2: it starts with a tab; indent YAML with spaces.",
        assertThrows(UserError.class, () -> CameraFile.read(file)).getMessage());
  }

  @Test
  void theSameKeyInAnotherCameraAndAMarkedBeginningAreNoMistake() throws IOException {
    assertEquals(2, read("---\ncameras:\n  - {id: a, url: x}\n  - {id: b, url: x}\n").size());
    assertEquals(1, read("cameras:\n  - {id: a, url: x}\n...\n").size());
  }

  @Test
  void aBinaryFileIsSaid() throws IOException {
    Path file = folder.resolve("door.jpg");
    for (byte[] content : List.of(new byte[] {(byte) 0xff, (byte) 0xd8}, new byte[] {0, 1, 2})) {
      Files.write(file, content);
      assertEquals(
          "Cannot read " + file + ": it is not text in UTF-8.",
          assertThrows(UserError.class, () -> CameraFile.read(file)).getMessage());
    }
  }

  @Test
  void aMissingFileIsSaid() {
    Path none = folder.resolve("none.yaml");
    assertEquals(
        "There is no camera file " + none + ".",
        assertThrows(UserError.class, () -> CameraFile.read(none)).getMessage());
  }

  private static Polygon polygon(double... coordinates) {
    List<Polygon.Point> points = new ArrayList<>();
    for (int i = 0; i < coordinates.length; i += 2) {
      points.add(new Polygon.Point(coordinates[i], coordinates[i + 1]));
    }
    return new Polygon(points);
  }

  private List<Camera> read(String yaml) throws IOException {
    return CameraFile.read(Files.writeString(folder.resolve("cameras.yaml"), yaml));
  }
}

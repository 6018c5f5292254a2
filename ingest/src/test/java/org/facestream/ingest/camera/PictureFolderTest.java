package org.facestream.ingest.camera;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of pictures as a source. */
class PictureFolderTest {
  @TempDir private Path folder;
  private Path pictures;

  @BeforeEach
  void write() throws IOException {
    pictures = Files.createDirectory(folder.resolve("pictures"));
    write(pictures.resolve("03.JPG"), 320, 240);
    write(pictures.resolve("01.jpg"), 320, 240);
    write(pictures.resolve("02.png"), 200, 100);
    write(pictures.resolve("05.jpeg"), 640, 480);
    Files.writeString(pictures.resolve("04.jpg"), "no picture at all");
    Files.writeString(pictures.resolve("notes.txt"), "no picture either");
    write(folder.resolve("elsewhere.jpg"), 64, 64);
    Files.createSymbolicLink(pictures.resolve("00.jpg"), folder.resolve("elsewhere.jpg"));
    Files.createDirectory(pictures.resolve("06.jpg"));
  }

  private static void write(Path file, int width, int height) {
    try (Mat red = new Mat(height, width, opencv_core.CV_8UC3, Scalar.RED)) {
      assertTrue(opencv_imgcodecs.imwrite(file.toString(), red));
    }
  }

  @Test
  void givesThemSortedInTheirTimeAndAgain() throws SourceException, IOException {
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open(pictures, 4, deadline)) {
      for (int round = 0; round < 2; round++) {
        assertTrue(source.next());
        assertEquals(0, source.timestamp());
        assertArrayEquals(
            Files.readAllBytes(pictures.resolve("01.jpg")),
            source.jpeg(320, 20).orElseThrow().jpeg(),
            "a JPEG that need not be scaled is passed on as it is");
        assertTrue(source.next());
        assertEquals(250_000_000L, source.timestamp());
        EncodedPicture png = source.jpeg(100, 90).orElseThrow();
        assertEquals(100, png.width());
        assertEquals(50, png.height());
        assertTrue(source.next());
        assertEquals(500_000_000L, source.timestamp());
        assertTrue(source.next());
        assertEquals(1_000_000_000L, source.timestamp(), "the one before is no picture");
        assertEquals(round + 1, source.damaged());
        assertEquals(320, source.jpeg(320, 90).orElseThrow().width());
        assertFalse(source.next());
        source.rewind();
      }
    }
  }

  @Test
  void oneWithoutPicturesIsSaid() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    try (CallDeadline deadline = new CallDeadline()) {
      SourceException none =
          assertThrows(SourceException.class, () -> open(empty, 4, deadline).close());
      assertEquals("no-video", none.reason());
    }
  }

  @Test
  void theRulesForFilesHoldForFolders() throws SourceException, IOException {
    SourceRules rules =
        new SourceRules(
            Optional.of(folder), Optional.empty(), Optional.empty(), java.util.Map.of());
    SourceUrl url = rules.resolve(Camera.of("a", "pictures"));
    assertEquals(SourceUrl.Kind.PICTURES, url.kind());
    assertFalse(url.live());
    assertEquals(pictures.toRealPath().toString(), url.target());
    Path link =
        Files.createSymbolicLink(folder.resolve("way-out"), folder.resolve("..").toRealPath());
    for (String outside : new String[] {"..", ".", "/", "way-out", "pictures/../.."}) {
      SourceException refused =
          assertThrows(SourceException.class, () -> rules.resolve(Camera.of("a", outside)));
      assertEquals(Fault.URL_REFUSED, refused.fault(), outside);
    }
    Files.delete(link);
  }

  private static VideoSource open(Path folder, double fps, CallDeadline deadline)
      throws SourceException {
    Duration patience = Duration.ofSeconds(10);
    return VideoSource.open(
        SourceUrl.pictures(folder),
        new VideoSource.Patience(patience, patience, patience),
        new VideoSource.Wish(fps, Optional.empty(), Optional.empty()),
        deadline);
  }
}

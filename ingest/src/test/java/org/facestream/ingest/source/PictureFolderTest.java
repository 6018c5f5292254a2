package org.facestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.plugins.jpeg.JPEGImageWriteParam;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.picture.EncodedPicture;
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
  void whateverGivesNothingIsSaid() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertSaid("no-video", empty, "is empty");
    assertSaid("not-found", folder.resolve("none"), "folder " + folder.resolve("none"));
    Files.writeString(empty.resolve("notes.txt"), "words");
    Files.createDirectory(empty.resolve("people"));
    assertSaid("no-video", empty, "none of the 2 entries", "notes.txt", ".heic");
    Files.writeString(empty.resolve("a.jpg"), "words");
    Files.write(empty.resolve("b.png"), new byte[0]);
    assertSaid("decode-failed", empty, "none of the 2 pictures", "a.jpg: it is not a JPEG");
  }

  private static void assertSaid(String reason, Path folder, String... words) {
    try (CallDeadline deadline = new CallDeadline()) {
      SourceException none =
          assertThrows(
              SourceException.class,
              () -> {
                try (VideoSource source = open(folder, 4, deadline)) {
                  source.next();
                }
              });
      assertEquals(reason, none.reason(), none.getMessage());
      for (String word : words) {
        assertTrue(none.getMessage().contains(word), none.getMessage());
      }
    }
  }

  @Test
  void whatVanishesIsSaidAndWhatComesIsSeen() throws Exception {
    Path changing = Files.createDirectory(folder.resolve("changing"));
    write(changing.resolve("1.jpg"), 64, 64);
    write(changing.resolve("2.jpg"), 64, 64);
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open(changing, 4, deadline)) {
      assertTrue(source.next());
      Files.delete(changing.resolve("2.jpg"));
      assertFalse(source.next());
      assertEquals(1, source.damaged());
      write(changing.resolve("3.png"), 80, 60);
      source.rewind();
      assertTrue(source.next());
      assertTrue(source.next());
      assertEquals(80, source.jpeg(320, 90).orElseThrow().width());
      assertFalse(source.next());
      Files.delete(changing.resolve("1.jpg"));
      Files.delete(changing.resolve("3.png"));
      assertEquals("no-video", assertThrows(SourceException.class, source::rewind).reason());
      Files.delete(changing);
      assertEquals("not-found", assertThrows(SourceException.class, source::rewind).reason());
    }
  }

  @Test
  void picturesMayBeOfAnyKindAndSize() throws Exception {
    Path any = Files.createDirectory(folder.resolve("any"));
    List<String> names = List.of("1.webp", "2.tiff", "3.bmp", "4.png", "5.png", "6.jpg", "7.gif");
    for (String name : names) {
      boolean wide = name.equals("5.png");
      boolean large = name.equals("6.jpg");
      write(any.resolve(name), wide ? 40_000 : large ? 9000 : 64, wide ? 20 : large ? 6000 : 48);
    }
    Files.write(any.resolve("8.jpg"), cmyk());
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open(any, 4, deadline)) {
      for (int i = 1; i <= 8; i++) {
        assertTrue(source.next(), "picture " + i);
        EncodedPicture picture = source.jpeg(7680, 90).orElseThrow();
        int width = i == 5 ? 7680 : i == 6 ? 4500 : 64;
        assertEquals(width, picture.width(), "picture " + i);
        try (Picture decoded = Picture.decodeFrame(picture.jpeg());
            UByteIndexer pixels = decoded.rgb().createIndexer()) {
          assertTrue(pixels.get(2, 30, 0) > 190, "picture " + i + " is red");
          assertTrue(pixels.get(2, 30, 2) < 70, "picture " + i + " is red");
        }
      }
      assertFalse(source.next());
      assertEquals(0, source.damaged());
    }
  }

  /** As printers' programs write it: four inverted inks, marked by Adobe's segment. */
  private static byte[] cmyk() throws IOException {
    BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 48; y++) {
      for (int x = 0; x < 64; x++) {
        // Cyan, magenta, yellow and black, inverted: black comes from the alpha channel.
        image.setRGB(x, y, 0xffff0000);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      JPEGImageWriteParam plain = new JPEGImageWriteParam(Locale.ROOT);
      writer.write(null, new IIOImage(image.getRaster(), null, null), plain);
    } finally {
      writer.dispose();
    }
    byte[] four = out.toByteArray();
    byte[] adobe = {
      (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    byte[] marked = new byte[four.length + adobe.length];
    System.arraycopy(four, 0, marked, 0, 2);
    System.arraycopy(adobe, 0, marked, 2, adobe.length);
    System.arraycopy(four, 2, marked, 2 + adobe.length, four.length - 2);
    return marked;
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
        new Patience(patience, patience, patience),
        new Wish(fps, Optional.empty(), Optional.empty()),
        deadline);
  }
}

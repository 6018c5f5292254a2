package org.facestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.KeptPicture;
import org.facestream.ingest.source.picture.Look;
import org.facestream.ingest.source.picture.PictureEncoder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("bare")
class VideoSourceTest {
  private final PictureEncoder encoder = new PictureEncoder();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "libopenh264, a.mp4, h264",
    "libopenh264, a.ts, h264",
    "mpeg4, a.mp4, mpeg4",
    "mjpeg, a.avi, mjpeg",
    "mjpeg, a.mp4, mjpeg"
  })
  void everyPictureComesOnceInTimeAndInColour(String encoder, String name, String codec)
      throws SourceException, UnreadablePictureException {
    Path file = TestVideo.write(folder.resolve(name), encoder, 320, 240, 10, 25);
    try (VideoSource source = VideoSource.open(file)) {
      assertEquals(codec, source.codec().replace("libopen", ""));
      long first = StreamClock.NO_TIMESTAMP;
      for (int i = 0; i < 25; i++) {
        assertTrue(source.next(), "picture " + i);
        first = i == 0 ? source.timestamp() : first;
        assertEquals(i * 100_000_000L, source.timestamp() - first, 2_000_000);
        EncodedPicture encoded = source.jpeg(1280, 90).orElseThrow();
        assertEquals(320, encoded.width());
        assertEquals(240, encoded.height());
        assertRed(encoded);
      }
      assertFalse(source.next());
      assertEquals(0, source.damaged());
    }
  }

  @Test
  void widePicturesAreScaledAndKeepTheirShape() throws SourceException, UnreadablePictureException {
    for (String encoder : new String[] {"libopenh264", "mjpeg"}) {
      Path file = TestVideo.write(folder.resolve(encoder + ".mp4"), encoder, 640, 360, 10, 3);
      try (VideoSource source = VideoSource.open(file)) {
        assertTrue(source.next());
        EncodedPicture encoded = source.jpeg(320, 90).orElseThrow();
        assertEquals(320, encoded.width());
        assertEquals(180, encoded.height());
        assertRed(encoded);
        assertTrue(source.next());
        assertEquals(640, source.jpeg(640, 90).orElseThrow().width(), "the size may change");
      }
    }
  }

  @Test
  void motionJpegIsPassedOnAsItCame() throws SourceException {
    Path file = TestVideo.write(folder.resolve("a.mp4"), "mjpeg", 320, 240, 10, 2);
    try (VideoSource source = VideoSource.open(file)) {
      assertTrue(source.next());
      byte[] good = source.jpeg(320, 10).orElseThrow().jpeg();
      assertArrayEquals(good, source.jpeg(320, 95).orElseThrow().jpeg());
      assertEquals(320, source.width());
      assertEquals(240, source.height());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void motionJpegThatCannotBeDecodedIsNoPicture(int good) throws SourceException, IOException {
    Path file = TestVideo.write(folder.resolve("a.avi"), "mjpeg", 64, 64, 10, 60);
    byte[] bytes = Files.readAllBytes(file);
    int spoilt = 0;
    for (int i = 0; i + 4 < bytes.length && spoilt < 60 - good; i++) {
      // The frame's header: 8 bits a sample become 99.
      if (bytes[i] == (byte) 0xff && bytes[i + 1] == (byte) 0xc0 && bytes[i + 4] == 8) {
        bytes[i + 4] = 99;
        spoilt++;
      }
    }
    assertEquals(60 - good, spoilt);
    Files.write(file, bytes);
    int pictures = 0;
    try (VideoSource source = VideoSource.open(file)) {
      while (source.next()) {
        assertTrue(source.jpeg(64, 85).isPresent());
        pictures++;
      }
      assertEquals(good, pictures);
      assertEquals(60 - good, source.damaged());
      assertEquals(1, source.reopened(), "50 errors, and the decoder is opened anew");
    }
  }

  @Test
  void aFileCanBeReadAgainAndAgain() throws SourceException {
    Path file = TestVideo.write(folder.resolve("a.mp4"), "libopenh264", 160, 120, 10, 12);
    try (VideoSource source = VideoSource.open(file)) {
      for (int round = 0; round < 3; round++) {
        int pictures = 0;
        while (source.next()) {
          pictures++;
        }
        assertEquals(12, pictures);
        source.rewind();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"libopenh264, a.mp4, 320", "mjpeg, a.avi, 320", "mjpeg, a.avi, 160"})
  void whatIsKeptIsTheSameJpegAfterTheSourceWentOn(String codec, String name, int width)
      throws SourceException {
    Path file = TestVideo.write(folder.resolve(name), codec, 320, 240, 10, 12);
    List<Polygon> corner =
        List.of(Polygon.of(List.of(List.of(0.0, 0.0), List.of(0.5, 0.0), List.of(0.0, 0.5))));
    try (VideoSource source = VideoSource.open(file)) {
      for (List<Polygon> masks : List.of(List.<Polygon>of(), corner)) {
        assertTrue(source.next());
        EncodedPicture now =
            encoder.encode(source.picture(), new Look(width, 85, masks)).orElseThrow();
        try (KeptPicture kept =
            encoder.keep(source.picture(), new Look(width, 85, masks)).orElseThrow()) {
          for (int i = 0; i < 3; i++) {
            assertTrue(source.next());
            encoder.encode(source.picture(), new Look(width, 85, masks));
          }
          EncodedPicture later = encoder.encode(kept, new Look(width, 85, masks));
          assertEquals(now.width(), later.width());
          assertEquals(now.height(), later.height());
          if (width == 320) {
            assertArrayEquals(now.jpeg(), later.jpeg());
          } else {
            // Scaled in its own colours first, and then converted.
            assertTrue(kept.bytes() < 320 * 240, "bytes: " + kept.bytes());
            assertEquals(now.jpeg().length, later.jpeg().length, now.jpeg().length / 20.0);
          }
        }
      }
    }
  }

  @Test
  void damageIsCountedAndSkipped() throws SourceException, IOException {
    Path file = TestVideo.write(folder.resolve("a.ts"), "libopenh264", 320, 240, 10, 50);
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      bytes[4000 + random.nextInt(bytes.length - 4000)] ^= (byte) (1 << random.nextInt(8));
    }
    Files.write(file, bytes);
    int pictures = 0;
    try (VideoSource source = VideoSource.open(file)) {
      while (source.next()) {
        assertTrue(source.jpeg(320, 85).isPresent());
        pictures++;
      }
      assertTrue(source.damaged() > 0, "nothing was damaged");
    }
    assertTrue(pictures > 5 && pictures < 50, "pictures: " + pictures);
  }

  @Test
  void whatIsNoVideoIsSaid() throws IOException {
    assertEquals("not-found", reason(folder.resolve("none.mp4")));
    Path words = Files.writeString(folder.resolve("words.mp4"), "no video at all ".repeat(1000));
    assertEquals("bad-answer", reason(words));
    Path empty = Files.write(folder.resolve("empty.mp4"), new byte[0]);
    assertEquals("bad-answer", reason(empty));
  }

  @Test
  void aHostThatNobodyKnowsIsNotABrokenConnection() {
    SourceUrl nowhere = new SourceUrl(SourceUrl.Kind.RTSP, "rtsp://u:p@nowhere.invalid:554/s");
    Duration patience = Duration.ofSeconds(30);
    try (CallDeadline deadline = new CallDeadline()) {
      SourceException failed =
          assertThrows(
              SourceException.class,
              () ->
                  VideoSource.open(nowhere, new Patience(patience, patience, patience), deadline));
      assertEquals("unknown-host", failed.reason());
      assertEquals("the host's name is not known", failed.getMessage());
    }
  }

  @Test
  void aFileCannotMakeItOpenAnother() throws IOException {
    Path secret = TestVideo.write(folder.resolve("secret.mp4"), "mpeg4", 160, 120, 10, 5);
    Path concat = folder.resolve("list.mp4");
    Files.writeString(concat, "ffconcat version 1.0\nfile " + secret.getFileName() + "\n");
    assertEquals("bad-answer", reason(concat));
    Path playlist = folder.resolve("list.m3u8");
    Files.writeString(
        playlist, "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + secret + "\n#EXT-X-ENDLIST\n");
    assertEquals("bad-answer", reason(playlist));
  }

  @Test
  void openingAndClosingLeavesNothingBehind() throws SourceException, IOException {
    Path file = TestVideo.write(folder.resolve("a.mp4"), "libopenh264", 160, 120, 10, 3);
    long before = openFiles();
    for (int i = 0; i < 100; i++) {
      VideoSource source = VideoSource.open(file);
      assertTrue(source.next());
      source.jpeg(160, 85);
      source.close();
      source.close();
    }
    assertEquals(before, openFiles(), 5);
  }

  private static long openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    try (var each = Files.list(descriptors)) {
      return each.count();
    }
  }

  private static String reason(Path file) {
    return assertThrows(SourceException.class, () -> VideoSource.open(file).close()).reason();
  }

  private static void assertRed(EncodedPicture encoded) throws UnreadablePictureException {
    try (Picture picture = Picture.decodeFrame(encoded.jpeg());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      int[] rgb = new int[3];
      pixels.get(picture.height() / 2, picture.width() * 3 / 4, rgb);
      assertTrue(rgb[0] > 225 && rgb[1] < 30 && rgb[2] < 30, Arrays.toString(rgb));
    }
  }
}

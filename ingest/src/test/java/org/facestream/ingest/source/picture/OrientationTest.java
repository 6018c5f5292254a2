package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_new;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.facestream.ingest.frame.Orientation;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.motion.Luma;
import org.facestream.ingest.motion.LumaScaler;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.Patience;
import org.facestream.ingest.source.TestVideo;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.Wish;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a source or a configuration says about how its pixels are to be shown is done. */
class OrientationTest {
  private final PictureEncoder encoder = new PictureEncoder();
  private final LumaScaler scaler = new LumaScaler();

  private static final int ONE = 1 << 16;

  @TempDir private Path folder;

  /** The layouts of EXIF's eight orientations, with the quarters of the stored picture numbered. */
  @ParameterizedTest
  @CsvSource({
    "1, 0123,  1,  0,  0,  1",
    "2, 1032, -1,  0,  0,  1",
    "3, 3210, -1,  0,  0, -1",
    "4, 2301,  1,  0,  0, -1",
    "5, 0213,  0,  1,  1,  0",
    "6, 2031,  0,  1, -1,  0",
    "7, 3120,  0, -1, -1,  0",
    "8, 1302,  0, -1,  1,  0"
  })
  void aDisplayMatrixAndExifAreHonoured(int exif, String layout, int a, int b, int c, int d)
      throws Exception {
    for (String encoder : new String[] {"libopenh264", "mpeg4", "mjpeg"}) {
      Path file = video(encoder + ".mp4", encoder, stream -> matrix(stream, a, b, c, d));
      assertEquals(layout, layout(first(file, 0), exif >= 5), encoder);
    }
    Path plain = video("plain.avi", "mjpeg", stream -> {});
    byte[] jpeg = first(plain, 0).jpeg();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 3; i++) {
      stream.write(withExif(jpeg, exif));
    }
    Path motion = Files.write(folder.resolve("a.mjpeg"), stream.toByteArray());
    assertEquals(layout, layout(first(motion, 0), exif >= 5), "Motion JPEG as it came");
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.write(pictures.resolve("1.jpg"), withExif(jpeg, exif));
    assertEquals(layout, layout(first(pictures, 0), exif >= 5), "a folder");
    assertEquals(
        layout, layout(Orientation.ofExif(exif), 0), "the tag and the layout are of one meaning");
  }

  private static String layout(Orientation orientation, int turned) {
    Orientation seen = orientation.thenTurned(turned);
    StringBuilder layout = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      int x = i % 2 ^ (seen.leftRight() ? 1 : 0);
      int y = i / 2 ^ (seen.topBottom() ? 1 : 0);
      layout.append(seen.transposed() ? 2 * x + y : 2 * y + x);
    }
    return layout.toString();
  }

  @ParameterizedTest
  @CsvSource({"90, 2031", "180, 3210", "270, 1302"})
  void aCameraIsTurnedByConfigurationToo(int rotate, String layout) throws Exception {
    for (String encoder : new String[] {"libopenh264", "mjpeg"}) {
      Path file = video(encoder + ".mp4", encoder, stream -> {});
      assertEquals(layout, layout(first(file, rotate), rotate != 180), encoder);
    }
    // What is declared comes first: a quarter and three quarters are a whole turn.
    Path declared = video("a.mp4", "libopenh264", stream -> matrix(stream, 0, 1, -1, 0));
    assertEquals("0123", layout(first(declared, 270), false));
    assertEquals("3210", layout(first(declared, 90), false));
  }

  @Test
  void masksAreOfThePictureAsItIsSeen() throws Exception {
    Path file = video("a.mp4", "libopenh264", stream -> matrix(stream, 0, 1, -1, 0));
    Polygon upperLeft =
        Polygon.of(
            List.of(List.of(0.0, 0.0), List.of(0.5, 0.0), List.of(0.5, 0.5), List.of(0.0, 0.5)));
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open(file, 0, deadline)) {
      assertTrue(source.next());
      assertEquals(96, source.width());
      assertEquals(160, source.height());
      EncodedPicture masked =
          encoder.encode(source.picture(), new Look(1280, 95, List.of(upperLeft))).orElseThrow();
      try (Picture picture = Picture.decodeFrame(masked.jpeg());
          UByteIndexer pixels = picture.rgb().createIndexer()) {
        assertEquals(0, pixels.get(40, 24, 0), 12);
        assertEquals(28, pixels.get(40, 72, 0), 12, "beside it stands the stored upper left");
        assertEquals(240, pixels.get(120, 24, 0), 16, "below it the stored lower right");
      }
      Luma luma = scaler.scale(source.picture().frame().orElseThrow());
      assertEquals(Math.round(LumaScaler.WIDTH * 160 / 96.0), luma.height());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.mp4, libopenh264, 4/3, 0, 213, 96",
    "a.mkv, libopenh264, 4/3, 0, 213, 96",
    "a.mp4, mjpeg, 1/2, 0, 160, 192",
    "a.mp4, libopenh264, 2/1, 90, 96, 320",
    "a.avi, mpeg4, 3/2, 0, 240, 96",
    "a.ts, mpeg2video, 16/15, 0, 171, 96"
  })
  void pixelsThatAreNotSquareAreShownAsWideAsTheyAre(
      String name, String encoder, String shape, int rotate, int width, int height)
      throws Exception {
    String[] parts = shape.split("/");
    int pixelWidth = Integer.parseInt(parts[0]);
    int pixelHeight = Integer.parseInt(parts[1]);
    boolean byCodec = encoder.equals("mpeg2video");
    Path file =
        TestVideo.write(
            folder.resolve(name),
            encoder,
            160,
            96,
            25,
            30,
            byCodec
                ? new TestVideo.Coding(0, 10, 0, pixelWidth, pixelHeight)
                : TestVideo.Coding.USUAL,
            (frame, index) -> TestVideo.quarters(frame),
            stream -> {
              if (!byCodec) {
                stream.sample_aspect_ratio(av_make_q(pixelWidth, pixelHeight));
                stream.codecpar().sample_aspect_ratio(stream.sample_aspect_ratio());
              }
            });
    EncodedPicture picture = first(file, rotate);
    assertEquals(width + " x " + height, picture.width() + " x " + picture.height());
  }

  /** BT.601 and 709 show the same red of the codec otherwise, and so do limited and full range. */
  @ParameterizedTest
  @CsvSource({"6, 1, 254, 0, 0", "1, 1, 255, 24, 0", "6, 2, 238, 14, 14", "1, 2, 255, 36, 10"})
  void coloursAreOfTheDeclaredMatrixAndRange(int matrix, int range, int red, int green, int blue)
      throws Exception {
    Path file =
        TestVideo.write(
            folder.resolve("a.mp4"),
            "mpeg4",
            160,
            96,
            10,
            1,
            TestVideo.Coding.USUAL,
            TestVideo::red,
            stream ->
                stream
                    .codecpar()
                    .color_space(matrix)
                    .color_range(range)
                    .color_primaries(matrix)
                    .color_trc(matrix));
    try (Picture picture = Picture.decodeFrame(first(file, 0).jpeg());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      assertEquals(red, pixels.get(48, 80, 0), 5);
      assertEquals(green, pixels.get(48, 80, 1), 5);
      assertEquals(blue, pixels.get(48, 80, 2), 5);
    }
  }

  @Test
  void whatTheContainerCropsIsNotSeen() throws Exception {
    Path file = folder.resolve("cropped.mkv");
    try (InputStream in = OrientationTest.class.getResourceAsStream("/videos/cropped.mkv")) {
      Files.copy(in, file);
    }
    EncodedPicture cropped = first(file, 0);
    assertEquals(80, cropped.width());
    assertEquals(96, cropped.height());
    try (Picture picture = Picture.decodeFrame(cropped.jpeg());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      // The codec's 100 and 220, of full range in the original.
      assertEquals(100, pixels.get(24, 20, 0), 8);
      assertEquals(220, pixels.get(72, 20, 0), 8);
    }
  }

  private interface Declaring {
    void accept(AVStream stream);
  }

  private Path video(String name, String encoder, Declaring declaring) {
    return TestVideo.write(
        folder.resolve(name),
        encoder,
        160,
        96,
        10,
        3,
        TestVideo.Coding.USUAL,
        (frame, index) -> TestVideo.quarters(frame),
        declaring::accept);
  }

  private static void matrix(AVStream stream, int a, int b, int c, int d) {
    int[] matrix = {a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30};
    try (AVPacketSideData list = new AVPacketSideData(stream.codecpar().coded_side_data());
        IntPointer count = new IntPointer(1)) {
      count.put(stream.codecpar().nb_coded_side_data());
      AVPacketSideData side =
          av_packet_side_data_new(list, count, AV_PKT_DATA_DISPLAYMATRIX, 36, 0);
      ByteBuffer bytes = ByteBuffer.allocate(36).order(ByteOrder.nativeOrder());
      Arrays.stream(matrix).forEach(bytes::putInt);
      side.data().put(bytes.array());
      stream.codecpar().coded_side_data(list).nb_coded_side_data(count.get());
    }
  }

  static byte[] withExif(byte[] jpeg, int orientation) {
    ByteBuffer tagged = ByteBuffer.allocate(jpeg.length + 36);
    tagged.put(jpeg, 0, 2).putShort((short) 0xffe1).putShort((short) 34);
    tagged.put(new byte[] {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1});
    tagged.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) orientation);
    tagged.putShort((short) 0).putInt(0).put(jpeg, 2, jpeg.length - 2);
    return tagged.array();
  }

  private static VideoSource open(Path path, int rotate, CallDeadline deadline)
      throws SourceException {
    Duration patience = Duration.ofSeconds(30);
    return VideoSource.open(
        Files.isDirectory(path) ? SourceUrl.pictures(path) : SourceUrl.file(path),
        new Patience(patience, patience, patience),
        new Wish(5, Optional.empty(), Optional.empty(), rotate),
        deadline);
  }

  private static EncodedPicture first(Path path, int rotate) throws SourceException {
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open(path, rotate, deadline)) {
      assertTrue(source.next());
      return source.jpeg(1280, 95).orElseThrow();
    }
  }

  /** Which stored quarter is seen where, row by row. */
  private static String layout(EncodedPicture encoded, boolean high)
      throws UnreadablePictureException, IOException {
    assertEquals(high ? 96 : 160, encoded.width());
    assertEquals(high ? 160 : 96, encoded.height());
    StringBuilder layout = new StringBuilder();
    try (Picture picture = Picture.decodeFrame(encoded.jpeg());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      for (int i = 0; i < 4; i++) {
        int grey =
            pixels.get(
                (1 + i / 2 * 2) * encoded.height() / 4, (1 + i % 2 * 2) * encoded.width() / 4, 0);
        layout.append(Math.round((grey - 40) / 60f));
      }
    }
    return layout.toString();
  }
}

package org.facestream.ingest.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("bare")
class PictureTest {

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "bmp", "gif"})
  void redIsTheFirstChannelWhateverTheFormat(String format)
      throws IOException, UnreadablePictureException {
    try (Picture picture = Picture.decodeStill(red(64, 48, format));
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      assertEquals(64, picture.width());
      assertEquals(48, picture.height());
      assertTrue(pixels.get(20, 30, 0) > 200);
      assertTrue(pixels.get(20, 30, 1) < 60);
      assertTrue(pixels.get(20, 30, 2) < 60);
    }
  }

  @Test
  void aFrameIsAJpegAndNothingElse() throws IOException, UnreadablePictureException {
    try (Picture picture = Picture.decodeFrame(red(64, 48, "jpg"))) {
      assertEquals(64, picture.width());
    }
    byte[] png = red(64, 48, "png");
    assertEquals("not-a-jpeg", frameRefusal(png));
    assertEquals("not-a-jpeg", frameRefusal(new byte[0]));
    assertEquals("not-a-jpeg", frameRefusal("GET / HTTP/1.1".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void encodingAgainKeepsTheColour() throws IOException, UnreadablePictureException {
    try (Picture picture = Picture.decodeFrame(red(64, 48, "jpg"));
        Picture again = Picture.decodeFrame(picture.jpeg(90));
        UByteIndexer pixels = again.rgb().createIndexer()) {
      assertTrue(pixels.get(20, 30, 0) > 200 && pixels.get(20, 30, 2) < 60);
    }
  }

  @Test
  void aJpegThatLiesAboutItsSizeIsRefusedBeforeItIsDecoded() throws IOException {
    byte[] jpeg = red(64, 48, "jpg");
    int sof = indexOf(jpeg, (byte) 0xff, (byte) 0xc0);
    byte[] bomb = jpeg.clone();
    Arrays.fill(bomb, sof + 5, sof + 9, (byte) 0x7f);
    assertEquals("too-large", frameRefusal(bomb));
    assertEquals("too-large", stillRefusal(bomb));
  }

  /** Widths that fill no whole byte, and no whole pass of an interlaced picture. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB
      })
  void everyKindOfPngInterlacedOrNot(int type) throws Exception {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    for (int mode : new int[] {ImageWriteParam.MODE_DISABLED, ImageWriteParam.MODE_DEFAULT}) {
      for (int width : new int[] {1, 3, 13}) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(png)) {
          writer.setOutput(out);
          ImageWriteParam options = writer.getDefaultWriteParam();
          options.setProgressiveMode(mode);
          BufferedImage image = new BufferedImage(width, 5, type);
          image.setRGB(width - 1, 4, 0xffffffff);
          writer.write(null, new IIOImage(image, null, null), options);
        }
        try (Picture picture = Picture.decodeStill(png.toByteArray());
            UByteIndexer pixels = picture.rgb().createIndexer()) {
          assertEquals(255, pixels.get(4, width - 1, 0));
        }
      }
    }
    writer.dispose();
  }

  @Test
  void aPngBombIsRefusedBeforeItIsDecoded() throws IOException {
    byte[] bomb = pngOfZeros(20_000, 20_000);
    assertTrue(bomb.length < 2_000_000, "a bomb is small: " + bomb.length);
    assertEquals("too-large", stillRefusal(bomb));
  }

  @Test
  void whatIsCutShortIsRefused() throws IOException {
    byte[] jpeg = red(640, 480, "jpg");
    assertEquals("not-a-jpeg", frameRefusal(Arrays.copyOf(jpeg, 30)));
    assertEquals("corrupt-picture", stillRefusal(Arrays.copyOf(red(640, 480, "png"), 60)));
    assertEquals("not-a-picture", stillRefusal("words".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theHeaderIsReadPastOtherSegments() throws IOException, UnreadablePictureException {
    byte[] jpeg = red(321, 123, "jpg");
    assertEquals(new JpegHeader(321, 123, true), JpegHeader.read(jpeg));
    byte[] padded = new byte[jpeg.length + 6];
    padded[0] = (byte) 0xff;
    padded[1] = (byte) 0xd8;
    // A comment of two bytes, and a fill byte before the next marker.
    byte[] comment = {(byte) 0xff, (byte) 0xfe, 0, 3, 'x', (byte) 0xff};
    System.arraycopy(comment, 0, padded, 2, comment.length);
    System.arraycopy(jpeg, 2, padded, 8, jpeg.length - 2);
    assertEquals(new JpegHeader(321, 123, true), JpegHeader.read(padded));
  }

  /** A tag of 6 says: turn by 90 degrees clockwise to see it upright. */
  @Test
  void aPhotographIsTurnedAsItsTagSaysAndAFrameIsNot()
      throws IOException, UnreadablePictureException {
    byte[] jpeg = red(64, 48, "jpg");
    byte[] tag = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      6,
      0,
      0,
      0,
      0,
      0,
      0
    };
    byte[] tagged = new byte[jpeg.length + tag.length];
    System.arraycopy(jpeg, 0, tagged, 0, 2);
    System.arraycopy(tag, 0, tagged, 2, tag.length);
    System.arraycopy(jpeg, 2, tagged, 2 + tag.length, jpeg.length - 2);
    try (Picture still = Picture.decodeStill(tagged);
        Picture frame = Picture.decodeFrame(tagged)) {
      assertEquals(48, still.width());
      assertEquals(64, still.height());
      assertEquals(64, frame.width());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
  void greyOfEightAndSixteenBitsBecomesRgb(int type)
      throws IOException, UnreadablePictureException {
    BufferedImage grey = new BufferedImage(40, 30, type);
    Graphics2D graphics = grey.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, 40, 30);
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(grey, "png", png);
    try (Picture picture = Picture.decodeStill(png.toByteArray());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      for (int channel = 0; channel < 3; channel++) {
        assertEquals(255, pixels.get(15, 20, channel));
      }
    }
  }

  @Test
  void transparencyIsLeftOut() throws IOException, UnreadablePictureException {
    BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(20, 15, 0x80ff0000);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    try (Picture picture = Picture.decodeStill(png.toByteArray());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      assertEquals(3, picture.rgb().channels());
      assertEquals(255, pixels.get(15, 20, 0));
      assertEquals(0, pixels.get(15, 20, 2));
    }
  }

  @Test
  void aLargePhotographIsDecodedAtHalfItsSize() throws IOException, UnreadablePictureException {
    byte[] large = encoded(".jpg", 9000, 6200);
    byte[] tag = {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1};
    ByteBuffer tagged = ByteBuffer.allocate(large.length + 36);
    tagged.put(large, 0, 2).putShort((short) 0xffe1).putShort((short) 34).put(tag);
    tagged.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) 6);
    tagged.putShort((short) 0).putInt(0).put(large, 2, large.length - 2);
    try (Picture picture = Picture.decodeStill(tagged.array());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      assertEquals(3100, picture.width());
      assertEquals(4500, picture.height());
      assertEquals(6200, picture.fullWidth());
      assertEquals(9000, picture.fullHeight());
      assertTrue(pixels.get(20, 30, 0) > 200 && pixels.get(20, 30, 2) < 60);
    }
    byte[] larger = encoded(".jpg", 12_000, 10_001);
    assertEquals("too-large", stillRefusal(larger));
  }

  @Test
  void whatCannotBeDecodedSmallerIsRefusedFromAHeaderOf52MegapixelsOn() throws IOException {
    byte[] progressive = encoded(".jpg", 640, 480, opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1);
    int frame = indexOf(progressive, (byte) 0xff, (byte) 0xc2);
    ByteBuffer.wrap(progressive)
        .putShort(frame + 5, (short) 9000)
        .putShort(frame + 7, (short) 6200);
    assertEquals("too-large", stillRefusal(progressive));
    byte[] webp = encoded(".webp", 640, 480, opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 80);
    webp[27] = 0x3f;
    webp[29] = 0x3f;
    assertEquals("too-large", stillRefusal(webp));
    byte[] lossless = encoded(".webp", 640, 480);
    Arrays.fill(lossless, 21, 25, (byte) 0xff);
    assertEquals("too-large", stillRefusal(lossless));
  }

  /** DNG, NEF and ARW, whose thumbnail could be decoded, then CR2 and CR3. */
  @Test
  void rawFilesOfCamerasAreRefused() throws IOException, UnreadablePictureException {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      Picture.decodeStill(tiff(order, 339)).close();
      assertEquals("not-a-picture", stillRefusal(tiff(order, 330)));
      assertEquals("not-a-picture", stillRefusal(tiff(order, 50706)));
    }
    byte[] canon = tiff(ByteOrder.LITTLE_ENDIAN, 339);
    System.arraycopy(new byte[] {'C', 'R', 2, 0}, 0, canon, 8, 4);
    assertEquals("not-a-picture", stillRefusal(canon));
    byte[] newer = "\0\0\0\u0018ftypcrx \0\0\0\1crx isom".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("not-a-picture", stillRefusal(newer));
    assertTrue(
        assertThrows(UnreadablePictureException.class, () -> Picture.decodeStill(newer))
            .getMessage()
            .contains("raw file"));
  }

  /** Grey of 8 × 8 pixels, with one tag more. */
  private static byte[] tiff(ByteOrder order, int further) {
    int[][] tags = {
      {256, 8},
      {257, 8},
      {258, 8},
      {259, 1},
      {262, 1},
      {273, 16},
      {277, 1},
      {278, 8},
      {279, 64},
      {further, 1}
    };
    ByteBuffer tiff = ByteBuffer.allocate(220).order(order);
    tiff.put(
        (order == ByteOrder.LITTLE_ENDIAN ? "II*\0" : "MM\0*").getBytes(StandardCharsets.US_ASCII));
    tiff.putInt(80).position(80).putShort((short) tags.length);
    for (int[] tag : tags) {
      // Of one number of 16 bits each.
      tiff.putShort((short) tag[0]).putShort((short) 3).putInt(1).putShort((short) tag[1]);
      tiff.putShort((short) 0);
    }
    return tiff.array();
  }

  @ParameterizedTest
  @CsvSource({".webp, 101", ".webp, 80", ".tiff, 0"})
  void furtherKindsComeInTheirColours(String kind, int quality)
      throws IOException, UnreadablePictureException {
    byte[] whole = encoded(kind, 64, 48, webp(quality));
    try (Picture picture = Picture.decodeStill(whole);
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      assertEquals(64, picture.width());
      assertEquals(48, picture.height());
      assertTrue(pixels.get(20, 30, 0) > 200 && pixels.get(20, 30, 2) < 60);
    }
  }

  /** Of noise, so that the half that is missing holds pixels. HEIC and AVIF are cut elsewhere. */
  @ParameterizedTest
  @CsvSource({
    ".jpg, 0",
    ".jpg, 1",
    ".png, 0",
    ".bmp, 0",
    ".gif, 0",
    ".tiff, 0",
    ".webp, 101",
    ".webp, 80"
  })
  void halfOfAPictureIsRefusedWhateverItsKind(String kind, int option)
      throws IOException, UnreadablePictureException {
    byte[] noise = new byte[200 * 150 * 3];
    new Random(7).nextBytes(noise);
    byte[] whole;
    try (Mat pixels = new Mat(150, 200, opencv_core.CV_8UC3)) {
      pixels.data().put(noise);
      int[] progressive = {opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE, option};
      whole = encoded(kind, pixels, kind.equals(".jpg") ? progressive : webp(option));
    }
    Picture.decodeStill(whole).close();
    assertEquals("corrupt-picture", stillRefusal(Arrays.copyOf(whole, whole.length / 2)));
  }

  private static int[] webp(int quality) {
    return quality == 0 ? new int[0] : new int[] {opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality};
  }

  /** As of more than 52 megapixels; what is read is described with the pictures. */
  @ParameterizedTest
  @CsvSource({"face.heic, 224", "face-turned.heic, 224", "face-tiles.heic, 240", "face.avif, 224"})
  void aHeifIsDecodedAtHalfItsSize(String name, int height)
      throws IOException, UnreadablePictureException {
    Path file = Path.of("../deploy/src/test/resources/pictures", name);
    try (HeifPicture heif = new HeifPicture(Files.readAllBytes(file));
        Mat half = heif.decode(2);
        UByteIndexer pixels = half.createIndexer()) {
      assertEquals(320, half.cols());
      assertEquals(height, half.rows());
      int[][] expected = {{16, 16, 220, 30, 30}, {208, 16, 30, 30, 220}, {16, 100, 120, 120, 120}};
      for (int[] each : expected) {
        for (int channel = 0; channel < 3; channel++) {
          assertEquals(each[2 + channel], pixels.get(each[0], each[1], channel), 14, name);
        }
      }
    }
  }

  private static byte[] encoded(String kind, int width, int height, int... options) {
    try (Mat red = new Mat(height, width, opencv_core.CV_8UC3, Scalar.RED)) {
      return encoded(kind, red, options);
    }
  }

  private static byte[] encoded(String kind, Mat pixels, int... options) {
    try (BytePointer out = new BytePointer();
        IntPointer settings = new IntPointer(options)) {
      assertTrue(opencv_imgcodecs.imencode(kind, pixels, out, settings));
      byte[] bytes = new byte[(int) out.limit()];
      out.get(bytes);
      return bytes;
    }
  }

  private static String frameRefusal(byte[] bytes) {
    return assertThrows(UnreadablePictureException.class, () -> Picture.decodeFrame(bytes))
        .reason();
  }

  private static String stillRefusal(byte[] bytes) {
    return assertThrows(UnreadablePictureException.class, () -> Picture.decodeStill(bytes))
        .reason();
  }

  private static byte[] red(int width, int height, String format) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.RED);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, out));
    return out.toByteArray();
  }

  private static int indexOf(byte[] bytes, byte first, byte second) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == first && bytes[i + 1] == second) {
        return i;
      }
    }
    throw new IllegalArgumentException("not in there");
  }

  private static byte[] pngOfZeros(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataOutputStream png = new DataOutputStream(out);
    png.writeLong(0x89504e470d0a1a0aL);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {8, 2, 0, 0, 0});
    chunk(png, "IHDR", header.toByteArray());
    Deflater deflater = new Deflater(9);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] row = new byte[width * 3 + 1];
    byte[] buffer = new byte[8192];
    for (int y = 0; y < height; y++) {
      deflater.setInput(row);
      if (y == height - 1) {
        deflater.finish();
      }
      for (int n = deflater.deflate(buffer); n > 0; n = deflater.deflate(buffer)) {
        data.write(buffer, 0, n);
      }
    }
    deflater.end();
    chunk(png, "IDAT", data.toByteArray());
    chunk(png, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(DataOutputStream png, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    png.writeInt(data.length);
    png.write(name);
    png.write(data);
    png.writeInt((int) sum.getValue());
  }
}

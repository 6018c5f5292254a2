package org.facestream.ingest.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

  @ParameterizedTest
  @ValueSource(strings = {".webp", ".tiff"})
  void furtherKindsComeInTheirColours(String kind) throws IOException, UnreadablePictureException {
    byte[] whole = encoded(kind, 64, 48);
    try (Picture picture = Picture.decodeStill(whole);
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      assertEquals(64, picture.width());
      assertEquals(48, picture.height());
      assertTrue(pixels.get(20, 30, 0) > 200 && pixels.get(20, 30, 2) < 60);
    }
    for (int length = 1; length < whole.length - 1; length += 7) {
      byte[] part = Arrays.copyOf(whole, length);
      try (Picture picture = Picture.decodeStill(part)) {
        assertEquals(64, picture.width());
      } catch (UnreadablePictureException refused) {
        assertFalse(refused.reason().isEmpty());
      }
    }
  }

  private static byte[] encoded(String kind, int width, int height, int... options) {
    try (Mat red = new Mat(height, width, opencv_core.CV_8UC3, Scalar.RED);
        BytePointer out = new BytePointer();
        IntPointer settings = new IntPointer(options)) {
      assertTrue(opencv_imgcodecs.imencode(kind, red, out, settings));
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

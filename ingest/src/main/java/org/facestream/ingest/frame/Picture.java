package org.facestream.ingest.frame;

import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/**
 * A decoded picture in native memory: height × width × 3, 8-bit RGB. The owner closes it.
 *
 * <p>The header is always checked before decoding: for a header with an enormous size, OpenCV would
 * allocate gigabytes outside of the JVM's limits.
 */
public final class Picture implements AutoCloseable {
  /** 8K, the maximum of cameras. */
  public static final long MOST_FRAME_PIXELS = 7680L * 4320;

  /** Maximum of a decoded still picture: a 50-megapixel photograph. */
  public static final long MOST_STILL_PIXELS = 52_000_000;

  /**
   * Maximum of a still picture that can be decoded at a smaller scale: a 108-megapixel photograph.
   */
  public static final long MOST_REDUCED_PIXELS = 120_000_000;

  static {
    // Frames and cameras run in parallel; dividing single pictures would only add waits.
    opencv_core.setNumThreads(1);
  }

  private final Mat rgb;
  private final int fullWidth;
  private final int fullHeight;

  private Picture(Mat rgb) {
    this.rgb = rgb;
    this.fullWidth = rgb.cols();
    this.fullHeight = rgb.rows();
  }

  /** The stored picture may have been turned. */
  private Picture(Mat rgb, int reduction, int storedWidth, int storedHeight) {
    this.rgb = rgb;
    boolean turned = (storedWidth < storedHeight) != (rgb.cols() < rgb.rows());
    this.fullWidth = reduction == 1 ? rgb.cols() : turned ? storedHeight : storedWidth;
    this.fullHeight = reduction == 1 ? rgb.rows() : turned ? storedWidth : storedHeight;
  }

  /** Takes over a continuous CV_8UC3 matrix whose channels are red, green, blue. */
  public static Picture owning(Mat rgb) {
    if (rgb.type() != opencv_core.CV_8UC3 || !rgb.isContinuous()) {
      throw new IllegalArgumentException("an RGB picture is a continuous CV_8UC3 matrix");
    }
    return new Picture(rgb);
  }

  /**
   * Decodes a JPEG from a camera. Any orientation tag is ignored.
   *
   * @throws UnreadablePictureException with reason {@code not-a-jpeg}, {@code too-large} or {@code
   *     corrupt-jpeg}
   */
  public static Picture decodeFrame(byte[] jpeg) throws UnreadablePictureException {
    JpegHeader header = JpegHeader.read(jpeg);
    refuseLarge(header.width(), header.height(), MOST_FRAME_PIXELS);
    Mat rgb =
        decode(
            jpeg, opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION);
    if (rgb == null) {
      throw new UnreadablePictureException("corrupt-jpeg", "the JPEG is incomplete or damaged");
    }
    return new Picture(rgb);
  }

  /**
   * Decodes a photograph from a file: JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF, the first
   * picture of several. Grey, alpha and more bits are converted to 8-bit RGB, and the declared
   * orientation is applied. A JPEG, HEIC or AVIF of more than {@link #MOST_STILL_PIXELS} is decoded
   * at half or a quarter of its width and height.
   *
   * @throws UnreadablePictureException with reason {@code not-a-picture}, {@code too-large} or
   *     {@code corrupt-picture}
   */
  public static Picture decodeStill(byte[] encoded) throws UnreadablePictureException {
    StillHeader header = StillHeader.read(encoded);
    if (header.kind() == StillHeader.Kind.HEIF) {
      return decodeHeif(encoded);
    }
    boolean byRows = header.kind() == StillHeader.Kind.JPEG && !header.progressive();
    refuseLarge(header.width(), header.height(), byRows ? MOST_REDUCED_PIXELS : MOST_STILL_PIXELS);
    int reduction = reduction(header.width(), header.height());
    // The flags of OpenCV: 16, 32 and 64 have a JPEG decoded at 1/2, 1/4 and 1/8.
    int flags = opencv_imgcodecs.IMREAD_COLOR_RGB | (reduction > 1 ? reduction << 3 : 0);
    byte[] plain = PlainPng.isPng(encoded) ? PlainPng.of(encoded) : encoded;
    Mat rgb = plain.length == 0 ? null : decode(plain, flags);
    if (rgb == null) {
      throw new UnreadablePictureException("corrupt-picture", "it is incomplete or damaged");
    }
    return new Picture(rgb, reduction, header.width(), header.height());
  }

  private static Picture decodeHeif(byte[] encoded) throws UnreadablePictureException {
    try (HeifPicture heif = new HeifPicture(encoded)) {
      refuseLarge(heif.width(), heif.height(), MOST_REDUCED_PIXELS);
      int reduction = reduction(heif.width(), heif.height());
      return new Picture(heif.decode(reduction), reduction, heif.width(), heif.height());
    }
  }

  /** A power of two by which width and height are divided. */
  private static int reduction(int width, int height) {
    int reduction = 1;
    while ((long) width * height / reduction / reduction > MOST_STILL_PIXELS) {
      reduction *= 2;
    }
    return reduction;
  }

  public int width() {
    return rgb.cols();
  }

  public int height() {
    return rgb.rows();
  }

  /** The upright width of the encoded picture; {@link #width} unless that is reduced. */
  public int fullWidth() {
    return fullWidth;
  }

  /** The upright height of the encoded picture. */
  public int fullHeight() {
    return fullHeight;
  }

  /** The pixels, continuous CV_8UC3, RGB; owned by this picture. */
  public Mat rgb() {
    return rgb;
  }

  /**
   * Encodes as JPEG.
   *
   * @param quality 1 to 100
   */
  public byte[] jpeg(int quality) {
    return jpeg(rgb, quality);
  }

  /**
   * Encodes an RGB matrix (8-bit, red first, may be a view of a part of a picture) as JPEG.
   *
   * @param quality 1 to 100
   */
  public static byte[] jpeg(Mat rgb, int quality) {
    try (Mat bgr = new Mat();
        BytePointer out = new BytePointer();
        IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)) {
      opencv_imgproc.cvtColor(rgb, bgr, opencv_imgproc.COLOR_RGB2BGR);
      if (!opencv_imgcodecs.imencode(".jpg", bgr, out, options)) {
        throw new IllegalStateException("OpenCV could not encode a JPEG");
      }
      byte[] bytes = new byte[Math.toIntExact(out.limit())];
      out.get(bytes);
      return bytes;
    }
  }

  @Override
  public void close() {
    rgb.close();
  }

  private static @Nullable Mat decode(byte[] encoded, int flags) {
    // The pointer must stay reachable during the call, and OpenCV throws on an empty buffer.
    try (BytePointer bytes = new BytePointer(encoded);
        Mat buffer = new Mat(1, encoded.length, opencv_core.CV_8UC1, bytes)) {
      Mat rgb = opencv_imgcodecs.imdecode(buffer, flags);
      if (rgb == null || rgb.empty() || rgb.type() != opencv_core.CV_8UC3) {
        if (rgb != null) {
          rgb.close();
        }
        return null;
      }
      return rgb;
    } catch (RuntimeException refused) {
      return null;
    }
  }

  private static void refuseLarge(int width, int height, long most)
      throws UnreadablePictureException {
    if (width <= 0 || height <= 0 || (long) width * height > most) {
      throw new UnreadablePictureException(
          "too-large",
          String.format(
              Locale.ROOT,
              "its header says %d x %d pixels; at most %d megapixels are allowed",
              width,
              height,
              most / 1_000_000));
    }
  }
}

package org.facestream.ingest.source.packet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.ExifOrientation;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;

/**
 * A picture of a folder in a camera's format: an upright JPEG of at most 8K. A file that already
 * has this format is not changed.
 */
final class FolderPicture {
  private static final int LARGEST = 64 << 20;

  /** The limit for a JPEG from which every part can be cropped. */
  private static final int LONGEST_SIDE = 16_384;

  /** High, because the picture may be encoded again when it is scaled. */
  private static final int QUALITY = 95;

  private FolderPicture() {}

  /**
   * Reads a file.
   *
   * @throws UnreadablePictureException when it is not a picture that can be decoded
   */
  static byte[] jpeg(Path file) throws IOException, UnreadablePictureException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      bytes = in.readNBytes(LARGEST + 1);
    }
    if (bytes.length > LARGEST) {
      throw new UnreadablePictureException("too-large", "it has more than 64 MB");
    }
    if (isFrame(bytes)) {
      return bytes;
    }
    try (Picture picture = Picture.decodeStill(bytes)) {
      return fitting(picture);
    }
  }

  /** Whether it is a JPEG that every later stage accepts. */
  private static boolean isFrame(byte[] bytes) {
    try {
      JpegHeader header = JpegHeader.read(bytes);
      return header.usual()
          && fits(header.width(), header.height())
          && ExifOrientation.of(bytes) == ExifOrientation.UPRIGHT;
    } catch (UnreadablePictureException otherKind) {
      return false;
    }
  }

  private static boolean fits(int width, int height) {
    return (long) width * height <= Picture.MOST_FRAME_PIXELS
        && Math.max(width, height) <= LONGEST_SIDE;
  }

  private static byte[] fitting(Picture picture) {
    int width = picture.width();
    int height = picture.height();
    if (fits(width, height)) {
      return picture.jpeg(QUALITY);
    }
    double scale =
        Math.min(
            Math.sqrt(Picture.MOST_FRAME_PIXELS / ((double) width * height)),
            LONGEST_SIDE / (double) Math.max(width, height));
    try (Mat small = new Mat();
        Size size =
            new Size(
                (int) Math.max(1, Math.floor(width * scale)),
                (int) Math.max(1, Math.floor(height * scale)))) {
      opencv_imgproc.resize(picture.rgb(), small, size, 0, 0, opencv_imgproc.INTER_AREA);
      return Picture.jpeg(small, QUALITY);
    }
  }
}

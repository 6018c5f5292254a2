package org.facestream.ingest.frame;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_get;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_side_data;

import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * One of eight orientations of stored pixels. To turn them upright, first transpose, then mirror
 * left and right, then top and bottom, each if set.
 *
 * @param transposed whether columns become rows
 * @param leftRight whether left and right are then mirrored
 * @param topBottom whether top and bottom are then mirrored
 */
public record Orientation(boolean transposed, boolean leftRight, boolean topBottom) {
  public static final Orientation UPRIGHT = new Orientation(false, false, false);

  private static final int MATRIX_BYTES = 36;

  /**
   * The orientation in a frame's display matrix, which FFmpeg reads from the container, the codec
   * or a JPEG's EXIF. Other angles are rounded to a quarter turn.
   */
  public static Orientation of(AVFrame frame) {
    AVFrameSideData side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    return side == null || side.isNull() || side.size() < MATRIX_BYTES
        ? UPRIGHT
        : ofMatrix(side.data());
  }

  /** The same for the side data of a container. */
  static Orientation of(AVPacketSideData list, int entries) {
    AVPacketSideData side = av_packet_side_data_get(list, entries, AV_PKT_DATA_DISPLAYMATRIX);
    return side == null || side.isNull() || side.size() < MATRIX_BYTES
        ? UPRIGHT
        : ofMatrix(side.data());
  }

  private static Orientation ofMatrix(BytePointer data) {
    int[] matrix = new int[MATRIX_BYTES / Integer.BYTES];
    IntBuffer values =
        data.capacity(MATRIX_BYTES).asByteBuffer().order(ByteOrder.nativeOrder()).asIntBuffer();
    values.get(matrix);
    return ofMatrix(matrix);
  }

  /** A stored place (x, y) is shown at (m0 x + m3 y, m1 x + m4 y), moved into the picture. */
  public static Orientation ofMatrix(int[] matrix) {
    long along = Math.abs((long) matrix[0]) + Math.abs((long) matrix[4]);
    long across = Math.abs((long) matrix[1]) + Math.abs((long) matrix[3]);
    return across > along
        ? new Orientation(true, matrix[3] < 0, matrix[1] < 0)
        : new Orientation(false, matrix[0] < 0, matrix[4] < 0);
  }

  /** The orientation of an EXIF tag, 1 to 8; other values are upright. */
  public static Orientation ofExif(int tag) {
    return switch (tag) {
      case 2 -> new Orientation(false, true, false);
      case 3 -> new Orientation(false, true, true);
      case 4 -> new Orientation(false, false, true);
      case 5 -> new Orientation(true, false, false);
      case 6 -> new Orientation(true, true, false);
      case 7 -> new Orientation(true, true, true);
      case 8 -> new Orientation(true, false, true);
      default -> UPRIGHT;
    };
  }

  /**
   * This orientation followed by a turn.
   *
   * @param degrees clockwise, a multiple of 90
   */
  public Orientation thenTurned(int degrees) {
    Orientation turned = this;
    for (int quarter = 0; quarter < Math.floorMod(degrees, 360) / 90; quarter++) {
      turned = new Orientation(!turned.transposed, !turned.topBottom, turned.leftRight);
    }
    return turned;
  }

  /** Fills {@code target} with the upright {@code source}. */
  public void turn(Mat source, Mat target) {
    int code = leftRight && topBottom ? -1 : leftRight ? 1 : 0;
    boolean flipped = leftRight || topBottom;
    if (transposed && flipped) {
      try (Mat columns = new Mat()) {
        opencv_core.transpose(source, columns);
        opencv_core.flip(columns, target, code);
      }
    } else if (transposed) {
      opencv_core.transpose(source, target);
    } else if (flipped) {
      opencv_core.flip(source, target, code);
    } else {
      source.copyTo(target);
    }
  }
}

package org.facestream.ingest.frame;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avformat.AV_DISPOSITION_DEFAULT;
import static org.bytedeco.ffmpeg.global.avformat.AV_STREAM_GROUP_PARAMS_TILE_GRID;
import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avformat.avio_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avio_context_free;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import java.util.HashSet;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avformat.AVStreamGroup;
import org.bytedeco.ffmpeg.avformat.AVStreamGroupTileGrid;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A HEIC or AVIF picture: FFmpeg finds its tiles, which have 512 × 512 pixels in a phone's
 * pictures, and decodes them one by one. Its transformations determine the orientation; EXIF is
 * ignored, as the format requires (ISO/IEC 23008-12).
 */
final class HeifPicture implements AutoCloseable {
  private static final int PADDING = 64;

  static {
    // FFmpeg has one log for the whole process, which ingest redirects for its cameras.
    if (!LoggerFactory.getLogger("org.facestream.ffmpeg").isDebugEnabled()) {
      av_log_set_level(AV_LOG_QUIET);
    }
  }

  private final AVFormatContext format;
  private final AVIOContext input;
  private final @Nullable AVStreamGroupTileGrid grid;
  private final @Nullable AVStreamGroup group;
  private final int single;
  private final int width;
  private final int height;

  /**
   * Reads its structure without decoding.
   *
   * @throws UnreadablePictureException with reason {@code not-a-picture} or {@code corrupt-picture}
   */
  HeifPicture(byte[] encoded) throws UnreadablePictureException {
    BytePointer copy = new BytePointer(av_malloc((long) encoded.length + PADDING));
    copy.put(encoded, 0, encoded.length);
    input = avio_alloc_context(copy, encoded.length, 0, null, null, null, null);
    // The whole file is in its buffer.
    input.seekable(1);
    format = avformat_alloc_context();
    format.pb(input);
    int opened =
        avformat_open_input(
            format, (String) null, av_find_input_format("mov"), (AVDictionary) null);
    if (opened < 0 || format.nb_streams() == 0) {
      if (opened >= 0) {
        avformat_close_input(format);
      }
      freeInput();
      throw new UnreadablePictureException(
          "corrupt-picture", "no picture was found in this HEIC or AVIF file");
    }
    group = gridGroup();
    grid = group == null ? null : group.params_tile_grid();
    single = grid == null ? singleStream() : -1;
    width = grid == null ? format.streams(single).codecpar().width() : grid.width();
    height = grid == null ? format.streams(single).codecpar().height() : grid.height();
  }

  private @Nullable AVStreamGroup gridGroup() {
    AVStreamGroup first = null;
    for (int i = 0; i < format.nb_stream_groups(); i++) {
      AVStreamGroup each = format.stream_groups(i);
      if (each.type() == AV_STREAM_GROUP_PARAMS_TILE_GRID) {
        if ((each.disposition() & AV_DISPOSITION_DEFAULT) != 0) {
          return each;
        }
        first = first == null ? each : first;
      }
    }
    // A single primary picture takes precedence over a grid that is not primary.
    return hasDefaultStream() ? null : first;
  }

  private boolean hasDefaultStream() {
    return (format.streams(singleStream()).disposition() & AV_DISPOSITION_DEFAULT) != 0;
  }

  private int singleStream() {
    for (int i = 0; i < format.nb_streams(); i++) {
      if ((format.streams(i).disposition() & AV_DISPOSITION_DEFAULT) != 0) {
        return i;
      }
    }
    return 0;
  }

  /** As stored, in pixels. */
  int width() {
    return width;
  }

  /** As stored, in pixels. */
  int height() {
    return height;
  }

  /**
   * Decodes it, upright.
   *
   * @param reduction its width and height are divided by this, 1, 2, 4 or 8
   * @return RGB; the caller closes it
   * @throws UnreadablePictureException with reason {@code corrupt-picture}
   */
  Mat decode(int reduction) throws UnreadablePictureException {
    Mat stored =
        new Mat(
            divided(height, reduction),
            divided(width, reduction),
            opencv_core.CV_8UC3,
            new Scalar(0, 0, 0, 0));
    try (HeifTile tiles = new HeifTile(reduction, (long) width * height)) {
      read(tiles, stored, reduction);
    } catch (UnreadablePictureException | RuntimeException | Error failed) {
      stored.close();
      throw failed;
    }
    Orientation orientation =
        grid == null
            ? orientation(format.streams(single))
            : Orientation.of(grid.coded_side_data(), grid.nb_coded_side_data());
    if (orientation.equals(Orientation.UPRIGHT)) {
      return stored;
    }
    try (stored) {
      Mat seen = new Mat();
      orientation.turn(stored, seen);
      return seen;
    }
  }

  private static Orientation orientation(AVStream stream) {
    return Orientation.of(
        stream.codecpar().coded_side_data(), stream.codecpar().nb_coded_side_data());
  }

  private void read(HeifTile tiles, Mat stored, int reduction) throws UnreadablePictureException {
    Set<Integer> missing = new HashSet<>();
    for (int tile = 0; tile < (grid == null ? 1 : grid.nb_tiles()); tile++) {
      missing.add(tile);
    }
    AVPacket packet = av_packet_alloc();
    try {
      while (!missing.isEmpty() && av_read_frame(format, packet) >= 0) {
        for (int tile : wanted(packet.stream_index(), missing)) {
          AVStream stream = format.streams(packet.stream_index());
          try (Mat pixels = tiles.decode(stream.codecpar(), packet)) {
            paste(
                pixels,
                stored,
                grid == null
                    ? 0
                    : (grid.offsets_horizontal(tile) - grid.horizontal_offset()) / reduction,
                grid == null
                    ? 0
                    : (grid.offsets_vertical(tile) - grid.vertical_offset()) / reduction);
          }
          missing.remove(tile);
        }
        av_packet_unref(packet);
      }
    } finally {
      av_packet_free(packet);
    }
    if (!missing.isEmpty()) {
      throw new UnreadablePictureException("corrupt-picture", "it is incomplete or damaged");
    }
  }

  /** A tile may occur in several places. */
  private Set<Integer> wanted(int stream, Set<Integer> missing) {
    Set<Integer> wanted = new HashSet<>();
    for (int tile : missing) {
      boolean same =
          group == null || grid == null
              ? stream == single
              : group.streams(grid.offsets_idx(tile)).index() == stream;
      if (same) {
        wanted.add(tile);
      }
    }
    return wanted;
  }

  /** Areas outside of the picture are omitted. */
  private static void paste(Mat pixels, Mat stored, int left, int top) {
    int fromX = Math.max(0, -left);
    int fromY = Math.max(0, -top);
    int columns = Math.min(pixels.cols() - fromX, stored.cols() - Math.max(0, left));
    int rows = Math.min(pixels.rows() - fromY, stored.rows() - Math.max(0, top));
    if (columns <= 0 || rows <= 0) {
      return;
    }
    try (Rect from = new Rect(fromX, fromY, columns, rows);
        Rect into = new Rect(Math.max(0, left), Math.max(0, top), columns, rows);
        Mat part = new Mat(pixels, from);
        Mat place = new Mat(stored, into)) {
      part.copyTo(place);
    }
  }

  static int divided(int size, int reduction) {
    return (size + reduction - 1) / reduction;
  }

  private void freeInput() {
    av_free(input.buffer());
    avio_context_free(input);
  }

  @Override
  public void close() {
    avformat_close_input(format);
    freeInput();
  }
}

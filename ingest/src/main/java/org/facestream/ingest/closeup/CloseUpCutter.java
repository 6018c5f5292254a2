package org.facestream.ingest.closeup;

import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_CROP_UNALIGNED;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_HWACCEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_PAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_RGB;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_apply_cropping;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_clone;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Area;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.Orientation;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.packet.PacketKind;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.FrameTurner;
import org.facestream.ingest.source.picture.JpegEncoder;
import org.facestream.ingest.source.picture.PrivacyMasks;
import org.facestream.ingest.source.picture.VideoDecoder;

/**
 * Decodes an excerpt of a stream, searches its pictures for faces, and crops those that are found.
 * One thread uses it.
 */
final class CloseUpCutter implements AutoCloseable {
  /** Around the face, as a share of its longer side: room for a detector, and for its own crop. */
  private static final double MARGIN = 1;

  /** A wider close-up is scaled down: no descriptor needs more pixels. */
  private static final int WIDEST = 1280;

  /** The detector encodes it again. */
  private static final int QUALITY = 95;

  /** FFmpeg's AV_FRAME_FLAG_CORRUPT, which JavaCV's presets leave out. */
  private static final int FRAME_CORRUPT = 1;

  private final long mostNanos;
  private final JpegEncoder encoder = new JpegEncoder();
  private final PrivacyMasks painter = new PrivacyMasks();
  private final FrameTurner turner = new FrameTurner();
  private final Scalar open = new Scalar(255);

  /**
   * @param maximum time for one excerpt; the rest of it is skipped
   */
  CloseUpCutter(Duration most) {
    this.mostNanos = most.toNanos();
  }

  /**
   * Passes the pictures of an excerpt to searches.
   *
   * @param rotate degrees by which the camera's pictures are turned clockwise
   * @return pictures that were decoded
   * @throws SourceException when there is no decoder for it
   */
  int search(PacketRing.Excerpt excerpt, int rotate, List<CloseUpSearch> searches)
      throws SourceException {
    long from = searches.stream().mapToLong(CloseUpSearch::from).min().orElseThrow();
    long deadline = System.nanoTime() + mostNanos;
    Map<Long, Long> captured = new HashMap<>();
    AVFrame frame = av_frame_alloc();
    int decoded = 0;
    try (VideoDecoder decoder =
        new VideoDecoder(excerpt.parameters(), LargerStream.codecs(), Optional.empty())) {
      for (PacketRing.Timed each : excerpt.packets()) {
        if (System.nanoTime() - deadline > 0) {
          return decoded;
        }
        if (each.kind() == PacketKind.DISPOSABLE && each.captured() < from) {
          continue;
        }
        captured.put(each.packet().pts(), each.captured());
        decoder.send(each.packet());
        decoded += show(decoder, frame, rotate, captured, searches);
      }
      decoder.drain();
      return decoded + show(decoder, frame, rotate, captured, searches);
    } finally {
      av_frame_free(frame);
    }
  }

  private int show(
      VideoDecoder decoder,
      AVFrame frame,
      int rotate,
      Map<Long, Long> captured,
      List<CloseUpSearch> searches) {
    int decoded = 0;
    while (decoder.receive(frame) >= 0) {
      decoded++;
      Long when = captured.get(frame.best_effort_timestamp());
      boolean whole = frame.decode_error_flags() == 0 && (frame.flags() & FRAME_CORRUPT) == 0;
      if (when != null && whole && greyFirst(frame.format())) {
        turner.turn(frame, Orientation.of(frame).thenTurned(rotate));
        try (Mat grey =
            new Mat(
                frame.height(),
                frame.width(),
                opencv_core.CV_8UC1,
                frame.data(0),
                frame.linesize(0))) {
          searches.forEach(search -> search.look(frame, grey, when));
        }
      }
    }
    return decoded;
  }

  /**
   * Whether the first plane is the brightness, one byte per pixel, as cameras' decoders return it.
   */
  private static boolean greyFirst(int format) {
    AVPixFmtDescriptor pixels = av_pix_fmt_desc_get(format);
    long other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL;
    return pixels != null
        && (pixels.flags() & other) == 0
        && pixels.comp(0).depth() == 8
        && pixels.comp(0).step() == 1
        && pixels.comp(0).plane() == 0;
  }

  /**
   * Crops a face that was found, with a margin of a face's width.
   *
   * @param masks areas of the whole picture that are made black
   */
  CloseUp cut(CloseUpSearch search, List<Polygon> masks) {
    CloseUpRequest request = search.request();
    AVFrame whole = search.picture();
    double wider = whole.width() / (double) request.frameWidth();
    double higher = whole.height() / (double) request.frameHeight();
    Area box = request.box();
    FaceTemplate.Match match = search.match();
    double marginX = MARGIN * Math.max(box.width(), box.height() * higher / wider);
    double marginY = MARGIN * Math.max(box.height(), box.width() * wider / higher);
    int left = even((box.left() + match.x() - marginX) * wider, whole.width());
    int right = even((box.right() + match.x() + marginX) * wider, whole.width());
    int top = even((box.top() + match.y() - marginY) * higher, whole.height());
    int bottom = even((box.bottom() + match.y() + marginY) * higher, whole.height());
    AVFrame part = av_frame_clone(whole);
    try (Rect place = new Rect(left, top, right - left, bottom - top)) {
      part.crop_left(left);
      part.crop_top(top);
      part.crop_right(whole.width() - right);
      part.crop_bottom(whole.height() - bottom);
      if (av_frame_apply_cropping(part, AV_FRAME_CROP_UNALIGNED) < 0) {
        throw new IllegalStateException("FFmpeg could not crop a picture");
      }
      EncodedPicture picture =
          encoder.encode(
              part,
              WIDEST,
              QUALITY,
              pixels -> paint(pixels, masks, whole.width(), whole.height(), place));
      Area shown =
          new Area(
              left / wider - match.x(),
              top / higher - match.y(),
              right / wider - match.x(),
              bottom / higher - match.y());
      return new CloseUp(request, shown, picture.width(), picture.height(), picture.jpeg());
    } finally {
      av_frame_free(part);
    }
  }

  /** Two pixels share a colour. */
  private static int even(double position, int most) {
    return (int) Math.max(0, Math.min(most & ~1, Math.round(position / 2) * 2));
  }

  /**
   * The part of a picture that masks do not cover.
   *
   * @return CV_8UC1, 0 where they cover it, 255 elsewhere; the caller closes it
   */
  Mat uncovered(List<Polygon> masks, int width, int height) {
    Mat whole = new Mat(height, width, opencv_core.CV_8UC1, open);
    painter.paint(whole, masks);
    return whole;
  }

  /** Masks refer to the whole picture, so they are painted at its size. */
  private void paint(Mat pixels, List<Polygon> masks, int width, int height, Rect place) {
    if (masks.isEmpty()) {
      return;
    }
    try (Mat whole = uncovered(masks, width, height);
        Mat part = new Mat(whole, place);
        Mat scaled = new Mat();
        Mat untouched = new Mat();
        Mat colours = new Mat();
        Size size = new Size(pixels.cols(), pixels.rows())) {
      opencv_imgproc.resize(part, scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
      // A pixel that a mask touches is covered.
      opencv_imgproc.threshold(scaled, untouched, 254, 255, opencv_imgproc.THRESH_BINARY);
      opencv_imgproc.cvtColor(untouched, colours, opencv_imgproc.COLOR_GRAY2BGR);
      opencv_core.bitwise_and(pixels, colours, pixels);
    }
  }

  @Override
  public void close() {
    encoder.close();
    painter.close();
    turner.close();
    open.close();
  }
}

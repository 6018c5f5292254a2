package org.facestream.ingest.closeup;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import java.util.Objects;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.frame.CloseUpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Searches the larger pictures around the time of a face, one after the other, and keeps the
 * picture that matches it best. The owner closes it.
 */
final class CloseUpSearch implements AutoCloseable {
  /**
   * Minimum correlation. The same face in another size and encoding has 0.91 or more; faces of two
   * people in the same place have 0.4, and one pair in forty thousand reaches this.
   */
  static final double SAME = 0.88;

  /** Minimum difference of grey levels; below it, the correlation is that of noise. */
  private static final double LEAST_CONTRAST = 6;

  /** Scores that differ by less are considered equal. */
  private static final double TELLING = 0.04;

  /** How much the score of a picture at the end of the time span is reduced. */
  private static final double FAR_IN_TIME = 0.03;

  private final CloseUpRequest request;
  private final FaceTemplate template;
  private final boolean usable;
  private final long expected;
  private final long reach;
  private final boolean farthest;
  private final AVFrame picture = av_frame_alloc();
  private double worst = 1;
  private double bestWeighed = -1;
  private FaceTemplate.@Nullable Match best;
  private long lag;
  private int looked;

  /**
   * @param grey the frame in which the face was found, CV_8UC1
   * @param uncovered 0 where the frame was blacked out, 255 elsewhere; null where nothing was
   * @param lag expected lag of its picture
   * @param everywhere whether to search far from there, too
   */
  CloseUpSearch(
      CloseUpRequest request,
      Mat grey,
      @Nullable Mat uncovered,
      StreamLag lag,
      boolean everywhere) {
    this.request = request;
    this.template = new FaceTemplate(grey, request.box(), uncovered);
    this.usable = template.usable() && template.contrast() >= LEAST_CONTRAST;
    this.expected = lag.expected();
    this.reach = lag.reach(everywhere);
    this.farthest = reach == StreamLag.FARTHEST;
  }

  CloseUpRequest request() {
    return request;
  }

  /** Capture time of the first picture to search, milliseconds since 1970. */
  long from() {
    return request.captureTime().toEpochMilli() + expected - reach;
  }

  /** Capture time of the last picture to search, milliseconds since 1970. */
  long to() {
    return request.captureTime().toEpochMilli() + expected + reach;
  }

  /**
   * Searches a picture, if its time matches.
   *
   * @param frame owned by the caller
   * @param grey its pixels, CV_8UC1
   */
  void look(AVFrame frame, Mat grey, long captured) {
    if (!usable || captured < from() || captured > to()) {
      return;
    }
    looked++;
    FaceTemplate.Match match = template.in(grey);
    long away = captured - request.captureTime().toEpochMilli();
    double weighed = match.score() - FAR_IN_TIME * Math.abs(away - expected) / reach;
    worst = Math.min(worst, match.score());
    if (weighed > bestWeighed) {
      bestWeighed = weighed;
      best = match;
      lag = away;
      av_frame_unref(picture);
      av_frame_ref(picture, frame);
    }
  }

  /** Whether the whole time span is searched. */
  boolean farthest() {
    return farthest;
  }

  /** Number of pictures searched. */
  int looked() {
    return looked;
  }

  /** Whether the face was found. */
  boolean found() {
    return best != null && best.score() >= SAME;
  }

  /** The best correlation, 1 for the same picture; 0 when there was none. */
  double score() {
    return best == null ? 0 : best.score();
  }

  /** Where the face is; only when it was {@link #found}. */
  FaceTemplate.Match match() {
    return Objects.requireNonNull(best, "it was found");
  }

  /** The picture that shows it; only when it was {@link #found}; owned by this object. */
  AVFrame picture() {
    return picture;
  }

  /** How much later that picture was taken, milliseconds. */
  long lag() {
    return lag;
  }

  /** Whether pictures of other times matched less well, so that {@link #lag} is reliable. */
  boolean tells() {
    return found() && match().score() - worst > TELLING;
  }

  @Override
  public void close() {
    av_frame_free(picture);
    template.close();
  }
}

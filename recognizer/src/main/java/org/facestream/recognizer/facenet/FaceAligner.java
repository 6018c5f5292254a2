package org.facestream.recognizer.facenet;

import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.AffineCut;
import org.facestream.ingest.frame.Picture;

/**
 * Crops the chip for a descriptor network: turned, scaled and shifted so that the five landmarks
 * are as near as possible to the model's template. For a network that was trained on boxes scaled
 * to a square, the chip is then stretched.
 *
 * <p>Immutable, for any number of threads.
 */
public final class FaceAligner {
  /** Maximum number of samples per pixel and direction; more would only cost time. */
  private static final int MOST_OVERSAMPLING = 8;

  /** More pixels than a row of any picture. */
  private static final float FARTHEST = 100_000;

  /** The places of landmarks before the chip is stretched. */
  private final Landmarks template;

  private final double stretch;
  private final int width;
  private final int height;

  /**
   * @param template the places of landmarks, in pixels of the chip
   * @param stretch how much the chip is widened around its centre; 1 does not change it
   * @param width of the chip in pixels
   * @param height of the chip in pixels
   */
  public FaceAligner(Landmarks template, double stretch, int width, int height) {
    double middle = (width - 1) / 2.0;
    this.template =
        Landmarks.of(
            template.points().stream()
                .map(p -> new Point((float) ((p.x() - middle) / stretch + middle), p.y()))
                .toList());
    this.stretch = stretch;
    this.width = width;
    this.height = height;
  }

  /**
   * The chip, a new picture that the caller closes. Areas outside of the picture are black.
   *
   * @param landmarks in the picture's coordinates
   * @throws IllegalArgumentException if the landmarks do not span a face
   */
  public Picture align(Picture picture, Landmarks landmarks) {
    Mat chip = new Mat(height, width, opencv_core.CV_8UC3);
    try {
      alignInto(picture, landmarks, chip);
      return Picture.owning(chip);
    } catch (RuntimeException failed) {
      chip.close();
      throw failed;
    }
  }

  /** Whether the landmarks can be aligned: finite places that are not all equal. */
  public boolean spansFace(Landmarks landmarks) {
    try {
      toChip(landmarks);
      return true;
    } catch (IllegalArgumentException degenerate) {
      return false;
    }
  }

  /**
   * As {@link #align}, into a continuous matrix of the chip's size and three channels of 8 bits.
   */
  void alignInto(Picture picture, Landmarks landmarks, Mat chip) {
    Similarity toChip = toChip(landmarks);
    // Where the chip is smaller than the face, each of its pixels is the mean over the area that it
    // covers: sampled finer than the picture's own pixels, then averaged.
    double scale = toChip.scale() * Math.min(1, stretch);
    int finer = (int) Math.ceil(Math.min(MOST_OVERSAMPLING, 1 / scale - 1e-6));
    if (finer <= 1) {
      warp(picture.rgb(), toChip, chip);
      return;
    }
    // The centre of pixel 0 lies in the middle of the first `finer` fine pixels.
    double centre = (finer - 1) / 2.0;
    Similarity toFine =
        new Similarity(
            toChip.a() * finer,
            toChip.b() * finer,
            toChip.c() * finer + centre,
            toChip.d() * finer + centre);
    try (Mat fine = new Mat(height * finer, width * finer, opencv_core.CV_8UC3)) {
      warp(picture.rgb(), toFine, fine);
      opencv_imgproc.resize(fine, chip, chip.size(), 0, 0, opencv_imgproc.INTER_AREA);
    }
  }

  private Similarity toChip(Landmarks landmarks) {
    for (Point point : landmarks.points()) {
      // Also false for NaN. OpenCV's coordinates overflow not far beyond.
      if (!(Math.abs(point.x()) <= FARTHEST && Math.abs(point.y()) <= FARTHEST)) {
        throw new IllegalArgumentException("a landmark is outside of any picture: " + point);
      }
    }
    return Similarity.between(landmarks.points(), template.points());
  }

  private void warp(Mat picture, Similarity transform, Mat into) {
    Similarity back = transform.inverse();
    // A column's distance from the middle, which stays, is `stretch` times what it was.
    double across = 1 / stretch;
    double middle = (into.cols() - 1) / 2.0 * (1 - across);
    try (Mat matrix = new Mat(2, 3, opencv_core.CV_64F);
        DoubleIndexer entries = matrix.createIndexer();
        Size size = into.size();
        Scalar black = new Scalar(0, 0, 0, 0)) {
      entries.put(0, 0, back.a() * across, -back.b(), back.a() * middle + back.c());
      entries.put(1, 0, back.b() * across, back.a(), back.b() * middle + back.d());
      AffineCut.cut(picture, into, matrix, size, black);
    }
  }
}

package org.facestream.detector.mtcnn;

import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.onnx.ModelFile;
import org.facestream.detector.onnx.OnnxSession;
import org.facestream.detector.onnx.TensorBuffer;

/**
 * The first stage: runs P-Net on the pyramid of each picture. Levels that are too large for one run
 * are divided into tiles, with the same cells as a result, because no padding is involved.
 */
final class ProposalNet implements AutoCloseable {
  /** The side of a tile; even, because pooling pairs pixels from even places. */
  private static final int TILE = 1024;

  /** The overlap of tiles: the input of a cell beyond its own two pixels. */
  private static final int CONTEXT = MtcnnOptions.CELL - ProposalMap.STRIDE;

  /**
   * Black border around small levels, for faces that the picture cuts off or that are larger than
   * it; even, because cells are two pixels apart.
   */
  private static final int PADDING = MtcnnOptions.CELL / 2;

  /**
   * Levels whose shorter side has at most this number of pixels are padded, because faces in them
   * fill the picture.
   */
  private static final int PADDED_LEVEL = 3 * MtcnnOptions.CELL;

  /** A GPU needs large runs. */
  private static final int PIXELS_ON_GPU = TILE * TILE;

  /** A CPU needs runs that fit into its caches: one large level or several small ones. */
  private static final int PIXELS_ON_CPU = 1 << 16;

  private static final Scalar BLACK = new Scalar(0.0);

  private final OnnxSession session;
  private final PixelBatch pixels = new PixelBatch((long) TILE * TILE);
  private final FloatBuffer maps = TensorBuffer.floats(ProposalMap.MAPS * TILE * TILE / 4);
  private final ProposalMap map = new ProposalMap();
  private long pyramidNanos;

  ProposalNet(ModelFile model, Device device) {
    pixels.slot(0, 64, 64);
    session = OnnxSession.open(model, device, 1, pixels.tensor(1));
  }

  OnnxSession session() {
    return session;
  }

  /** Nanoseconds spent on scaling pictures so far. */
  long pyramidNanos() {
    return pyramidNanos;
  }

  /**
   * Proposes faces of pictures of one size.
   *
   * @param candidates per picture, where the proposals are added
   */
  void propose(
      List<PicturePyramid> pictures,
      int width,
      int height,
      MtcnnOptions options,
      List<Candidates> candidates) {
    for (double scale : options.scales(width, height)) {
      int levelWidth = (int) Math.ceil(width * scale);
      int levelHeight = (int) Math.ceil(height * scale);
      if (levelWidth <= TILE && levelHeight <= TILE) {
        int together = together(levelWidth, levelHeight);
        for (int from = 0; from < pictures.size(); from += together) {
          int to = Math.min(from + together, pictures.size());
          whole(
              pictures.subList(from, to),
              levelWidth,
              levelHeight,
              options,
              candidates.subList(from, to));
        }
      } else {
        for (int i = 0; i < pictures.size(); i++) {
          tiled(pictures.get(i), levelWidth, levelHeight, options, candidates.get(i));
        }
      }
    }
  }

  /** The number of levels of one size in a run. */
  private int together(int width, int height) {
    int padding = padding(width, height);
    return Math.max(1, pixelsAtOnce() / ((width + 2 * padding) * (height + 2 * padding)));
  }

  private static int padding(int width, int height) {
    return Math.min(width, height) < PADDED_LEVEL ? PADDING : 0;
  }

  private int pixelsAtOnce() {
    return session.device().kind() == Device.Kind.CUDA ? PIXELS_ON_GPU : PIXELS_ON_CPU;
  }

  private void whole(
      List<PicturePyramid> pictures,
      int width,
      int height,
      MtcnnOptions options,
      List<Candidates> candidates) {
    int padding = padding(width, height);
    int octave = 0;
    long start = System.nanoTime();
    for (int i = 0; i < pictures.size(); i++) {
      Mat slot = pixels.slot(i, width + 2 * padding, height + 2 * padding);
      octave = padding == 0 ? pictures.get(i).scale(slot) : padded(pictures.get(i), slot, padding);
    }
    pyramidNanos += System.nanoTime() - start;
    int columns = cells(width + 2 * padding);
    int rows = cells(height + 2 * padding);
    run(session.device().fill(pictures.size(), together(width, height)), columns, rows);
    double scaleX = (double) pictures.get(0).coveredWidth(octave) / width;
    double scaleY = (double) pictures.get(0).coveredHeight(octave) / height;
    for (int i = 0; i < pictures.size(); i++) {
      map.begin(columns, rows, padding);
      int at = i * ProposalMap.MAPS * columns * rows;
      map.scan(maps, at, 0, 0, columns, rows, options.proposalThreshold());
      map.survivors(
          scaleX, scaleY, options.overlaps().level(), options.maxCandidates(), candidates.get(i));
    }
  }

  private static int padded(PicturePyramid picture, Mat slot, int padding) {
    try (Rect place =
            new Rect(padding, padding, slot.cols() - 2 * padding, slot.rows() - 2 * padding);
        Mat inside = new Mat(slot, place)) {
      slot.put(BLACK);
      return picture.scale(inside);
    }
  }

  private void tiled(
      PicturePyramid picture, int width, int height, MtcnnOptions options, Candidates candidates) {
    try (Mat level = new Mat(height, width, opencv_core.CV_8UC3)) {
      long start = System.nanoTime();
      int octave = picture.scale(level);
      pyramidNanos += System.nanoTime() - start;
      map.begin(cells(width), cells(height), 0);
      for (int top = 0; top + CONTEXT < height; top += TILE - CONTEXT) {
        for (int left = 0; left + CONTEXT < width; left += TILE - CONTEXT) {
          int tileWidth = Math.min(TILE, width - left);
          int tileHeight = Math.min(TILE, height - top);
          try (Rect place = new Rect(left, top, tileWidth, tileHeight);
              Mat view = new Mat(level, place)) {
            view.copyTo(pixels.slot(0, tileWidth, tileHeight));
          }
          int columns = cells(tileWidth);
          int rows = cells(tileHeight);
          run(1, columns, rows);
          map.scan(
              maps,
              0,
              left / ProposalMap.STRIDE,
              top / ProposalMap.STRIDE,
              columns,
              rows,
              options.proposalThreshold());
        }
      }
      map.survivors(
          (double) picture.coveredWidth(octave) / width,
          (double) picture.coveredHeight(octave) / height,
          options.overlaps().level(),
          options.maxCandidates(),
          candidates);
    }
  }

  private void run(int count, int columns, int rows) {
    int values = ProposalMap.MAPS * count * columns * rows;
    session.run(
        pixels.tensor(count),
        List.of(
            new TensorBuffer(
                maps.duplicate().limit(values), count, ProposalMap.MAPS, rows, columns)));
  }

  /** With an odd number of pixels, the last cell has one pixel less. */
  private static int cells(int pixels) {
    return (pixels + 1 - CONTEXT) / ProposalMap.STRIDE;
  }

  @Override
  public void close() {
    session.close();
    pixels.close();
  }
}

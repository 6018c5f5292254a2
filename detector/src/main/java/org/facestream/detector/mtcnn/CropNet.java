package org.facestream.detector.mtcnn;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.onnx.ModelFile;
import org.facestream.detector.onnx.OnnxSession;
import org.facestream.detector.onnx.TensorBuffer;

/** R-Net or O-Net: runs on the crops of all candidates of a batch, in limited runs. */
final class CropNet implements AutoCloseable {
  private final int side;
  private final int most;
  private final boolean landmarks;
  private final Size cropSize;
  private final OnnxSession session;
  private final PixelBatch pixels;
  private final FloatBuffer scores;
  private final FloatBuffer shifts;
  private final FloatBuffer points;
  private final int[] picture;
  private final int[] candidate;
  private long cropNanos;

  /**
   * @param side of the crops
   * @param most maximum number of crops in a run
   * @param landmarks whether the model has a third output, the landmarks
   */
  CropNet(ModelFile model, Device device, int side, int most, boolean landmarks) {
    this.side = side;
    this.most = most;
    this.landmarks = landmarks;
    cropSize = new Size(side, side);
    pixels = new PixelBatch((long) most * side * side);
    scores = TensorBuffer.floats(most);
    shifts = TensorBuffer.floats(4 * most);
    points = TensorBuffer.floats(Candidates.LANDMARKS * most);
    picture = new int[most];
    candidate = new int[most];
    pixels.slot(0, side, side);
    session = OnnxSession.open(model, device, 1, pixels.tensor(1));
  }

  OnnxSession session() {
    return session;
  }

  /** Nanoseconds spent on cropping and scaling so far. */
  long cropNanos() {
    return cropNanos;
  }

  /** Sets score, edge shifts and landmarks of each candidate. */
  void judge(List<PicturePyramid> pictures, List<Candidates> candidates) {
    int count = 0;
    long start = System.nanoTime();
    for (int i = 0; i < pictures.size(); i++) {
      Candidates boxes = candidates.get(i);
      for (int j = 0; j < boxes.size(); j++) {
        pictures
            .get(i)
            .crop(
                boxes.left(j),
                boxes.top(j),
                boxes.side(j),
                pixels.slot(count, side, side),
                cropSize);
        picture[count] = i;
        candidate[count] = j;
        count++;
        if (count == most) {
          cropNanos += System.nanoTime() - start;
          run(count, candidates);
          count = 0;
          start = System.nanoTime();
        }
      }
    }
    cropNanos += System.nanoTime() - start;
    if (count > 0) {
      run(count, candidates);
    }
  }

  private void run(int candidatesAtHand, List<Candidates> candidates) {
    int count = session.device().fill(candidatesAtHand, most);
    List<TensorBuffer> into = new ArrayList<>();
    into.add(new TensorBuffer(scores.duplicate().limit(count), count, 1));
    into.add(new TensorBuffer(shifts.duplicate().limit(4 * count), count, 4));
    if (landmarks) {
      into.add(
          new TensorBuffer(
              points.duplicate().limit(Candidates.LANDMARKS * count), count, Candidates.LANDMARKS));
    }
    session.run(pixels.tensor(count), into);
    for (int slot = 0; slot < candidatesAtHand; slot++) {
      Candidates boxes = candidates.get(picture[slot]);
      int i = candidate[slot];
      boxes.score(i, scores.get(slot));
      for (int edge = 0; edge < 4; edge++) {
        boxes.shift(i, edge, shifts.get(4 * slot + edge));
      }
      if (landmarks) {
        place(boxes, i, slot);
      }
    }
  }

  /** Landmarks come as fractions of the crop: five x, then five y. */
  private void place(Candidates boxes, int i, int slot) {
    for (int k = 0; k < Candidates.LANDMARKS; k++) {
      float origin = k < Candidates.LANDMARKS / 2 ? boxes.left(i) : boxes.top(i);
      float fraction = points.get(Candidates.LANDMARKS * slot + k);
      boxes.landmark(i, k, origin + fraction * boxes.side(i));
    }
  }

  @Override
  public void close() {
    session.close();
    pixels.close();
    cropSize.close();
  }
}

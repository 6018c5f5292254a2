package org.facestream.deploy.lab.bench.detector;

import java.util.ArrayList;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnAccount;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;

/**
 * Measures the cascade on the same pictures repeatedly, in batches like the detector. Decoding
 * JPEGs is measured separately.
 */
final class CascadeBench {
  /** Overlap from which a detection is the face that is marked. */
  private static final float SAME = 0.4f;

  private final Mtcnn mtcnn;
  private final MtcnnOptions options;
  private final int batch;

  CascadeBench(Mtcnn mtcnn, MtcnnOptions options, int batch) {
    this.mtcnn = mtcnn;
    this.options = options;
    this.batch = batch;
  }

  /**
   * One pass over the pictures.
   *
   * @param decodeNanos decoding JPEGs
   * @param account the cascade
   */
  record Round(long decodeNanos, MtcnnAccount account) {}

  /**
   * How detections compare with what is known of pictures.
   *
   * @param marked faces that are known
   * @param found of them
   * @param further detections that are none of them
   */
  record Truth(int marked, int found, int further) {}

  /**
   * Runs the rounds.
   *
   * @param rounds 1 or more
   */
  List<Round> measure(BenchFrames frames, int rounds) throws UnreadablePictureException {
    List<Round> measured = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      MtcnnAccount before = mtcnn.account();
      long decoding = 0;
      for (int from = 0; from < frames.frames().size(); from += batch) {
        long start = System.nanoTime();
        List<Picture> pictures = decoded(batch(frames, from));
        decoding += System.nanoTime() - start;
        try {
          mtcnn.detect(pictures, options);
        } finally {
          pictures.forEach(Picture::close);
        }
      }
      measured.add(new Round(decoding, mtcnn.account().since(before)));
    }
    return measured;
  }

  /** Looks at every picture once, which also warms up, and compares with what is known. */
  Truth compare(BenchFrames frames) throws UnreadablePictureException {
    int marked = 0;
    int found = 0;
    int further = 0;
    for (int from = 0; from < frames.frames().size(); from += batch) {
      List<BenchFrames.Frame> some = batch(frames, from);
      List<Picture> pictures = decoded(some);
      try {
        List<List<Detection>> detections = mtcnn.detect(pictures, options);
        for (int i = 0; i < some.size(); i++) {
          List<Detection> rest = new ArrayList<>(detections.get(i));
          List<Box> truth = some.get(i).truth();
          for (Box face : truth == null ? List.<Box>of() : truth) {
            marked++;
            found += take(rest, face) ? 1 : 0;
          }
          further += truth == null ? 0 : rest.size();
        }
      } finally {
        pictures.forEach(Picture::close);
      }
    }
    return new Truth(marked, found, further);
  }

  /** Takes away the detection that fits a face best; false where none does. */
  private static boolean take(List<Detection> detections, Box face) {
    Detection best = null;
    for (Detection one : detections) {
      if (best == null || one.box().iou(face) > best.box().iou(face)) {
        best = one;
      }
    }
    return best != null && best.box().iou(face) >= SAME && detections.remove(best);
  }

  private List<BenchFrames.Frame> batch(BenchFrames frames, int from) {
    return frames.frames().subList(from, Math.min(from + batch, frames.frames().size()));
  }

  private static List<Picture> decoded(List<BenchFrames.Frame> frames)
      throws UnreadablePictureException {
    List<Picture> pictures = new ArrayList<>(frames.size());
    try {
      for (BenchFrames.Frame frame : frames) {
        pictures.add(Picture.decodeFrame(frame.jpeg()));
      }
      return pictures;
    } catch (UnreadablePictureException damaged) {
      pictures.forEach(Picture::close);
      throw damaged;
    }
  }
}

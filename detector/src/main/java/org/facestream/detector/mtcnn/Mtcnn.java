package org.facestream.detector.mtcnn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Closing;

/**
 * Finds faces and their landmarks: the cascade of Zhang, Zhang, Li and Qiao, "Joint Face Detection
 * and Alignment Using Multitask Cascaded Convolutional Networks" (2016), over a batch of pictures
 * at once.
 *
 * <p>What is found in a picture does not depend on what else is in the batch. Calls from several
 * threads wait for one another: the networks' memory is reused.
 */
public final class Mtcnn implements AutoCloseable {
  private static final int REFINEMENT_SIDE = 24;
  private static final int OUTPUT_SIDE = 48;
  private static final int REFINEMENT_RUN = 32;
  private static final int OUTPUT_RUN = 16;

  private final Closing closing = new Closing();
  private final ProposalNet proposal;
  private final CropNet refinement;
  private final CropNet output;
  private final List<Candidates> workspace = new ArrayList<>();
  private final Counts counts = new Counts();

  /** What has gone through the cascade so far; only the thread that detects changes it. */
  private static final class Counts {
    private long pictures;
    private long nanos;
    private long proposals;
    private long refined;
    private long faces;
  }

  /**
   * Loads the three networks, which takes part of a second on a CPU.
   *
   * @param threads for one run on the CPU, 1 or more
   * @throws org.facestream.ingest.worker.config.UserError where a model file is damaged or the
   *     wanted device cannot run it
   */
  public Mtcnn(Device device, int threads) {
    try {
      proposal = closing.add(new ProposalNet(MtcnnModels.proposal(), device, threads));
      // What `auto` has found holds for all three.
      Device taken = proposal.session().device();
      refinement =
          closing.add(
              new CropNet(
                  MtcnnModels.refinement(),
                  taken,
                  threads,
                  REFINEMENT_SIDE,
                  REFINEMENT_RUN,
                  false));
      output =
          closing.add(
              new CropNet(MtcnnModels.output(), taken, threads, OUTPUT_SIDE, OUTPUT_RUN, true));
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
  }

  /** What the networks run on: never {@code auto}. */
  public Device device() {
    return proposal.session().device();
  }

  /** Nanoseconds spent inside ONNX Runtime so far. */
  public long onnxNanos() {
    return proposal.session().nanos() + refinement.session().nanos() + output.session().nanos();
  }

  /** What all calls so far have taken, part by part. */
  public synchronized MtcnnAccount account() {
    return new MtcnnAccount(
        counts.pictures,
        counts.nanos,
        proposal.pyramidNanos(),
        proposal.session().nanos(),
        refinement.cropNanos() + output.cropNanos(),
        refinement.session().nanos(),
        output.session().nanos(),
        counts.proposals,
        counts.refined,
        counts.faces);
  }

  /**
   * Finds the faces of each picture.
   *
   * @return per picture, its faces, best first
   */
  public List<List<Detection>> detect(List<Picture> pictures, MtcnnOptions options) {
    return detect(pictures, Collections.nCopies(pictures.size(), options));
  }

  /**
   * Finds the faces of each picture, each with options of its own.
   *
   * @param options as many as pictures
   * @return per picture, its faces, best first
   */
  public synchronized List<List<Detection>> detect(
      List<Picture> pictures, List<MtcnnOptions> options) {
    if (options.size() != pictures.size()) {
      throw new IllegalArgumentException("each picture needs its options");
    }
    long start = System.nanoTime();
    while (workspace.size() < pictures.size()) {
      workspace.add(new Candidates());
    }
    List<Candidates> candidates = workspace.subList(0, pictures.size());
    candidates.forEach(Candidates::clear);
    List<Octaves> octaves = new ArrayList<>();
    try {
      pictures.forEach(picture -> octaves.add(new Octaves(picture)));
      propose(pictures, octaves, options, candidates);
      counts.proposals += total(candidates);
      refinement.judge(octaves, candidates);
      forEach(pictures, options, candidates, Mtcnn::refine);
      counts.refined += total(candidates);
      output.judge(octaves, candidates);
      forEach(pictures, options, candidates, Mtcnn::finish);
      counts.faces += total(candidates);
      return candidates.stream().map(Mtcnn::detections).toList();
    } finally {
      octaves.forEach(Octaves::close);
      counts.pictures += pictures.size();
      counts.nanos += System.nanoTime() - start;
    }
  }

  private void propose(
      List<Picture> pictures,
      List<Octaves> octaves,
      List<MtcnnOptions> options,
      List<Candidates> candidates) {
    record Group(int width, int height, MtcnnOptions options) {}
    Map<Group, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      Group group = new Group(pictures.get(i).width(), pictures.get(i).height(), options.get(i));
      groups.computeIfAbsent(group, key -> new ArrayList<>()).add(i);
    }
    groups.forEach(
        (group, members) ->
            proposal.propose(
                members.stream().map(octaves::get).toList(),
                group.width(),
                group.height(),
                group.options(),
                members.stream().map(candidates::get).toList()));
    forEach(
        pictures,
        options,
        candidates,
        (picture, option, boxes) -> {
          // Suppression looks at pairs: bound them before it as well as after it.
          boxes.keepBest(2 * option.maxCandidates());
          boxes.suppress(option.overlaps().proposals(), false, option.maxCandidates());
          boxes.regress();
          boxes.square();
          boxes.dropDegenerate(picture.width(), picture.height());
        });
  }

  private static void refine(Picture picture, MtcnnOptions options, Candidates boxes) {
    boxes.dropBelow(options.refinementThreshold());
    boxes.suppress(options.overlaps().refined(), false, Math.max(1, options.maxCandidates() / 4));
    boxes.regress();
    boxes.square();
    boxes.dropDegenerate(picture.width(), picture.height());
  }

  private static void finish(Picture picture, MtcnnOptions options, Candidates boxes) {
    boxes.dropBelow(options.outputThreshold());
    boxes.regress();
    boxes.dropDegenerate(picture.width(), picture.height());
    boxes.suppress(options.overlaps().faces(), true, options.maxFaces());
  }

  private static long total(List<Candidates> candidates) {
    long total = 0;
    for (Candidates boxes : candidates) {
      total += boxes.size();
    }
    return total;
  }

  private static List<Detection> detections(Candidates boxes) {
    List<Detection> found = new ArrayList<>(boxes.size());
    for (int i = 0; i < boxes.size(); i++) {
      List<Point> points = new ArrayList<>(5);
      for (int k = 0; k < 5; k++) {
        points.add(new Point(boxes.landmark(i, k), boxes.landmark(i, k + 5)));
      }
      found.add(
          new Detection(
              new Box(boxes.left(i), boxes.top(i), boxes.right(i), boxes.bottom(i)),
              Landmarks.of(points),
              boxes.score(i)));
    }
    return found;
  }

  /** What a stage does between two networks with the boxes of one picture. */
  private interface Step {
    void take(Picture picture, MtcnnOptions options, Candidates boxes);
  }

  private static void forEach(
      List<Picture> pictures, List<MtcnnOptions> options, List<Candidates> candidates, Step step) {
    for (int i = 0; i < pictures.size(); i++) {
      step.take(pictures.get(i), options.get(i), candidates.get(i));
    }
  }

  @Override
  public synchronized void close() {
    closing.close();
  }
}

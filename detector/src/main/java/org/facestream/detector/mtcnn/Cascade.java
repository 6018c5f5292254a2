package org.facestream.detector.mtcnn;

import java.util.ArrayList;
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
 * The three networks and the steps between them, for a batch of pictures. One thread at a time uses
 * it.
 */
final class Cascade implements AutoCloseable {
  private static final int REFINEMENT_SIDE = 24;
  private static final int OUTPUT_SIDE = 48;
  private static final int REFINEMENT_RUN = 32;
  private static final int OUTPUT_RUN = 16;

  private final Closing closing = new Closing();
  private final ProposalNet proposal;
  private final CropNet refinement;
  private final CropNet output;
  private final List<Candidates> workspace = new ArrayList<>();
  private long pictures;
  private long nanos;
  private long proposals;
  private long refined;
  private long faces;

  /**
   * Loads the networks.
   *
   * @throws org.facestream.ingest.worker.config.UserError where a model file is damaged or the
   *     wanted device cannot run it
   */
  Cascade(Device device) {
    try {
      proposal = closing.add(new ProposalNet(MtcnnModels.proposal(), device));
      // The device found for `auto` applies to all three.
      Device taken = proposal.session().device();
      refinement =
          closing.add(
              new CropNet(MtcnnModels.refinement(), taken, REFINEMENT_SIDE, REFINEMENT_RUN, false));
      output = closing.add(new CropNet(MtcnnModels.output(), taken, OUTPUT_SIDE, OUTPUT_RUN, true));
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
  }

  /** The device of the networks: never {@code auto}. */
  Device device() {
    return proposal.session().device();
  }

  /** The time of all calls so far, by part. */
  MtcnnAccount account() {
    return MtcnnAccountBuilder.builder()
        .pictures(pictures)
        .wallNanos(nanos)
        .nanos(nanos)
        .pyramidNanos(proposal.pyramidNanos())
        .proposalNanos(proposal.session().nanos())
        .cropNanos(refinement.cropNanos() + output.cropNanos())
        .refinementNanos(refinement.session().nanos())
        .outputNanos(output.session().nanos())
        .proposals(proposals)
        .refined(refined)
        .faces(faces)
        .build();
  }

  /**
   * Finds the faces of each picture.
   *
   * @param options as many as pictures
   * @return per picture, its faces, best first
   */
  List<List<Detection>> detect(List<Picture> together, List<MtcnnOptions> options) {
    long start = System.nanoTime();
    while (workspace.size() < together.size()) {
      workspace.add(new Candidates());
    }
    List<Candidates> candidates = workspace.subList(0, together.size());
    candidates.forEach(Candidates::clear);
    List<PicturePyramid> octaves = new ArrayList<>();
    try {
      together.forEach(picture -> octaves.add(new PicturePyramid(picture)));
      propose(together, octaves, options, candidates);
      proposals += total(candidates);
      refinement.judge(octaves, candidates);
      forEach(together, options, candidates, Cascade::refine);
      refined += total(candidates);
      output.judge(octaves, candidates);
      forEach(together, options, candidates, Cascade::finish);
      faces += total(candidates);
      return candidates.stream().map(Cascade::detections).toList();
    } finally {
      octaves.forEach(PicturePyramid::close);
      pictures += together.size();
      nanos += System.nanoTime() - start;
    }
  }

  private void propose(
      List<Picture> pictures,
      List<PicturePyramid> octaves,
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
          // Suppression compares pairs, so the number is limited before and after it.
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

  /** A step between two networks for the boxes of one picture. */
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
  public void close() {
    closing.close();
  }
}

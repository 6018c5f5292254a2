package org.facestream.detector.mtcnn;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.function.LongBinaryOperator;

/**
 * Times and counts of the detection, summed over all calls. Times are sums over all threads, except
 * for the first. One component per figure of {@code bench detector}.
 *
 * @param pictures examined
 * @param wallNanos waiting time of callers
 * @param nanos of all threads, from pictures to detections
 * @param pyramidNanos scaling pictures for P-Net
 * @param proposalNanos inside ONNX Runtime with P-Net
 * @param cropNanos cropping and scaling for R-Net and O-Net
 * @param refinementNanos inside ONNX Runtime with R-Net
 * @param outputNanos inside ONNX Runtime with O-Net
 * @param proposals of P-Net after suppression, the input of R-Net
 * @param refined of R-Net after suppression, the input of O-Net
 * @param faces of O-Net after suppression
 */
// A sum for each figure that measurements print; they are added and taken apart as one.
@RecordBuilder
public record MtcnnAccount(
    long pictures,
    long wallNanos,
    long nanos,
    long pyramidNanos,
    long proposalNanos,
    long cropNanos,
    long refinementNanos,
    long outputNanos,
    long proposals,
    long refined,
    long faces)
    implements MtcnnAccountBuilder.With {

  static final MtcnnAccount NOTHING = MtcnnAccountBuilder.builder().build();

  /** Inside ONNX Runtime. */
  public long onnxNanos() {
    return proposalNanos + refinementNanos + outputNanos;
  }

  /** Reading score maps, suppression, and everything without a separate part. */
  public long boxNanos() {
    return nanos - onnxNanos() - pyramidNanos - cropNanos;
  }

  /** The sum of this and another. */
  MtcnnAccount plus(MtcnnAccount other) {
    return with(other, Long::sum);
  }

  /** The difference to an earlier account of the same cascade. */
  public MtcnnAccount since(MtcnnAccount earlier) {
    return with(earlier, (now, then) -> now - then);
  }

  private MtcnnAccount with(MtcnnAccount other, LongBinaryOperator each) {
    return new MtcnnAccount(
        each.applyAsLong(pictures, other.pictures),
        each.applyAsLong(wallNanos, other.wallNanos),
        each.applyAsLong(nanos, other.nanos),
        each.applyAsLong(pyramidNanos, other.pyramidNanos),
        each.applyAsLong(proposalNanos, other.proposalNanos),
        each.applyAsLong(cropNanos, other.cropNanos),
        each.applyAsLong(refinementNanos, other.refinementNanos),
        each.applyAsLong(outputNanos, other.outputNanos),
        each.applyAsLong(proposals, other.proposals),
        each.applyAsLong(refined, other.refined),
        each.applyAsLong(faces, other.faces));
  }
}

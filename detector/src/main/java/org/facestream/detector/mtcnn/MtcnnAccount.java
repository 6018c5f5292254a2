package org.facestream.detector.mtcnn;

/**
 * Where the time of the cascade went, and what went through it: sums over all calls so far.
 *
 * @param pictures that were looked at
 * @param nanos of all calls, from pictures to detections
 * @param pyramidNanos scaling pictures for P-Net
 * @param proposalNanos inside ONNX Runtime with P-Net
 * @param cropNanos cutting and scaling crops for R-Net and O-Net
 * @param refinementNanos inside ONNX Runtime with R-Net
 * @param outputNanos inside ONNX Runtime with O-Net
 * @param proposals that P-Net gave, after suppression: what R-Net saw
 * @param refined that R-Net left, after suppression: what O-Net saw
 * @param faces that O-Net left, after suppression
 */
public record MtcnnAccount(
    long pictures,
    long nanos,
    long pyramidNanos,
    long proposalNanos,
    long cropNanos,
    long refinementNanos,
    long outputNanos,
    long proposals,
    long refined,
    long faces) {

  /** Inside ONNX Runtime. */
  public long onnxNanos() {
    return proposalNanos + refinementNanos + outputNanos;
  }

  /** Reading score maps, suppression, and everything else that has no part of its own. */
  public long boxNanos() {
    return nanos - onnxNanos() - pyramidNanos - cropNanos;
  }

  /** What has come since an earlier account of the same cascade. */
  public MtcnnAccount since(MtcnnAccount earlier) {
    return new MtcnnAccount(
        pictures - earlier.pictures,
        nanos - earlier.nanos,
        pyramidNanos - earlier.pyramidNanos,
        proposalNanos - earlier.proposalNanos,
        cropNanos - earlier.cropNanos,
        refinementNanos - earlier.refinementNanos,
        outputNanos - earlier.outputNanos,
        proposals - earlier.proposals,
        refined - earlier.refined,
        faces - earlier.faces);
  }
}

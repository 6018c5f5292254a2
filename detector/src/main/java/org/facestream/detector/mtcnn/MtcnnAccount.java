package org.facestream.detector.mtcnn;

/**
 * Where the time of detection went, and what went through it: sums over all calls so far. Times are
 * those of all threads added up, but for the first.
 *
 * @param pictures that were looked at
 * @param wallNanos that callers waited
 * @param nanos of all threads, from pictures to detections
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
    long wallNanos,
    long nanos,
    long pyramidNanos,
    long proposalNanos,
    long cropNanos,
    long refinementNanos,
    long outputNanos,
    long proposals,
    long refined,
    long faces) {

  static final MtcnnAccount NOTHING = new MtcnnAccount(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Inside ONNX Runtime. */
  public long onnxNanos() {
    return proposalNanos + refinementNanos + outputNanos;
  }

  /** Reading score maps, suppression, and everything else that has no part of its own. */
  public long boxNanos() {
    return nanos - onnxNanos() - pyramidNanos - cropNanos;
  }

  /** This and another together. */
  MtcnnAccount plus(MtcnnAccount other) {
    return new MtcnnAccount(
        pictures + other.pictures,
        wallNanos + other.wallNanos,
        nanos + other.nanos,
        pyramidNanos + other.pyramidNanos,
        proposalNanos + other.proposalNanos,
        cropNanos + other.cropNanos,
        refinementNanos + other.refinementNanos,
        outputNanos + other.outputNanos,
        proposals + other.proposals,
        refined + other.refined,
        faces + other.faces);
  }

  /** The same, but callers waited so long. */
  MtcnnAccount within(long waited) {
    return new MtcnnAccount(
        pictures,
        waited,
        nanos,
        pyramidNanos,
        proposalNanos,
        cropNanos,
        refinementNanos,
        outputNanos,
        proposals,
        refined,
        faces);
  }

  /** What has come since an earlier account of the same cascade. */
  public MtcnnAccount since(MtcnnAccount earlier) {
    return new MtcnnAccount(
        pictures - earlier.pictures,
        wallNanos - earlier.wallNanos,
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

package org.facestream.detector.mtcnn;

/**
 * Times and counts of the detection, summed over all calls. Times are sums over all threads, except
 * for the first.
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

  /** Reading score maps, suppression, and everything without a separate part. */
  public long boxNanos() {
    return nanos - onnxNanos() - pyramidNanos - cropNanos;
  }

  /** The sum of this and another. */
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

  /** The same with another waiting time. */
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

  /** The difference to an earlier account of the same cascade. */
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

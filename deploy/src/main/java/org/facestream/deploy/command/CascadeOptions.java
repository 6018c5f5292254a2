package org.facestream.deploy.command;

import java.util.List;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Option;

/** How faces are looked for, for commands that need no worker. */
final class CascadeOptions {
  @Option(
      names = "--min-face",
      paramLabel = "PIXELS",
      description = "Smallest face, 12 or more. Default: 40")
  private Integer minFace;

  @Option(
      names = "--factor",
      paramLabel = "N",
      description = "From one scale to the next, between 0 and 1. Default: 0.709")
  private Double factor;

  @Option(names = "--max-scales", paramLabel = "N", description = "Most scales, finest first.")
  private Integer maxScales;

  @Option(
      names = "--thresholds",
      paramLabel = "P,R,O",
      split = ",",
      description = "Least scores of the three networks. Default: 0.6,0.7,0.7")
  private List<Float> thresholds;

  @Option(
      names = "--max-faces",
      paramLabel = "N",
      description = "Most faces of a picture, best first.")
  private Integer maxFaces;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  /**
   * What the networks are to run on.
   *
   * @throws UserError where there is no such device
   */
  Device device() {
    return Device.parse(device);
  }

  /**
   * The wanted settings.
   *
   * @throws UserError for one out of its range
   */
  MtcnnOptions mtcnn() {
    MtcnnOptions usual = MtcnnOptions.DEFAULT;
    List<Float> scores =
        thresholds == null
            ? List.of(
                usual.proposalThreshold(), usual.refinementThreshold(), usual.outputThreshold())
            : thresholds;
    if (scores.size() != 3) {
      throw new UserError("--thresholds takes three numbers, such as 0.6,0.7,0.7.");
    }
    return new MtcnnOptions(
        minFace == null ? usual.minFaceSize() : minFace,
        factor == null ? usual.scaleFactor() : factor,
        maxScales == null ? usual.maxScales() : maxScales,
        usual.scaleSteps(),
        scores.get(0),
        scores.get(1),
        scores.get(2),
        usual.overlaps(),
        usual.maxCandidates(),
        maxFaces == null ? usual.maxFaces() : maxFaces);
  }
}

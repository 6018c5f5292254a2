package org.facestream.deploy.command.picture;

import java.util.List;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.worker.config.Range;
import picocli.CommandLine.Option;

/**
 * How faces are looked for, for commands that need no worker: as the configuration says where no
 * option does.
 */
public final class CascadeOptions {
  @Option(
      names = "--min-face",
      paramLabel = "PIXELS",
      description = "Smallest face, 12 or more. Default: detector.min-face-size")
  private Integer minFace;

  @Option(
      names = "--factor",
      paramLabel = "N",
      description = "Factor from one scale to the next. Default: detector.scale-factor")
  private Double factor;

  @Option(
      names = "--max-scales",
      paramLabel = "N",
      description = "Largest number of scales, finest first.")
  private Integer maxScales;

  @Option(
      names = "--thresholds",
      paramLabel = "P,R,O",
      split = ",",
      description = "Lowest scores of the three networks. Default: detector.thresholds")
  private List<Float> thresholds;

  @Option(
      names = "--max-faces",
      paramLabel = "N",
      description = "Largest number of faces in a picture, best first.")
  private Integer maxFaces;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, cuda or cuda:N. Default: detector.device")
  private String device;

  /**
   * What the networks are to run on.
   *
   * @throws org.facestream.ingest.worker.config.UserError where there is no such device
   */
  public Device device(DetectorConfig config) {
    return Device.parse(device == null ? config.device() : device)
        .with(CudaOptions.of(config.cuda()));
  }

  /**
   * The wanted settings.
   *
   * @throws org.facestream.ingest.worker.config.UserError for one out of its range
   */
  public MtcnnOptions mtcnn(DetectorConfig config) {
    Range.check("--min-face", minFace, FaceSearch.FACE_SIZE);
    Range.check("--factor", factor, FaceSearch.SCALE_FACTOR);
    Range.check("--max-scales", maxScales, FaceSearch.COUNT);
    Range.check("--thresholds", thresholds, FaceSearch.THRESHOLDS);
    Range.check("--max-faces", maxFaces, FaceSearch.COUNT);
    MtcnnOptions usual = DetectorConfig.mtcnn(config);
    List<Float> scores = thresholds == null ? config.thresholds() : thresholds;
    // Explicit levels would make an option that shapes the pyramid count for nothing.
    boolean shaped = minFace != null || factor != null || maxScales != null;
    return usual
        .with()
        .minFaceSize(minFace == null ? usual.minFaceSize() : minFace)
        .scaleFactor(factor == null ? usual.scaleFactor() : factor)
        .maxScales(maxScales == null ? usual.maxScales() : maxScales)
        .scaleSteps(shaped ? List.of() : usual.scaleSteps())
        .proposalThreshold(scores.get(0))
        .refinementThreshold(scores.get(1))
        .outputThreshold(scores.get(2))
        .maxFaces(maxFaces == null ? usual.maxFaces() : maxFaces)
        .build();
  }
}

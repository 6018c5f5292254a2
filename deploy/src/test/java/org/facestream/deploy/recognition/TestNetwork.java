package org.facestream.deploy.recognition;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.facestream.deploy.lab.convert.GraphBuilder;

/** Descriptor networks made for a test: faces of 150 × 150 pixels in, four values out. */
final class TestNetwork {
  private TestNetwork() {}

  /**
   * Writes a network and its definition.
   *
   * @return the definition that the weights lie beside
   */
  static Path write(Path folder, String name, GraphBuilder graph) throws Exception {
    byte[] onnx = graph.build();
    Files.write(folder.resolve(name + ".onnx"), onnx);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(onnx));
    return Files.writeString(
        folder.resolve(name + ".json"),
        """
        {"name": "%1$s", "file": "%1$s.onnx", "sha256": "%2$s",
         "input": {"width": 150, "height": 150, "type": "uint8", "layout": "nhwc",
           "channels": "rgb", "mean": [0, 0, 0], "deviation": [1, 1, 1]},
         "alignment": {"template":
           [[47.55, 46.6], [100.48, 46.6], [74.01, 76.56], [50.41, 103.02], [97.61, 103.02]],
           "stretch": 1, "mirrored": false},
         "length": 4, "normalise": false, "metric": "euclidean", "threshold": 0.6, "verification": 0.6,
         "origin": "this test", "licence": "CC0-1.0"}
        """
            .formatted(name, sha256));
  }
}

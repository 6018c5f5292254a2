package org.facestream.detector.mtcnn;

import org.facestream.detector.onnx.ModelFile;

/** The three networks in the jar, each with the SHA-256 that it must have. */
final class MtcnnModels {
  static final String PROPOSAL = "32c10bf986e101b9eb0f0a65ad5492cd3e81744c13d3d66c2bab72fe9d6868ea";
  static final String REFINEMENT =
      "a3744b0f01807f2798faa1b1698d6565b038a2a0e899c3492d4300b09f41b6dc";
  static final String OUTPUT = "9739e85a2680cba47425852ff66ac6042178ec3bb68cf17433ae51be56f642b7";

  private MtcnnModels() {}

  static ModelFile proposal() {
    return ModelFile.resource(MtcnnModels.class, "pnet.onnx", PROPOSAL);
  }

  static ModelFile refinement() {
    return ModelFile.resource(MtcnnModels.class, "rnet.onnx", REFINEMENT);
  }

  static ModelFile output() {
    return ModelFile.resource(MtcnnModels.class, "onet.onnx", OUTPUT);
  }
}

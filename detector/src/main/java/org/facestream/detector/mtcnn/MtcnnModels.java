package org.facestream.detector.mtcnn;

import org.facestream.detector.onnx.ModelFile;

/** The three networks in the jar, each with its SHA-256. */
final class MtcnnModels {
  static final String PROPOSAL = "5729bf3ff53c082e61d282b074c74fe9471738ddd9d815f3efe28c138c53ef1c";
  static final String REFINEMENT =
      "f837b979953d0a5047faeeed1ee2d662d8bfe0135dcf84573a6c9bc621d6a6de";
  static final String OUTPUT = "69121aa69221afa98efc1d57e4d74035ea9ddb6a9ad7eb48c4d6e17dcaf00baa";

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

package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.facestream.detector.face.QualityMeter;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.sink.api.picture.SeenFace;
import org.junit.jupiter.api.Test;

/** The accuracy that we say we have, on folds of Labeled Faces in the Wild. */
class LfwTest {
  @Test
  void theWholeChainIsAsAccurateAsTheNetworksAuthorSays() {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with lfw-dev>");
    Path lfw = Path.of(data).resolve("lfw-dev");
    DescriptorModel model =
        DescriptorModel.of(System.getProperty("facestream.model", DescriptorModel.KNOWN.get(0)));

    Verification verification;
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 2);
        Descriptors descriptors = new Descriptors(model, Device.CPU, 2)) {
      DescribedPictures pictures =
          new DescribedPictures(
              lfw.resolve("images"),
              picture ->
                  mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0).stream()
                      .map(
                          face ->
                              new SeenFace(
                                  face.box(),
                                  face.landmarks(),
                                  face.score(),
                                  QualityMeter.measure(
                                          picture.rgb(), face.box(), face.landmarks(), face.score())
                                      .overall()))
                      .toList(),
              descriptors,
              name -> {});
      verification = PairsEvaluation.evaluate(pictures, FacePair.readLfw(lfw.resolve("pairs.txt")));
    }

    System.out.print(verification.summary(model.verification()));
    assertTrue(verification.bestAccuracy().accuracy() >= 0.992);
    assertTrue(verification.accuracyAt(model.verification()).accuracy() >= 0.988);
    assertTrue(verification.atFalseAcceptRate(0.01).trueAcceptRate() >= 0.99);
  }
}

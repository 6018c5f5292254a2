package org.facestream.sink.api.compreface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.facestream.recognizer.facenet.DescriptorModel;
import org.junit.jupiter.api.Test;

/** What deploy/docs/coming-from-compreface.md says about similarity. */
class SimilarityTest {
  @Test
  void facenetsIsCompreFacesOwn() {
    Similarity facenet = Similarity.of(DescriptorModel.of("facenet"));
    assertEquals(.5, facenet.at(1.1362496));
    assertEquals(.98, facenet.at(.801), .0005);
    assertEquals(1, facenet.at(0));
    assertEquals(.00005, facenet.at(2), .00005);
  }

  @Test
  void theSameThresholdIsAnotherDistanceOfAnotherNetwork() {
    assertEquals(.9, Similarity.of(DescriptorModel.of("mobilefacenet")).at(1.003), .002);
    assertEquals(.9, Similarity.of(DescriptorModel.of("resnet34-128")).at(.512), .002);
  }

  @Test
  void itFallsWithTheDistance() {
    for (String model : DescriptorModel.KNOWN) {
      Similarity similarity = Similarity.of(DescriptorModel.of(model));
      double before = 1;
      for (double distance = .1; distance < 2; distance += .1) {
        double now = similarity.at(distance);
        assertTrue(now <= before && now >= 0, model + " at " + distance);
        before = now;
      }
    }
  }
}

package org.facestream.detector.mtcnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MtcnnOptionsTest {
  @Test
  void scalesDownUntilAFaceMayBeLargerThanThePicture() {
    List<Double> scales = MtcnnOptions.DEFAULT.scales(1280, 720);

    assertEquals(0.3, scales.get(0), 1e-9);
    assertEquals(0.3 * 0.709, scales.get(1), 1e-9);
    assertTrue(720 * scales.get(scales.size() - 1) >= 8);
    assertTrue(720 * scales.get(scales.size() - 1) * 0.709 < 8);
    assertEquals(1, MtcnnOptions.DEFAULT.scales(1280, 27).size());
    assertEquals(List.of(), MtcnnOptions.DEFAULT.scales(1280, 26));
  }

  @Test
  void takesTheScalesThatItIsGiven() {
    assertEquals(List.of(1.0, 0.5), with(40, 0.7, 64, List.of(1.0, 0.5, 0.07)).scales(100, 100));
    assertEquals(2, with(40, 0.7, 2, List.of()).scales(1280, 720).size());
  }

  private static MtcnnOptions with(int face, double factor, int scales, List<Double> steps) {
    return MtcnnOptionsBuilder.builder()
        .minFaceSize(face)
        .scaleFactor(factor)
        .maxScales(scales)
        .scaleSteps(steps)
        .proposalThreshold(0.6f)
        .refinementThreshold(0.7f)
        .outputThreshold(0.7f)
        .overlaps(MtcnnOptions.Overlaps.DEFAULT)
        .maxCandidates(1)
        .maxFaces(1)
        .build();
  }
}

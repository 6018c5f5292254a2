package org.facestream.detector.mtcnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.facestream.ingest.worker.config.UserError;
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

  @Test
  void refusesWhatCannotBe() {
    refuses("minimum face size is 11 pixels; it must be 12", () -> with(11, 0.7, 1, List.of()));
    refuses("scale factor is 1.0", () -> with(40, 1, 1, List.of()));
    refuses("scale factor is NaN", () -> with(40, Double.NaN, 1, List.of()));
    refuses("number of scales is 0", () -> with(40, 0.7, 0, List.of()));
    refuses("scale step is 1.5", () -> with(40, 0.7, 1, List.of(1.5)));
    refuses(
        "threshold of R-Net is 1.1", () -> MtcnnOptions.DEFAULT.withThresholds(0.5f, 1.1f, 0.5f));
    refuses(
        "threshold of O-Net is NaN",
        () -> MtcnnOptions.DEFAULT.withThresholds(0.5f, 0.5f, Float.NaN));
    refuses("overlap of faces is -1.0", () -> new MtcnnOptions.Overlaps(0, 0, 0, -1));
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

  private static void refuses(String part, org.junit.jupiter.api.function.Executable action) {
    String message = assertThrows(UserError.class, action).getMessage();
    assertTrue(message.contains(part), message);
  }
}

package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.mtcnn.MtcnnOptionsBuilder;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.BestShotConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;

class DetectorConfigTest {
  static DetectorConfig config(Map<String, String> options) {
    return Settings.load(List.of(DetectorConfig.class), Optional.empty(), Map.of(), options)
        .get(DetectorConfig.class);
  }

  @Test
  void everyKeyReachesItsOption() {
    DetectorOptions options =
        DetectorOptions.of(
            config(
                Map.ofEntries(
                    Map.entry("detector.device", "cuda:1"),
                    Map.entry("detector.threads", "3"),
                    Map.entry("detector.decode-threads", "4"),
                    Map.entry("detector.batch", "8"),
                    Map.entry("detector.max-age", "5s"),
                    Map.entry("detector.min-face-size", "20"),
                    Map.entry("detector.scale-factor", "0.8"),
                    Map.entry("detector.max-scales", "5"),
                    Map.entry("detector.scale-steps", "0.5,0.25"),
                    Map.entry("detector.thresholds", "0.5,0.6,0.8"),
                    Map.entry("detector.overlaps", "0.4,0.5,0.6,0.8"),
                    Map.entry("detector.cuda.memory-limit", "1000000000"),
                    Map.entry("detector.cuda.convolution-search", "exhaustive"),
                    Map.entry("detector.cuda.copy-in-default-stream", "false"),
                    Map.entry("detector.max-candidates", "100"),
                    Map.entry("detector.max-faces", "7"),
                    Map.entry("detector.best-shots.publish", "all"))));

    assertEquals(
        Device.cuda(1)
            .with(new CudaOptions(1_000_000_000L, CudaOptions.ConvolutionSearch.EXHAUSTIVE, false)),
        options.device());
    assertEquals(3, options.threads());
    assertEquals(4, options.decodeThreads());
    assertEquals(8, options.batch());
    assertEquals(Duration.ofSeconds(5), options.maxAge());
    assertEquals(0.8f, options.search().goodScore());
    assertEquals(BestShotConfig.Choice.ALL, options.bestShots().publish());
    assertEquals(
        MtcnnOptionsBuilder.builder()
            .minFaceSize(20)
            .scaleFactor(0.8)
            .maxScales(5)
            .scaleSteps(List.of(0.5, 0.25))
            .proposalThreshold(0.5f)
            .refinementThreshold(0.6f)
            .outputThreshold(0.4f)
            .overlaps(new MtcnnOptions.Overlaps(0.4f, 0.5f, 0.6f, 0.8f))
            .maxCandidates(100)
            .maxFaces(7)
            .build(),
        options.search().mtcnn());
  }

  @Test
  void aDeviceThatIsNotKnownIsRefused() {
    assertThrows(
        UserError.class, () -> DetectorOptions.of(config(Map.of("detector.device", "tpu"))));
  }
}

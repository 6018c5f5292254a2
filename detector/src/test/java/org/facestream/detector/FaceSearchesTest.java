package org.facestream.detector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.FaceSearches.Search;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.mtcnn.MtcnnOptionsBuilder;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.Test;

class FaceSearchesTest {
  private static final Search CONFIGURED =
      DetectorOptions.of(DetectorConfigTest.config(Map.of())).search();

  private final FaceSearches searches = new FaceSearches(CONFIGURED, 0.4f);
  private final Cameras cameras =
      new Cameras(searches, new Zones(), new CloseUpRequests("close-ups", new Telemetry()));

  @Test
  void aCameraThatSaysNothingIsLookedAtAsConfigured() {
    take(Camera.of("door", "rtsp://h/s"));
    assertEquals(CONFIGURED, searches.of("door"));
    assertEquals(CONFIGURED, searches.of("never-heard-of"));
  }

  @Test
  void everyValueOfACameraReachesItsOption() {
    take(
        Camera.of("yard", "rtsp://h/s")
            .withDetection(
                new FaceSearch(
                    24,
                    0.8,
                    5,
                    List.of(0.5, 0.25),
                    List.of(0.5, 0.6, 0.3),
                    List.of(0.4, 0.5, 0.6, 0.8),
                    100,
                    7)));
    assertEquals(
        new Search(
            MtcnnOptionsBuilder.builder()
                .minFaceSize(24)
                .scaleFactor(0.8)
                .maxScales(5)
                .scaleSteps(List.of(0.5, 0.25))
                .proposalThreshold(0.5f)
                .refinementThreshold(0.6f)
                .outputThreshold(0.3f)
                .overlaps(new MtcnnOptions.Overlaps(0.4f, 0.5f, 0.6f, 0.8f))
                .maxCandidates(100)
                .maxFaces(7)
                .build(),
            0.3f),
        searches.of("yard"));
    assertEquals(CONFIGURED, searches.of("door"));
  }

  @Test
  void whatACameraLeavesOutStaysAsConfigured() {
    take(
        Camera.of("yard", "rtsp://h/s")
            .withDetection(FaceSearch.AS_CONFIGURED.withMinFaceSize(60)));
    assertEquals(
        new Search(CONFIGURED.mtcnn().withMinFaceSize(60), CONFIGURED.goodScore()),
        searches.of("yard"));
  }

  @Test
  void changesAndRemovalsCountAtOnceAndNonsenseNotAtAll() {
    Camera yard = Camera.of("yard", "rtsp://h/s");
    take(yard.withDetection(FaceSearch.AS_CONFIGURED.withMinFaceSize(60)));
    cameras.take(record("yard", "{\"id\":\"yard\",\"detection\":{\"minFaceSize\":1}}"));
    assertEquals(60, searches.of("yard").mtcnn().minFaceSize());
    take(yard);
    assertEquals(CONFIGURED, searches.of("yard"));
    take(yard.withDetection(FaceSearch.AS_CONFIGURED.withMinFaceSize(50)));
    cameras.take(new ConsumerRecord<>("cctv.cameras.v1", 0, 4, "yard", null));
    assertEquals(CONFIGURED, searches.of("yard"));
  }

  private void take(Camera camera) {
    cameras.take(
        new ConsumerRecord<>(
            "cctv.cameras.v1",
            0,
            1,
            camera.id(),
            CameraTopic.toRecord("cctv.cameras.v1", camera).value()));
  }

  private static ConsumerRecord<String, byte[]> record(String key, String json) {
    return new ConsumerRecord<>("cctv.cameras.v1", 0, 2, key, json.getBytes(UTF_8));
  }
}

package org.facestream.detector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.Area;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.CloseUpRequestBuilder;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

/** Small faces are requested again, larger. */
class DetectorCloseUpsTest extends DetectorProcessorCase {
  @Test
  void aSmallFaceOfACameraWithTwoStreamsIsAskedForAndComesAgainLarger()
      throws InvalidRecordException {
    cameras.take(camera("gate", "{\"id\":\"gate\",\"url\":\"a\",\"closeUpUrl\":\"b\"}"));
    cameras.take(camera("yard", "{\"id\":\"yard\",\"url\":\"a\"}"));
    byte[] small = jpeg(5, 120);
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      results.addAll(
          turns(List.of(record("gate", i, 200 * i, small), record("yard", i, 200 * i, small))));
    }
    Face asked =
        faces(results).stream()
            .filter(face -> face.camera().equals("gate"))
            .findFirst()
            .orElseThrow();
    List<CloseUpRequest> requests = requests(results);
    assertEquals(1, requests.size());
    CloseUpRequest request = requests.get(0);
    assertEquals(asked.id(), request.face());
    assertEquals(asked.track(), request.track());
    assertEquals(640, request.frameWidth());
    assertEquals(asked.box().left(), request.box().left(), 0.001);

    // Three times as large, and a face of somebody else in a corner.
    byte[] large = jpeg(600, 600, placed(5, 120, 120, 360), placed(3, 0, 0, 110));
    Area shown = new Area(60, 20, 260, 220);
    List<Face> close = faces(turns(closeUp(request, shown, 600, large)));
    assertEquals(1, close.size());
    Face face = close.get(0);
    assertEquals(asked.id() + "-close", face.id());
    assertEquals(asked.track(), face.track());
    assertEquals(asked.frameSequence(), face.frameSequence());
    assertEquals(asked.captureTime(), face.captureTime());
    assertTrue(asked.box().iou(face.box()) > 0.6, asked.box() + " " + face.box());
    assertTrue(face.quality().size() > 1.5 * asked.quality().size());
    double wider =
        (face.cropLandmarks().points().get(1).x() - face.cropLandmarks().points().get(0).x())
            / (asked.cropLandmarks().points().get(1).x()
                - asked.cropLandmarks().points().get(0).x());
    assertEquals(3, wider, 0.4);

    // The tracker goes on as if there had been none.
    assertEquals(asked.track(), faces(turns(record("gate", 2, 400, small))).get(0).track());
  }

  @Test
  void aCloseUpOfSomethingElseIsDroppedAndManyAreTheEndOfIt() throws InvalidRecordException {
    cameras.take(camera("gate", "{\"id\":\"gate\",\"url\":\"a\",\"closeUpUrl\":\"b\"}"));
    turns(record("gate", 0, 0, jpeg(5, 120)));
    CloseUpRequest request = requests(turns(record("gate", 1, 200, jpeg(5, 120)))).get(0);
    byte[] elsewhere = jpeg(600, 600, placed(5, 0, 0, 150));
    Area shown = new Area(60, 20, 260, 220);
    assertEquals(List.of(), turns(closeUp(request, shown, 600, new byte[] {1})));
    assertEquals("not-a-jpeg", reason(deadLetters.drain().get(0)));
    for (int i = 0; i < 8; i++) {
      assertEquals(List.of(), faces(turns(closeUp(request, shown, 600, elsewhere))));
    }
    assertEquals(8, outcome("no-face"));
    assertEquals(List.of(), requests(turns(record("gate", 2, 400, jpeg(5, 120)))));
    assertEquals(1, outcome("switched-off"));
    assertEquals(0, deadLetters.drain().size());

    // One that is as late as that is worth nothing.
    CloseUpRequest old =
        CloseUpRequestBuilder.builder()
            .camera("gate")
            .epoch(1)
            .sequence(1)
            .captureTime(START.minusSeconds(11))
            .track("t")
            .face("f")
            .frameWidth(640)
            .frameHeight(480)
            .box(request.box())
            .build();
    assertEquals(List.of(), turns(closeUp(old, shown, 600, elsewhere)));
    assertEquals(1, outcome("too-old"));
  }

  private double outcome(String outcome) {
    return telemetry
        .registry()
        .get("facestream.close.ups")
        .tags("stage", "detector", "camera", "gate", "outcome", outcome)
        .counter()
        .count();
  }

  private static List<CloseUpRequest> requests(List<ProducerRecord<String, byte[]>> results)
      throws InvalidRecordException {
    List<CloseUpRequest> requests = new ArrayList<>();
    for (ProducerRecord<String, byte[]> result : results) {
      if (result.topic().equals("cctv.close-ups.v1")) {
        requests.add(CloseUpTopic.fromRecord(received(result, 0, 0)));
      }
    }
    return requests;
  }

  private ConsumerRecord<String, byte[]> closeUp(
      CloseUpRequest request, Area shown, int side, byte[] jpeg) {
    return received(
        CloseUpTopic.toFrameRecord(FRAMES, new CloseUp(request, shown, side, side, jpeg)));
  }

  private static ConsumerRecord<String, byte[]> camera(String id, String json) {
    return new ConsumerRecord<>("cctv.cameras.v1", 0, 0, id, json.getBytes(UTF_8));
  }
}

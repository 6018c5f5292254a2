package org.facestream.detector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

/** Frames become faces and tracks, or are counted as dropped. */
class DetectorProcessorTest extends DetectorProcessorCase {
  @Test
  void badFramesAreDeadLettersAndTheOthersGoOn() throws InvalidRecordException {
    byte[] good = jpeg(5, 300);
    byte[] cut = Arrays.copyOf(good, good.length / 3);
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    batch.add(record("gate", 0, 0, good));
    batch.add(record("gate", 1, 200, cut));
    batch.add(record("gate", 2, 400, forged(good)));
    batch.add(record("gate", 3, 600, new byte[0]));
    batch.add(record("gate", 4, 800, good));
    batch.add(record("gate", 5, 1000, "no picture".getBytes(UTF_8)));
    batch.add(record("yard", 0, 900, good));

    List<Face> faces = faces(processor.process(batch, deadLetters));
    processor.committed();

    assertEquals(1, faces.size());
    assertEquals("gate", faces.get(0).camera());
    assertEquals(4, faces.get(0).frameSequence());
    List<ProducerRecord<String, byte[]>> dead = deadLetters.drain();
    assertEquals(
        Map.of(
            FRAMES + "-3@1", "corrupt-jpeg",
            FRAMES + "-3@2", "too-large",
            FRAMES + "-3@3", "empty-value",
            FRAMES + "-3@5", "not-a-jpeg"),
        dead.stream().collect(Collectors.toMap(letter -> header(letter, "origin"), this::reason)));
    assertEquals(1, telemetry.dropped("detector", "gate", "unconfirmed-track").count());
    assertEquals(1, telemetry.dropped("detector", "yard", "unconfirmed-track").count());
    assertEquals(1, telemetry.out("detector", "gate").count());
  }

  /** A recording of last year, of which more waits than a turn has time for. */
  @Test
  void framesOfAReplayAreAllTakenAndTheirBoundariesHandedOn() throws InvalidRecordException {
    byte[] good = jpeg(5, 300);
    long lastYear = -365L * 24 * 3_600_000;
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    batch.add(boundary("gate"));
    for (int i = 0; i < 6; i++) {
      batch.add(replayed(record("gate", i, lastYear + 100 * i, good)));
    }
    // The answer to its sending was lost.
    batch.add(replayed(record("gate", 5, lastYear + 500, good)));
    batch.add(boundary("gate"));
    // The same again, as after a kill.
    batch.add(replayed(record("gate", 0, lastYear, good)));
    batch.add(replayed(record("gate", 1, lastYear + 100, good)));

    List<ProducerRecord<String, byte[]>> results =
        processor.process(batch, deadLetters).stream()
            .filter(result -> result.topic().equals("cctv.faces.v1"))
            .toList();
    processor.committed();

    assertEquals(0, deadLetters.drain().size());
    for (String reason : List.of("too-old", "overtaken")) {
      assertEquals(0, telemetry.dropped("detector", "gate", reason).count(), reason);
    }
    assertEquals(1, telemetry.dropped("detector", "gate", "duplicate").count());
    List<String> order =
        results.stream()
            .map(result -> Recording.isBoundary(result.headers()) ? "boundary" : "face")
            .toList();
    assertEquals("boundary", order.get(0));
    int second = order.lastIndexOf("boundary");
    assertTrue(second > 1 && second < order.size() - 1, order::toString);
    for (ProducerRecord<String, byte[]> result : results) {
      assertTrue(Recording.isReplay(result.headers()));
      assertTrue(result.timestamp() >= START.toEpochMilli(), "Kafka keeps it for its time");
    }
    List<Face> faces =
        faces(results.stream().filter(r -> !Recording.isBoundary(r.headers())).toList());
    assertEquals(START.plusMillis(lastYear + 100), faces.get(0).captureTime());
    assertEquals(1, faces.stream().map(Face::track).distinct().count(), "the same ids");
  }

  private ConsumerRecord<String, byte[]> boundary(String camera) {
    return received(Recording.boundary(FRAMES, camera, START));
  }

  private ConsumerRecord<String, byte[]> replayed(ConsumerRecord<String, byte[]> live) {
    ProducerRecord<String, byte[]> sent =
        new ProducerRecord<>(FRAMES, null, 0L, live.key(), live.value(), live.headers());
    return received(Recording.record(sent, Instant.ofEpochMilli(live.timestamp()), START));
  }

  @Test
  void aFaceKeepsItsTrackFromBatchToBatchAndItsCropHoldsTheFace()
      throws InvalidRecordException, UnreadablePictureException {
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      // Two people, one of whom walks.
      byte[] frame = jpeg(640, 480, placed(5, 40, 60, 240), placed(3, 320 + 10 * i, 90, 260));
      faces.addAll(turn(record("gate", i, 200 * i, frame)));
    }

    Map<String, List<Face>> tracks =
        faces.stream().collect(Collectors.groupingBy(Face::track, Collectors.toList()));
    assertEquals(2, tracks.size(), tracks.keySet()::toString);
    for (List<Face> track : tracks.values()) {
      assertTrue(track.size() >= 3, () -> track.size() + " faces");
      assertTrue(track.get(0).track().matches("gate-[0-9a-z]+-0-[01]"), track.get(0).track());
      assertEquals(1, track.get(0).frameSequence());
    }
    Face face = faces.get(0);
    assertEquals(START.plusMillis(200), face.captureTime());
    assertEquals(640, face.frameWidth());
    assertEquals(480, face.frameHeight());
    try (Picture crop = Picture.decodeFrame(face.jpeg())) {
      var again =
          mtcnn.detect(List.of(crop), DetectorOptions.of(config(Map.of())).search().mtcnn()).get(0);
      assertEquals(1, again.stream().filter(found -> found.score() > 0.7).count());
      for (int k = 0; k < 5; k++) {
        var expected = again.get(0).landmarks().points().get(k);
        var told = face.cropLandmarks().points().get(k);
        double tolerance = 0.06 * face.box().width();
        assertEquals(expected.x(), told.x(), tolerance);
        assertEquals(expected.y(), told.y(), tolerance);
      }
    }
  }

  @Test
  void aTurnThatIsVoidedComesOutTheSameAgain() {
    turn(record("gate", 0, 0, jpeg(5, 200)));
    List<ConsumerRecord<String, byte[]>> batch =
        List.of(
            record("gate", 1, 200, jpeg(5, 220)),
            record("gate", 2, 400, jpeg(5, 240)),
            record("yard", 0, 400, jpeg(6, 240)));
    List<ProducerRecord<String, byte[]>> first = processor.process(batch, deadLetters);
    processor.aborted();
    List<ProducerRecord<String, byte[]>> second = processor.process(batch, deadLetters);
    processor.committed();

    assertEquals(4, first.size(), "two faces and the tracks of two cameras");
    assertEquals(first.size(), second.size());
    for (int i = 0; i < first.size(); i++) {
      assertEquals(first.get(i).topic(), second.get(i).topic());
      assertEquals(first.get(i).headers(), second.get(i).headers());
      assertArrayEquals(first.get(i).value(), second.get(i).value());
    }
    assertEquals(3, telemetry.in("detector", "gate").count());
    assertEquals(2, telemetry.out("detector", "gate").count());
  }

  @Test
  void recordByRecordIsTheSameAsInOneBatch() throws InvalidRecordException {
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batch.add(record("gate", i, 200 * i, jpeg(5, 200 + 10 * i)));
    }
    List<Face> together = faces(processor.process(batch, deadLetters));
    processor.aborted();
    List<Face> alone = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      alone.addAll(faces(processor.process(List.of(record), deadLetters)));
    }

    assertEquals(3, together.size());
    assertEquals(
        together.stream().map(face -> face.id() + face.track()).toList(),
        alone.stream().map(face -> face.id() + face.track()).toList());
  }

  @Test
  void framesThatAreTooOldAreSkippedAndCounted() {
    assertEquals(List.of(), turn(record("gate", 0, -10_500, jpeg(5, 300))));
    assertEquals(1, telemetry.dropped("detector", "gate", "too-old").count());
    assertEquals(1, telemetry.in("detector", "gate").count());
    assertEquals(0, telemetry.chosenAge("detector").count());
  }

  @Test
  void aCameraWhosePartitionIsTakenAwayIsForgotten() {
    turn(record("gate", 0, 0, jpeg(5, 300)));
    processor.revoked(Set.of(new TopicPartition(FRAMES, 3)));

    assertEquals(List.of(), turn(record("gate", 1, 200, jpeg(5, 300))));
    assertEquals(1, turn(record("gate", 2, 400, jpeg(5, 300))).size());
  }

  @Test
  void theBestShotRuleCanBeTurnedOff() throws InvalidRecordException {
    int best = 0;
    int all = 0;
    Map<String, String> options =
        Map.of("detector.best-shots.publish", "all", "detector.track.confirm-hits", "1");
    try (Telemetry another = new Telemetry();
        DetectorProcessor everything = processor(options, cameras(options, another), another)) {
      for (int i = 0; i < 10; i++) {
        var record = record("gate", i, 200 * i, jpeg(5, 300));
        best += turn(record).size();
        all += faces(everything.process(List.of(record), deadLetters)).size();
        everything.committed();
      }
    }
    assertEquals(10, all);
    assertEquals(3, best);
    assertEquals(6, telemetry.dropped("detector", "gate", "not-best-shot").count());
  }

  /** The same JPEG with a frame header that claims 65,535 × 65,535 pixels. */
  private static byte[] forged(byte[] jpeg) {
    byte[] forged = jpeg.clone();
    for (int i = 0; i < forged.length - 9; i++) {
      if ((forged[i] & 0xff) == 0xff && (forged[i + 1] & 0xff) == 0xc0) {
        Arrays.fill(forged, i + 5, i + 9, (byte) 0xff);
        return forged;
      }
    }
    throw new AssertionError("no frame header");
  }
}

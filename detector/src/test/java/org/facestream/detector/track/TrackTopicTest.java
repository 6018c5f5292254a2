package org.facestream.detector.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

class TrackTopicTest {
  private static final Instant WRITTEN = Instant.parse("2026-11-30T19:00:00Z");

  private static final Track TRACK =
      new Track(
          "gate-ljz2-5-1",
          new Motion(
              new Axis(100.5, -3, 2, 0.5, 4),
              new Axis(50, 1, 2, 0.5, 4),
              new Axis(4, 0.25, 0.01, 0, 0.1),
              new Axis(-0.125, 0, 0.01, 0, 0.01)),
          1_795_321_800_250L,
          7,
          1,
          true,
          new Track.Sent(
              3,
              0.75f,
              1_795_321_799_000L,
              List.of(new Track.Sent.Entry("hall", 0.5f), new Track.Sent.Entry("the counter", 1))));
  private static final CameraTracks STATE =
      new CameraTracks(1280, 720, 1_795_321_800_450L, List.of(TRACK));
  private static final String GOLDEN =
      """
      {"width":1280,"height":720,"lastFrame":1795321800450,"tracks":[{"id":"gate-ljz2-5-1",\
      "motion":{"x":[100.5,-3.0,2.0,0.5,4.0],"y":[50.0,1.0,2.0,0.5,4.0],\
      "size":[4.0,0.25,0.01,0.0,0.1],"aspect":[-0.125,0.0,0.01,0.0,0.01]},\
      "lastSeen":1795321800250,"hits":7,"missed":1,"confirmed":true,\
      "sent":{"faces":3,"best":0.75,"last":1795321799000,"zones":[{"zone":"hall","score":0.5},{"zone":"the counter","score":1.0}]}}]}""";

  @Test
  void writesTheGoldenBytes() {
    ProducerRecord<String, byte[]> record =
        TrackTopic.toRecord("cctv.tracks.v1", 2, "gate", 5, STATE, WRITTEN);

    assertEquals("gate", record.key());
    assertEquals(2, record.partition());
    assertEquals(WRITTEN.toEpochMilli(), record.timestamp());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
    assertEquals("5", new String(record.headers().lastHeader("frames-partition").value(), UTF_8));
  }

  @Test
  void readsTheGoldenBytes() throws InvalidRecordException {
    ConsumerRecord<String, byte[]> record = record("5", GOLDEN);

    assertEquals(STATE, TrackTopic.fromRecord(record));
    assertEquals(5, TrackTopic.framesPartition(record));
  }

  /** Whoever takes over from a detector of before there were zones goes on with its tracks. */
  @Test
  void readsTracksOfBeforeThereWereZones() throws InvalidRecordException {
    String earlier =
        GOLDEN.replace(
            ",\"zones\":[{\"zone\":\"hall\",\"score\":0.5},{\"zone\":\"the counter\",\"score\":1.0}]",
            "");
    Track read = TrackTopic.fromRecord(record("5", earlier)).tracks().get(0);
    assertEquals(new Track.Sent(3, 0.75f, 1_795_321_799_000L, List.of()), read.sent());
    CameraTracks same = new CameraTracks(1280, 720, 1_795_321_800_450L, List.of(read));
    ProducerRecord<String, byte[]> written = TrackTopic.toRecord("t", 0, "gate", 5, same, WRITTEN);
    assertEquals(earlier, new String(written.value(), UTF_8));
  }

  /** A motion that lost a bit would part ways with the one that was not interrupted. */
  @Test
  void everyBitOfAMotionComesBack() throws InvalidRecordException {
    Motion motion = Motion.begin(new Box(10.1f, 20.2f, 47.3f, 71.9f));
    for (int i = 1; i < 50; i++) {
      float shift = (float) Math.sin(i) * 3;
      motion =
          motion
              .after(0.2013)
              .corrected(new Box(10.1f + shift, 20.2f, 47.3f + shift, 71.9f + shift));
    }
    CameraTracks state =
        new CameraTracks(
            640,
            480,
            1,
            List.of(new Track("gate-0-0-0", motion, 1, 50, 0, true, Track.Sent.NOTHING)));
    ProducerRecord<String, byte[]> written = TrackTopic.toRecord("t", 0, "gate", 0, state, WRITTEN);

    assertEquals(state, TrackTopic.fromRecord(record("0", new String(written.value(), UTF_8))));
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThrows(InvalidRecordException.class, () -> TrackTopic.fromRecord(record("0", "no JSON")));
    for (String part :
        List.of(
            "\"hits\":7,", "\"width\":1280,", "\"confirmed\":true,", "\"id\":\"gate-ljz2-5-1\",")) {
      assertThrows(
          InvalidRecordException.class,
          () -> TrackTopic.fromRecord(record("0", GOLDEN.replace(part, ""))),
          part);
    }
    assertThrows(
        InvalidRecordException.class,
        () ->
            TrackTopic.fromRecord(
                record("0", "{\"width\":1280,\"height\":720,\"lastFrame\":1795321800450}")));
    assertThrows(
        InvalidRecordException.class, () -> TrackTopic.framesPartition(record("x", GOLDEN)));
  }

  private static ConsumerRecord<String, byte[]> record(String partition, String value) {
    Headers headers = new RecordHeaders();
    headers.add("frames-partition", partition.getBytes(UTF_8));
    return new ConsumerRecord<>(
        "cctv.tracks.v1",
        2,
        0,
        1_795_321_800_450L,
        TimestampType.CREATE_TIME,
        0,
        0,
        "gate",
        value.getBytes(UTF_8),
        headers,
        Optional.empty());
  }
}

package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorrectionTest {
  private static final String EVENT =
      "{\"eventId\":\"door-1-40-0.2\",\"type\":\"ended\",\"schemaVersion\":1,\"camera\":\"door\","
          + "\"track\":\"door-1-40-0\",\"revision\":2,\"firstSeen\":\"2026-11-22T04:30:00.120Z\","
          + "\"lastSeen\":\"2026-11-22T04:30:02.000Z\",\"zones\":[],\"personId\":null,"
          + "\"name\":\"unknown\",\"watchlist\":null,\"distance\":0.7,\"margin\":null,\"faces\":3,"
          + "\"quality\":0.8,\"score\":0.9,\"box\":{\"left\":1.0,\"top\":2.0,\"right\":51.0,"
          + "\"bottom\":62.0},\"model\":\"facenet\",\"galleryVersion\":17,"
          + "\"bestFace\":\"door-1-42-0\",\"captureTime\":\"2026-11-22T04:30:02.000Z\"}";

  private static final String GOLDEN =
      "{\"number\":7,\"kind\":\"is\",\"by\":\"guard\",\"at\":\"2026-11-22T05:00:00.000Z\","
          + "\"event\":"
          + EVENT
          + ",\"before\":"
          + EVENT
          + ",\"verdict\":{\"person\":{\"personId\":\"ada\",\"name\":\"Ada\"},\"nobody\":false,"
          + "\"not\":[\"bob\"]},\"gallery\":{\"topic\":\"T_1-topic\",\"offsets\":[3,0]}}";

  private static Correction correction() {
    IdentityEvent event =
        IdentityEventBuilder.builder()
            .eventId("door-1-40-0.2")
            .type(IdentityEvent.Type.ended)
            .schemaVersion(1)
            .camera("door")
            .track("door-1-40-0")
            .revision(2)
            .firstSeen(Instant.parse("2026-11-22T04:30:00.120Z"))
            .lastSeen(Instant.parse("2026-11-22T04:30:02Z"))
            .zones(List.of())
            .name("unknown")
            .distance(.7)
            .faces(3)
            .quality(.8)
            .score(.9)
            .box(new Box(1, 2, 51, 62))
            .model("facenet")
            .galleryVersion(17)
            .bestFace("door-1-42-0")
            .captureTime(Instant.parse("2026-11-22T04:30:02Z"))
            .build();
    return CorrectionBuilder.builder()
        .number(7)
        .kind(Correction.Kind.is)
        .by("guard")
        .at(Instant.parse("2026-11-22T05:00:00Z"))
        .event(event)
        .before(event)
        .verdict(
            new Correction.Verdict(
                new Correction.Verdict.Who("ada", "Ada", null), false, List.of("bob")))
        .gallery(new GalleryVersion("T_1-topic", List.of(3L, 0L)))
        .build();
  }

  @Test
  void writesGoldenBytes() {
    ProducerRecord<String, byte[]> record = Correction.toRecord("cctv.matches.v1", correction());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
    assertEquals("door", record.key());
    assertEquals(Instant.parse("2026-11-22T05:00:00Z").toEpochMilli(), record.timestamp());
    assertTrue(Correction.isIn(record.headers()));
    assertEquals("7", new String(record.headers().lastHeader("correction").value(), UTF_8));
    assertFalse(Correction.isIn(new RecordHeaders()));
  }

  @Test
  void readsWhatItWrote() throws InvalidRecordException {
    assertEquals(correction(), Correction.read("door", GOLDEN.getBytes(UTF_8)));
  }

  @Test
  void readersWhoKnowOnlyMatchesDoNotTakeItForOne() {
    assertThrows(
        InvalidRecordException.class, () -> MatchTopic.read("door", GOLDEN.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      value = {
        "bad-value, #\"number\":7#, #\"number\":0#",
        "bad-json, #\"kind\":\"is\"#, #\"kind\":\"guess\"#",
        "bad-value, #\"camera\":\"door\"#, #\"camera\":\"gate\"#",
        "bad-value, #\"bestFace\":\"door-1-42-0\"#, #\"bestFace\":null#",
        "bad-value, #\"personId\":\"ada\"#, #\"personId\":null#",
        "bad-value, #\"verdict\"#, #\"other\"#",
        "bad-json, #[\"bob\"]#, #[null]#",
      })
  void refusesWhatIsNoCorrection(String reason, String part, String changed) {
    byte[] value = GOLDEN.replace(part, changed).getBytes(UTF_8);
    assertEquals(
        reason,
        assertThrows(InvalidRecordException.class, () -> Correction.read("door", value)).reason());
  }
}

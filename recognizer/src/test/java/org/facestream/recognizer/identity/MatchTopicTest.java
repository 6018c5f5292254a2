package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchTopicTest {
  private static final String GOLDEN =
      "{\"faceId\":\"door-1-42-0\",\"camera\":\"door\",\"track\":\"door-1-40-0\","
          + "\"captureTime\":\"2026-11-22T04:30:00.120Z\","
          + "\"box\":{\"left\":1.0,\"top\":2.0,\"right\":51.0,\"bottom\":62.0},"
          + "\"score\":0.99,\"quality\":0.75,\"zones\":[\"entrance\",\"the counter\"],\"candidates\":["
          + "{\"personId\":\"ada\",\"name\":\"Ada\",\"distance\":0.4,\"reference\":\"f1\"},"
          + "{\"personId\":\"bob\",\"name\":\"Bob\",\"distance\":0.9,\"reference\":\"f2\",\"watchlist\":\"wanted\",\"threshold\":0.7}],"
          + "\"threshold\":0.6,\"model\":\"resnet34-128\",\"galleryVersion\":17,"
          + "\"descriptor\":\"AACAPwAAAL8=\"}";

  private static Match match() {
    return match(null);
  }

  private static Match match(GalleryVersion gallery) {
    return MatchBuilder.builder()
        .faceId("door-1-42-0")
        .camera("door")
        .track("door-1-40-0")
        .captureTime(Instant.parse("2026-11-22T04:30:00.120Z"))
        .box(new Box(1, 2, 51, 62))
        .score(.99f)
        .quality(.75f)
        .zones(List.of("entrance", "the counter"))
        .candidates(
            List.of(
                new Match.Candidate("ada", "Ada", .4f, "f1"),
                new Match.Candidate("bob", "Bob", .9f, "f2", "wanted", .7f)))
        .threshold(.6f)
        .model("resnet34-128")
        .galleryVersion(17)
        .gallery(gallery)
        .descriptor(new float[] {1, -.5f})
        .build();
  }

  @Test
  void writesGoldenBytes() {
    ProducerRecord<String, byte[]> record = MatchTopic.toRecord("cctv.matches.v1", match());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
    assertEquals("door", record.key());
    assertEquals(Instant.parse("2026-11-22T04:30:00.120Z").toEpochMilli(), record.timestamp());
  }

  @Test
  void readsWhatItWrote() throws InvalidRecordException {
    Match read = MatchTopic.read("door", GOLDEN.getBytes(UTF_8));
    assertArrayEquals(match().descriptor(), read.descriptor());
    assertEquals(match().candidates(), read.candidates());
    assertEquals(match().zones(), read.zones());
    assertEquals(GOLDEN, new String(RecordJson.write(read), UTF_8));
  }

  @Test
  void theGallerysVersionIsAddedWhereItIsKnown() throws InvalidRecordException {
    Match match = match(new GalleryVersion("T_1-topic", List.of(3L, 0L, 14L)));
    String golden =
        GOLDEN.replace(
            "\"galleryVersion\":17,",
            "\"galleryVersion\":17,\"gallery\":{\"topic\":\"T_1-topic\",\"offsets\":[3,0,14]},");
    assertEquals(golden, new String(RecordJson.write(match), UTF_8));
    Match read = MatchTopic.read("door", golden.getBytes(UTF_8));
    assertEquals(match.gallery(), read.version());
    // A match of before is as old as its number says.
    assertEquals(GalleryVersion.ofNumber(17), match().version());
  }

  /** As matches of before there were zones. */
  @Test
  void zonesMayBeLeftOut() throws InvalidRecordException {
    String without = GOLDEN.replace("\"zones\":[\"entrance\",\"the counter\"],", "");
    Match read = MatchTopic.read("door", without.getBytes(UTF_8));
    assertEquals(List.of(), read.zones());
    assertEquals(without, new String(RecordJson.write(read), UTF_8));
  }

  @Test
  void descriptorMayBeLeftOut() throws InvalidRecordException {
    String without = GOLDEN.replace("\"AACAPwAAAL8=\"", "null");
    assertNull(MatchTopic.read("door", without.getBytes(UTF_8)).descriptor());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      value = {
        "bad-value, #\"camera\":\"door\"#, #\"camera\":\"gate\"#",
        "bad-value, #\"threshold\":0.6#, #\"threshold\":0#",
        "bad-value, #\"threshold\":0.7#, #\"threshold\":-1#",
        "bad-value, #\"threshold\":0.6#, #\"threshold\":\"Infinity\"#",
        "bad-value, #\"distance\":0.4#, #\"distance\":\"NaN\"#",
        "bad-value, #\"distance\":0.9#, #\"distance\":\"Infinity\"#",
        "bad-value, #\"distance\":0.9#, #\"distance\":-0.1#",
        "bad-value, #\"personId\":\"ada\"#, #\"personId\":null#",
        "bad-value, #\"score\":0.99#, #\"score\":\"NaN\"#",
        "bad-value, #2026-11-22T04:30:00.120Z#, #-1000000000-01-01T00:00:00Z#",
        "bad-value, #\"track\":\"door-1-40-0\"#, #\"track\":\"\"#",
        "bad-json, #AACAPwAAAL8=#, #AACAPwAA#",
        "bad-json, #\"candidates\":[#, #\"candidates\":[null,#",
        "bad-json, #\"score\":0.99#, #\"score\":null#"
      })
  void refusesWhatIsNoMatch(String reason, String part, String changed) {
    byte[] value = GOLDEN.replace(part, changed).getBytes(UTF_8);
    assertEquals(
        reason,
        assertThrows(InvalidRecordException.class, () -> MatchTopic.read("door", value)).reason());
  }

  /** What is refused is logged, and must not be what it says of people. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      delimiter = ';',
      value = {
        "#\"threshold\":0.6#; #\"threshold\":\"Zacharias\"#; #InvalidFormatException at $.threshold#",
        "#\"distance\":0.9#; #\"distance\":\"Zacharias\"#;"
            + " #InvalidFormatException at $.candidates[1].distance#",
        "#\"captureTime\":\"2026-11-22T04:30:00.120Z\"#; #\"captureTime\":\"Zacharias\"#;"
            + " #InvalidFormatException at $.captureTime#",
        "#\"threshold\":0.6#; #\"threshold\":Zacharias#; #JsonParseException at byte 414#"
      })
  void aRefusalQuotesNothing(String part, String changed, String message) {
    byte[] value = GOLDEN.replace(part, changed).getBytes(UTF_8);
    assertEquals(
        message,
        assertThrows(InvalidRecordException.class, () -> MatchTopic.read("door", value))
            .getMessage());
  }

  @Test
  void norWhomThereIsEvidenceOf() {
    byte[] value = "{\"evidence\":{\"zacharias\":{\"sum\":\"Zacharias\"}}}".getBytes(UTF_8);
    assertEquals(
        "InvalidFormatException at $.evidence[...].sum",
        assertThrows(InvalidRecordException.class, () -> RecordJson.read(value, TrackState.class))
            .getMessage());
  }
}

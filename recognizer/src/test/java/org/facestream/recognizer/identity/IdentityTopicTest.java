package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityTopicTest {
  private static final Instant SEEN = Instant.parse("2026-11-22T04:30:00.120Z");

  private static final String GOLDEN =
      "{\"eventId\":\"door-1763785800000-42-0.2\",\"type\":\"updated\",\"schemaVersion\":1,"
          + "\"camera\":\"door\",\"track\":\"door-1763785800000-42-0\",\"revision\":2,"
          + "\"firstSeen\":\"2026-11-22T04:30:00.120Z\",\"lastSeen\":\"2026-11-22T04:30:01.000Z\",\"zones\":[\"entrance\",\"the"
          + " counter\"],"
          + "\"personId\":\"søren\",\"name\":\"Søren\",\"watchlist\":\"wanted\",\"distance\":0.41,\"margin\":0.25,"
          + "\"faces\":3,\"quality\":0.8,\"score\":0.99,"
          + "\"box\":{\"left\":1.5,\"top\":2.0,\"right\":51.5,\"bottom\":62.0},"
          + "\"model\":\"resnet34-128\",\"galleryVersion\":17,"
          + "\"bestFace\":\"door-1763785800000-44-0\",\"captureTime\":\"2026-11-22T04:30:01.000Z\"}";

  private static IdentityEvent event() {
    return event(null);
  }

  private static IdentityEvent event(GalleryVersion gallery) {
    return IdentityEventBuilder.builder()
        .eventId("door-1763785800000-42-0.2")
        .type(IdentityEvent.Type.updated)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera("door")
        .track("door-1763785800000-42-0")
        .revision(2)
        .firstSeen(SEEN)
        .lastSeen(SEEN.plusMillis(880))
        .zones(List.of("entrance", "the counter"))
        .personId("søren")
        .name("Søren")
        .watchlist("wanted")
        .distance(.41)
        .margin(.25)
        .faces(3)
        .quality(.8)
        .score(.99)
        .box(new Box(1.5f, 2, 51.5f, 62))
        .model("resnet34-128")
        .galleryVersion(17)
        .gallery(gallery)
        .bestFace("door-1763785800000-44-0")
        .captureTime(SEEN.plusMillis(880))
        .build();
  }

  @Test
  void writesGoldenBytes() {
    ProducerRecord<String, byte[]> record = IdentityTopic.toRecord("cctv.identities.v1", event());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
    assertEquals("door", record.key());
    assertEquals(SEEN.toEpochMilli() + 880, record.timestamp());
    EventSchema.check(record.value());
  }

  @Test
  void readsWhatItWrote() throws InvalidRecordException {
    byte[] value = GOLDEN.getBytes(UTF_8);
    assertEquals(
        event(),
        IdentityTopic.fromRecord(new ConsumerRecord<>("cctv.identities.v1", 0, 0, "door", value)));
  }

  @Test
  void readsPropertiesOfTheFuture() throws InvalidRecordException {
    String later = GOLDEN.replace("{\"eventId\"", "{\"mood\":{\"glad\":1},\"eventId\"");
    assertEquals(event(), IdentityTopic.read(later.getBytes(UTF_8)));
    EventSchema.check(later.getBytes(UTF_8));
  }

  @Test
  void theGallerysVersionIsAddedWhereItIsKnown() throws InvalidRecordException {
    IdentityEvent event = event(new GalleryVersion("T_1-topic", List.of(3L, 0L, 14L)));
    String golden =
        GOLDEN.replace(
            "\"galleryVersion\":17,",
            "\"galleryVersion\":17,\"gallery\":{\"topic\":\"T_1-topic\",\"offsets\":[3,0,14]},");
    assertEquals(golden, new String(RecordJson.write(event), UTF_8));
    EventSchema.check(golden.getBytes(UTF_8));
    assertEquals(event, IdentityTopic.read(golden.getBytes(UTF_8)));
    assertEquals(GalleryVersion.ofNumber(17), event().version());
  }

  @Test
  void theVisitorIsAddedWhereThereIsOne() throws InvalidRecordException {
    IdentityEvent event =
        event().anonymous().with().visitorId("visitor-0123456789ab").ignored(true).build();
    String golden =
        GOLDEN
            .replace("\"søren\"", "null")
            .replace("Søren", "unknown")
            .replace("\"wanted\",", "null,\"visitorId\":\"visitor-0123456789ab\",\"ignored\":true,")
            .replace("0.41", "null")
            .replace("0.25", "null");
    assertEquals(golden, new String(RecordJson.write(event), UTF_8));
    EventSchema.check(golden.getBytes(UTF_8));
    assertEquals(event, IdentityTopic.read(golden.getBytes(UTF_8)));
    assertFalse(EventSchema.errors(golden.replace("ab\"", "xy\"").getBytes(UTF_8)).isEmpty());
    assertFalse(
        EventSchema.errors(
                GOLDEN
                    .replace("\"wanted\",", "null,\"visitorId\":\"visitor-0123456789ab\",")
                    .getBytes(UTF_8))
            .isEmpty());
  }

  @Test
  void readsEventsOfBeforeThereWereWatchlists() throws InvalidRecordException {
    String earlier = GOLDEN.replace("\"watchlist\":\"wanted\",", "");
    assertNull(IdentityTopic.read(earlier.getBytes(UTF_8)).watchlist());
    EventSchema.check(earlier.getBytes(UTF_8));
  }

  @Test
  void readsEventsOfBeforeThereWereZones() throws InvalidRecordException {
    String earlier = GOLDEN.replace("\"zones\":[\"entrance\",\"the counter\"],", "");
    assertEquals(List.of(), IdentityTopic.read(earlier.getBytes(UTF_8)).zones());
    EventSchema.check(earlier.getBytes(UTF_8));
  }

  @Test
  void refusesWhatIsNoJson() {
    assertThrows(InvalidRecordException.class, () -> IdentityTopic.read(new byte[] {'{'}));
    assertThrows(InvalidRecordException.class, () -> IdentityTopic.read(new byte[0]));
    assertThrows(InvalidRecordException.class, () -> IdentityTopic.read(null));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      value = {
        "bad-json, null",
        "bad-json, []",
        "bad-value,"
            + " #{\"type\":\"ended\",\"schemaVersion\":1,\"revision\":1,\"faces\":1,\"quality\":1,"
            + "\"score\":1,\"galleryVersion\":0}#",
        "bad-json, #{\"type\":\"vanished\"}#",
        "bad-json, #{\"firstSeen\":\"yesterday\"}#",
        "bad-json, #{\"zones\":[null]}#"
      })
  void refusesWhatIsNoEvent(String reason, String value) {
    assertEquals(
        reason,
        assertThrows(InvalidRecordException.class, () -> IdentityTopic.read(value.getBytes(UTF_8)))
            .reason());
    assertFalse(EventSchema.errors(value.getBytes(UTF_8)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      value = {
        "#\"revision\":2#, #\"revision\":0#",
        "#\"watchlist\":\"wanted\"#, #\"watchlist\":\"\"#",
        "#\"the counter\"#, #\"entrance\"#",
        "#\"the counter\"#, #\"\"#",
        "#\"personId\":\"søren\"#, #\"personId\":null#",
        "#\"distance\":0.41#, #\"distance\":-1#",
        "#\"quality\":0.8#, #\"quality\":1.2#",
        "#\"type\":\"updated\"#, #\"type\":\"vanished\"#",
        "04:30:01.000Z, 04:30:01",
        "#2026-11-22T04:30:01.000Z#, #2026-13-22T04:30:01.000Z#"
      })
  void schemaRefusesImpossibleEvents(String part, String changed) {
    assertFalse(EventSchema.errors(GOLDEN.replace(part, changed).getBytes(UTF_8)).isEmpty());
  }

  /** A user may name a person with whom no face was compared. */
  @Test
  void onlyACorrectedTrackHasANameWithoutADistance() {
    String without = GOLDEN.replace("\"distance\":0.41", "\"distance\":null");
    EventSchema.check(without.replace("\"updated\"", "\"corrected\"").getBytes(UTF_8));
    EventSchema.check(without.getBytes(UTF_8));
    String started = without.replace("\"updated\"", "\"started\"");
    assertFalse(EventSchema.errors(started.getBytes(UTF_8)).isEmpty());
  }
}

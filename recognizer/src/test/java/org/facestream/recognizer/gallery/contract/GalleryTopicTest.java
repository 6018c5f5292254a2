package org.facestream.recognizer.gallery.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.recognizer.identity.RecordJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GalleryTopicTest {
  private static final String GOLDEN =
      "{\"faceId\":\"f1\",\"personId\":\"ada-lovelace\",\"name\":\"Ada Lovelace\","
          + "\"model\":\"resnet34-128\",\"descriptor\":\"AACAPwAAAL8=\",\"thumbnail\":\"AQID\",\"quality\":0.75,\"consent\":\"form"
          + " 7\",\"expiry\":\"2027-11-22T00:00:00.000Z\","
          + "\"source\":\"ada.jpg\",\"enrolledAt\":\"2026-11-22T04:30:00.120Z\",\"watchlist\":\"wanted\"}";

  private static Reference reference(float... descriptor) {
    return ReferenceBuilder.builder()
        .faceId("f1")
        .personId("ada-lovelace")
        .name("Ada Lovelace")
        .model("resnet34-128")
        .descriptor(descriptor)
        .thumbnail(new byte[] {1, 2, 3})
        .quality(.75f)
        .consent("form 7")
        .expiry(Instant.parse("2027-11-22T00:00:00Z"))
        .source("ada.jpg")
        .enrolledAt(Instant.parse("2026-11-22T04:30:00.120Z"))
        .watchlist("wanted")
        .build();
  }

  @Test
  void writesGoldenBytes() {
    ProducerRecord<String, byte[]> record =
        GalleryTopic.toRecord("cctv.gallery.v1", reference(1, -.5f));
    assertEquals("f1", record.key());
    assertEquals(GOLDEN, new String(record.value(), UTF_8));
  }

  @Test
  void readsWhatItWrote() throws InvalidRecordException {
    Reference read = GalleryTopic.read("f1", GOLDEN.getBytes(UTF_8)).orElseThrow();
    assertArrayEquals(new float[] {1, -.5f}, read.descriptor());
    assertEquals(GOLDEN, new String(RecordJson.write(read), UTF_8));
  }

  @Test
  void readsReferencesOfBeforeThereWereWatchlists() throws InvalidRecordException {
    String earlier = GOLDEN.replace(",\"watchlist\":\"wanted\"", "");
    assertNull(GalleryTopic.read("f1", earlier.getBytes(UTF_8)).orElseThrow().watchlist());
  }

  /** Records of before, and of what nobody doubts, stay as they were. */
  @Test
  void whatAReviewFoundIsOneMoreField() throws InvalidRecordException {
    String reviewed = GOLDEN.replace("\"wanted\"}", "\"wanted\",\"review\":\"unlike\"}");
    Reference aside = reference(1, -.5f).withReview("unlike");
    assertEquals(
        reviewed, new String(GalleryTopic.toRecord("cctv.gallery.v1", aside).value(), UTF_8));
    assertTrue(GalleryTopic.read("f1", reviewed.getBytes(UTF_8)).orElseThrow().setAside());
    assertFalse(GalleryTopic.read("f1", GOLDEN.getBytes(UTF_8)).orElseThrow().setAside());
    assertFalse(aside.withReview(Reference.KEPT).setAside());
    assertEquals("unlike", aside.bare("f1", text -> text).review());
  }

  /** All others stay as they were. */
  @Test
  void aCounterExampleHasOneMoreField() throws InvalidRecordException {
    String denying = GOLDEN.replace("\"wanted\"}", "\"wanted\",\"denies\":true}");
    Reference denial = reference(1, -.5f).withDenies(true);
    assertEquals(
        denying, new String(GalleryTopic.toRecord("cctv.gallery.v1", denial).value(), UTF_8));
    assertTrue(GalleryTopic.read("f1", denying.getBytes(UTF_8)).orElseThrow().counterExample());
    assertFalse(GalleryTopic.read("f1", GOLDEN.getBytes(UTF_8)).orElseThrow().counterExample());
    assertTrue(denial.bare("f1", text -> text).counterExample());
  }

  @Test
  void tombstoneErases() throws InvalidRecordException {
    ProducerRecord<String, byte[]> record = GalleryTopic.tombstone("cctv.gallery.v1", "f1");
    assertEquals("f1", record.key());
    assertNull(record.value());
    assertEquals(Optional.empty(), GalleryTopic.read("f1", null));
  }

  @Test
  void unusableDescriptorsAreNotWritten() {
    for (Reference unusable :
        new Reference[] {
          reference(), reference(0, 0), reference(Float.NaN, 1), reference(Float.POSITIVE_INFINITY)
        }) {
      assertThrows(
          IllegalArgumentException.class, () -> GalleryTopic.toRecord("cctv.gallery.v1", unusable));
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '#',
      value = {
        "key-differs, #\"faceId\":\"f1\"#, #\"faceId\":\"f2\"#",
        "incomplete, #\"name\":\"Ada Lovelace\"#, #\"name\":\" \"#",
        "incomplete, #\"model\":\"resnet34-128\",#, ##",
        "no-descriptor, #AACAPwAAAL8=#, ##",
        "zero-descriptor, #AACAPwAAAL8=#, #AAAAAAAAAAA=#",
        "not-a-number, #AACAPwAAAL8=#, #AADAfwAAAL8=#",
        "bad-json, #AACAPwAAAL8=#, #AACAPwAA#",
        "bad-json, #{#, #[#"
      })
  void saysWhyAnEntryCannotBeUsed(String reason, String part, String changed) {
    byte[] value = GOLDEN.replace(part, changed).getBytes(UTF_8);
    assertEquals(
        reason,
        assertThrows(InvalidRecordException.class, () -> GalleryTopic.read("f1", value)).reason());
  }
}

package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of matches and tracks of which Streams said that Kafka did not take them. */
class RefusedMatchesTest extends IdentityTopologyCase {
  private final RefusedMatches.Handler handler = new RefusedMatches.Handler();

  @BeforeEach
  void configure() {
    handler.configure(Map.of(RefusedMatches.SETTING, refused));
  }

  private void fails(String origin, Exception why) {
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("identities", new byte[1]);
    record.headers().add(RefusedMatches.ORIGIN, origin.getBytes(UTF_8));
    handler.handleError(null, record, why);
    refused.settled();
  }

  private String header(TestRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  @Test
  void anEventSaysWhatItCameOf() {
    ProducerRecord<String, byte[]> record =
        MatchTopic.toRecord("matches", match("door", "a", 0, .9, "anna", .3));
    matches.pipeInput(record.key(), record.value(), record.timestamp());
    assertEquals("matches-0@0", header(identities.readRecord(), "origin"));
    driver.advanceWallClockTime(TIMEOUT.multipliedBy(2));
    assertEquals("track door/a", header(identities.readRecordsToList().get(0), "origin"));
  }

  @Test
  void anEndThatKafkaNeverTakesIsADeadLetterAndTheTrackIsOver() {
    face("a", 0, .9, "anna", .3);
    face("b", 0, .9, "anna", .3);
    fails("track door/a", new RecordTooLargeException());
    assertEquals("ended ANNA", summary(pass(TIMEOUT.multipliedBy(2))), "of the other");
    TestRecord<String, byte[]> letter = deadLetters.readRecord();
    assertEquals("output-too-large", header(letter, "reason"));
    assertEquals("track door/a", header(letter, "origin"));
    assertEquals("door", letter.key());
    pass(TIMEOUT.multipliedBy(2));
    assertTrue(deadLetters.isEmpty(), "it ends once");
  }

  @Test
  void aMatchOfWhichNotEvenADeadLetterIsTakenIsLeftOut() {
    fails("matches-0@0", new RecordTooLargeException());
    fails("matches-0@0", new RecordTooLargeException());
    assertEquals("", summary(face("a", 0, .9, "anna", .3)));
    assertTrue(deadLetters.isEmpty());
    assertEquals(1, telemetry.dropped("identity", "door", "dead-letter-refused").count(), 0);
    assertFalse(face("b", 10, .9).isEmpty(), "the next is taken");
  }

  @Test
  void aBrokerThatDoesNotAnswerSaysNothingOfAMatch() {
    fails("matches-0@0", new TimeoutException());
    assertFalse(face("a", 0, .9, "anna", .3).isEmpty());
    assertTrue(deadLetters.isEmpty());
  }
}

package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.facestream.ingest.frame.Recording;
import org.junit.jupiter.api.Test;

/** Tracks of a replay end by the recording's time, whatever the clock on the wall says. */
class ReplayedTracksTest extends IdentityTopologyCase {
  /** A year before the present. */
  private static final long THEN = -Duration.ofDays(365).toMillis();

  @Test
  void aBusyMachineEndsNoTrackOfAReplay() throws Exception {
    boundary();
    assertEquals("started unknown", replay("a", 0));
    driver.advanceWallClockTime(Duration.ofMinutes(30));
    assertEquals("", published(), "nothing but the recording ends it");
    assertEquals("", replay("a", 500), "and it goes on");
    // More than the timeout later in the recording, at once by the clock on the wall.
    assertEquals("ended unknown, started unknown", replay("b", 3_600));
    assertEquals("ended unknown", boundary());
    assertTrue(kept().isEmpty(), "what is over is not remembered");
  }

  @Test
  void theSameRecordingGivesTheSameEventsAgain() throws Exception {
    List<String> first = recording(Duration.ZERO);
    assertEquals(6, first.size(), first::toString);
    assertEquals(first, recording(Duration.ofSeconds(7)), "slower");
    boundary();
    replay("a", 0);
    replay("a", 9_000);
    // Killed and started again: the recording comes from its beginning.
    assertEquals("ended unknown", boundary());
    assertEquals(first, recording(Duration.ofMillis(700)));
  }

  @Test
  void whatTheCameraShowsNowAndItsRecordingHaveClocksOfTheirOwn() throws Exception {
    List<String> first = recording(Duration.ZERO);
    assertEquals("started unknown", summary(face("live", 0, .9)));
    assertEquals(first, recording(Duration.ZERO), "after a live face");
    assertEquals("", summary(face("live", 200, .9)), "and the live track goes on");
    // A container may say that it was recorded later than now.
    boundary();
    send(match("door", "later", Duration.ofMinutes(30).toMillis(), .9), new ArrayList<>());
    published();
    assertEquals("", summary(pass(Duration.ofSeconds(1))), "the live track does not end of it");
  }

  private List<String> recording(Duration pause) throws Exception {
    List<String> all = new ArrayList<>();
    send(null, all);
    for (Match match :
        List.of(
            face("a", 0), face("b", 100), face("b", 2_900), face("b", 3_200), face("c", 7_000))) {
      send(match, all);
      driver.advanceWallClockTime(pause);
    }
    send(null, all);
    return all;
  }

  private Match face(String track, long millis) {
    version = 0;
    return match("door", track, THEN + millis, .9);
  }

  private String replay(String track, long millis) throws Exception {
    send(face(track, millis), new ArrayList<>());
    return published();
  }

  private String boundary() throws Exception {
    send(null, new ArrayList<>());
    return published();
  }

  private String published;

  private String published() throws Exception {
    String events = published == null ? summary(read()) : published;
    published = null;
    return events;
  }

  private void send(Match match, List<String> all) throws Exception {
    ProducerRecord<String, byte[]> record =
        match == null
            ? Recording.boundary("matches", "door", START)
            : Recording.record(MatchTopic.toRecord("matches", match), match.captureTime(), START);
    matches.pipeInput(
        new TestRecord<>(record.key(), record.value(), record.headers(), record.timestamp()));
    List<IdentityEvent> events = read();
    published = summary(events);
    events.forEach(event -> all.add(event.toString()));
  }

  private List<IdentityEvent> read() throws Exception {
    List<IdentityEvent> events = new ArrayList<>();
    for (TestRecord<String, byte[]> record : identities.readRecordsToList()) {
      IdentityEvent event = IdentityTopic.read(record.value());
      assertTrue(record.timestamp() >= START.toEpochMilli(), "Kafka keeps it for its time");
      assertEquals(event.captureTime(), Recording.captured(record.headers()));
      events.add(event);
    }
    return events;
  }
}

package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** The clock by which a camera's pictures are dated is set, or wrong. */
class IdentityClocksTest extends IdentityTopologyCase {
  private static final Duration STEP = Duration.ofMillis(200);

  @Test
  void aClockThatIsSetBackEndsNoTrackThatGoesOn() {
    assertEquals("started ADA", summary(face("t", 60_000, .8, "ada", .3, "bob", .8)));
    assertEquals("started BOB", goesOn("u", 1000, 8));
    assertEquals("ended ADA", summary(pass(TIMEOUT.minus(STEP.multipliedBy(8)))));
    assertEquals("", goesOn("u", 2600, 5));
    List<IdentityEvent> ended = pass(TIMEOUT);
    assertEquals("ended BOB", summary(ended));
    assertEquals("u.2", ended.get(0).eventId());
  }

  @Test
  void twoClocksOfOneCameraEndNoTrackThatGoesOn() {
    assertEquals("started BOB", goesOn("u", 0, 1));
    assertEquals("started ADA", summary(face("t", 60_000, .8, "ada", .3, "bob", .8)));
    for (int i = 1; i < 20; i++) {
      assertEquals("", summary(face("u", i * 200, .8, "bob", .3, "ada", .8)));
      assertEquals("", summary(pass(STEP)));
      assertEquals("", summary(face("t", 60_000 + i * 200, .8, "ada", .3, "bob", .8)));
    }
  }

  @Test
  void aRestartKnowsHowFarTheCamerasClockHadCome() {
    face("t", 60_000, .8, "ada", .3, "bob", .8);
    goesOn("u", 1000, 2);
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusSeconds(60), kept);
    assertEquals("", goesOn("u", 1400, 5));
  }

  @Test
  void aFaceOfTheFutureIsADeadLetterAndChangesNothing() {
    assertEquals("started BOB", goesOn("u", 0, 1));
    long most = TrackProcessor.MOST_AHEAD.toMillis() + STEP.toMillis();
    assertEquals("", summary(face("t", most + 1, .8, "ada", .3, "bob", .8)));
    List<TestRecord<String, byte[]>> rejected = deadLetters.readRecordsToList();
    assertEquals(1, rejected.size());
    assertEquals(
        "future", new String(rejected.get(0).headers().lastHeader("reason").value(), UTF_8));
    assertEquals(1, telemetry.dropped("identity", "door", "future").count());
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertEquals("", goesOn("u", 200, 3));
    // A replay of a long file is ahead, as far as brokers take it.
    assertEquals("started ADA", summary(send(match("gate", "w", most, .8, "ada", .3, "bob", .8))));
  }

  private String goesOn(String track, long from, int faces) {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < faces; i++) {
      said.append(summary(face(track, from + i * STEP.toMillis(), .8, "bob", .3, "ada", .8)));
      said.append(summary(pass(STEP)));
    }
    return said.toString();
  }
}

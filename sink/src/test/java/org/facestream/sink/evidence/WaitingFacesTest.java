package org.facestream.sink.evidence;

import static org.facestream.sink.store.Faces.face;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.Face;
import org.facestream.sink.store.FaceStore;
import org.facestream.sink.store.Faces;
import org.junit.jupiter.api.Test;

class WaitingFacesTest {
  private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");

  private final WaitingFaces waiting = new WaitingFaces(3);
  private long offset;

  private Face add(String track, int number, double quality) {
    Face face = face(track, track + "-" + number, BEGIN.plusSeconds(number), quality);
    waiting.addFace(Held.of(face, record("faces")));
    return face;
  }

  private ConsumerRecord<String, byte[]> record(String topic) {
    return new ConsumerRecord<>(topic, 0, offset++, "gate", new byte[1]);
  }

  private static FaceStore.Stored stored(String... tracks) {
    return new FaceStore.Stored(Set.of(tracks), Set.of(), 0, 0);
  }

  @Test
  void ofATrackThreeFacesWaitAndTheOffsetStaysBeforeThem() {
    long one = 0;
    for (int i = 0; i < 50; i++) {
      add("a", i, .5);
      one = i == 0 ? waiting.bytes() : one;
    }
    assertEquals(3, waiting.faces(List.of("a")).size());
    assertEquals(3, waiting.bytes() / one);
    assertEquals(Map.of(new TopicPartition("faces", 0), 0L), waiting.first());
    waiting.stored(List.of("a"), stored("a"));
    assertEquals(Map.of(), waiting.first());
    assertEquals(0, waiting.bytes());
  }

  @Test
  void aTrackWhoseSightingIsGoneAgainIsLetGo() {
    Face face = add("a", 0, .5);
    FaceStore.Stored without = new FaceStore.Stored(Set.of("a"), Set.of("a-1"), 1, 0);
    Face other = face("a", "a-1", BEGIN.plusSeconds(1), .5);
    waiting.addMatch(Held.of(Faces.match(other), record("matches")));
    waiting.stored(List.of("a"), without);
    assertEquals(List.of(), waiting.due(), "nothing to try before its face comes");

    add("a", 2, .5);
    assertEquals(List.of("a"), waiting.due());
    waiting.stored(List.of("a"), stored());
    assertEquals(List.of("a"), waiting.due(), "it waits for a sighting again");
    assertEquals(Map.of("gate", 1), waiting.letGo(System.nanoTime()));
    assertEquals(0, waiting.bytes(), face::toString);
  }

  @Test
  void aMatchWaitsUntilTheFacesBeforeItAreReadWhateverTheirCaptureTimes() {
    add("a", 3_600, .5);
    waiting.stored(List.of("a"), stored("a"));
    long before = System.nanoTime();
    waiting.addMatch(Held.of(Faces.match(face("a", "a-0", BEGIN, .5)), record("matches")));
    waiting.stored(List.of("a"), new FaceStore.Stored(Set.of("a"), Set.of("a-0"), 0, 0));
    waiting.letGoOfMatches(before);
    assertEquals(1, waiting.matches(List.of("a")).size());
    waiting.letGoOfMatches(System.nanoTime() + 1);
    assertEquals(0, waiting.bytes());
  }
}

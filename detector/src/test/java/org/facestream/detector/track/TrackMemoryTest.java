package org.facestream.detector.track;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.facestream.detector.face.Box;
import org.junit.jupiter.api.Test;

class TrackMemoryTest {
  private static final Instant NOW = Instant.parse("2026-11-22T04:30:00Z");

  private final TrackMemory memory = new TrackMemory();

  @Test
  void aTurnThatIsNotKeptChangesNothing() {
    memory.begin(NOW).put("gate", 0, tracks(1));

    assertEquals(CameraTracks.NONE, memory.begin(NOW).tracks("gate"));
  }

  @Test
  void turnsBuildOnEachOtherAndAnAbortGoesBackToTheLastCommit() {
    keep("gate", 0, tracks(1));
    memory.committed();
    keep("gate", 0, tracks(2));
    assertEquals(tracks(2), memory.begin(NOW).tracks("gate"));
    assertEquals(1, memory.liveTracks());

    memory.aborted();
    assertEquals(tracks(1), memory.begin(NOW).tracks("gate"));

    keep("gate", 0, tracks(3));
    memory.committed();
    assertEquals(tracks(3), memory.begin(NOW).tracks("gate"));
    assertEquals(3, memory.liveTracks());
  }

  @Test
  void changesAreToldUnlessThereIsNothingToTell() {
    TrackMemory.Turn quiet = memory.begin(NOW);
    quiet.put("gate", 0, CameraTracks.NONE);
    assertEquals(List.of(), changes(quiet));

    TrackMemory.Turn busy = memory.begin(NOW);
    busy.put("gate", 3, tracks(1));
    assertEquals(List.of("gate 3 1"), changes(busy));
    busy.keep();

    TrackMemory.Turn empty = memory.begin(NOW);
    empty.put("gate", 3, CameraTracks.NONE);
    assertEquals(List.of("gate 3 0"), changes(empty));
  }

  @Test
  void aPartitionThatIsTakenAwayTakesItsCamerasAlong() {
    keep("gate", 0, tracks(1));
    keep("yard", 1, tracks(2));
    memory.committed();
    keep("hall", 0, tracks(1));

    memory.forget(Set.of(0));

    assertEquals(CameraTracks.NONE, memory.begin(NOW).tracks("gate"));
    assertEquals(CameraTracks.NONE, memory.begin(NOW).tracks("hall"));
    assertEquals(tracks(2), memory.begin(NOW).tracks("yard"));
  }

  @Test
  void whatIsRestoredIsGoneOnFrom() {
    memory.restore("gate", 0, tracks(2), NOW);

    assertEquals(tracks(2), memory.begin(NOW).tracks("gate"));
    assertEquals(2, memory.liveTracks());
  }

  @Test
  void silentCamerasAreForgotten() {
    for (int i = 0; i < 1000; i++) {
      TrackMemory.Turn turn = memory.begin(NOW.plusSeconds(i));
      turn.put("camera-" + i, 0, tracks(1));
      turn.keep();
      memory.committed();
      memory.forgetSilent(NOW.plusSeconds(i), Duration.ofSeconds(60));
    }
    assertEquals(61, memory.cameras());
  }

  private void keep(String camera, int partition, CameraTracks tracks) {
    TrackMemory.Turn turn = memory.begin(NOW);
    turn.put(camera, partition, tracks);
    turn.keep();
  }

  private static List<String> changes(TrackMemory.Turn turn) {
    List<String> changes = new ArrayList<>();
    turn.changes(
        (camera, partition, tracks) ->
            changes.add(camera + " " + partition + " " + tracks.tracks().size()));
    return changes;
  }

  private static CameraTracks tracks(int count) {
    List<Track> tracks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tracks.add(
          new Track(
              "gate-0-0-" + i,
              Motion.begin(new Box(100 * i, 0, 100 * i + 50, 50)),
              0,
              1,
              0,
              false,
              Track.Sent.NOTHING));
    }
    return new CameraTracks(640, 480, 0, tracks);
  }
}

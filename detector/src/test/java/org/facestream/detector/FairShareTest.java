package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Recording;
import org.junit.jupiter.api.Test;

class FairShareTest {
  private static final Instant START = Instant.parse("2026-11-25T13:00:00Z");

  private final FairShare share = new FairShare();

  @Test
  void whatFitsIsAllTakenInTheOrderOfCapture() {
    FairShare.Choice choice =
        share.choose(List.of(offer("gate", 3), offer("yard", 1), offer("gate", 2)), 300);
    assertEquals(List.of("yard1", "gate2", "gate3"), names(choice.taken()));
    assertEquals(List.of(), choice.overtaken());
  }

  @Test
  void theNewestOfEachCameraComesBeforeTheSecondOfAny() {
    List<FairShare.Offer> offers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      offers.add(offer("fast", i));
    }
    offers.add(offer("slow", 3));
    FairShare.Choice choice = share.choose(offers, 300);
    assertEquals(List.of("slow3", "fast28", "fast29"), names(choice.taken()));
    assertEquals(28, choice.overtaken().size());
  }

  @Test
  void withoutTimeForOneFrameOfEachAllComeUpInTurn() {
    Map<String, Integer> served = new HashMap<>();
    for (int turn = 0; turn < 30; turn++) {
      List<FairShare.Offer> offers = new ArrayList<>();
      for (int camera = 0; camera < 10; camera++) {
        // One of them sends five times as much.
        for (int i = 0; i < (camera == 0 ? 5 : 1); i++) {
          offers.add(offer("camera-" + camera, 10 * turn + i));
        }
      }
      names(share.choose(offers, 300).taken())
          .forEach(name -> served.merge(name.substring(0, 8), 1, Integer::sum));
    }
    assertEquals(10, served.size());
    assertTrue(served.values().stream().allMatch(count -> count == 9), served::toString);
  }

  @Test
  void aFrameLargerThanTheRoomIsTakenAlone() {
    FairShare.Choice choice = share.choose(List.of(offer("gate", 1), offer("yard", 2)), 10);
    assertEquals(1, choice.taken().size());
    assertEquals(1, choice.overtaken().size());
  }

  /** Beside a live camera: a replay loses nothing, and takes none of the live one's room. */
  @Test
  void framesOfAReplayAreAllTakenBesideWhatThereIsRoomFor() {
    List<FairShare.Offer> offers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      offers.add(replayed("clip", i));
      offers.add(offer("gate", i));
    }
    FairShare.Choice choice = share.choose(offers, 100);
    assertEquals(
        List.of("gate4", "clip0", "clip1", "clip2", "clip3", "clip4"), names(choice.taken()));
    assertEquals(List.of("gate0", "gate1", "gate2", "gate3"), names(choice.overtaken()));
  }

  private static FairShare.Offer replayed(String camera, int second) {
    FairShare.Offer live = offer(camera, second);
    Recording.mark(live.source().record().headers(), live.captureTime());
    return live;
  }

  @Test
  void thePaceFollowsWhatTurnsTake() {
    Pace pace = new Pace(Duration.ofMillis(500));
    assertEquals(16_666_666, pace.room());
    for (int i = 0; i < 50; i++) {
      pace.took(1_000_000, 100_000_000);
    }
    assertEquals(5_000_000, pace.room(), 5_000);
    // However slow it was, the next turn is large enough to learn from.
    pace.took(200_000, 60_000_000_000L);
    assertEquals(400_000, pace.room());
    for (int i = 0; i < 50; i++) {
      pace.took(400_000, 40_000_000);
    }
    assertEquals(5_000_000, pace.room(), 5_000);
    // A turn of next to nothing is all overhead.
    pace.took(10, 100_000_000);
    assertEquals(5_000_000, pace.room(), 5_000);
  }

  private static FairShare.Offer offer(String camera, int second) {
    Frame frame = new Frame(camera, 1, second, START.plusSeconds(second), 10, 10, "", new byte[1]);
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>("cctv.frames.v1", 0, second, camera, new byte[1]);
    return new FairShare.Offer(new Source(record, frame), 100);
  }

  private static List<String> names(List<FairShare.Offer> offers) {
    return offers.stream()
        .map(offer -> offer.camera() + offer.source().frame().sequence())
        .toList();
  }
}

package org.facestream.ingest.motion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.facestream.ingest.registry.MotionOptions;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.TestVideo;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.clock.Sampled;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.KeptPicture;
import org.facestream.ingest.source.picture.Look;
import org.facestream.ingest.source.picture.PictureEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link MotionDetector} and {@link MotionGate}. */
class MotionTest {
  private final PictureEncoder encoder = new PictureEncoder();
  private final LumaScaler scaler = new LumaScaler();

  private static final long BEAT = 200_000_000L;
  private static final Polygon LEFT_HALF =
      Polygon.of(
          List.of(List.of(0.0, 0.0), List.of(0.5, 0.0), List.of(0.5, 1.0), List.of(0.0, 1.0)));

  @TempDir private Path folder;
  private final Random noise = new Random(11);

  /** A grey scene with a sensor's noise and perhaps a square. */
  private Luma scene(int light, int x, int side, int contrast) {
    byte[] pixels = new byte[160 * 90];
    for (int i = 0; i < pixels.length; i++) {
      int column = i % 160;
      int row = i / 160;
      boolean inside = column >= x && column < x + side && row >= 40 && row < 40 + side;
      int value = 80 + column / 4 + light + (inside ? contrast : 0);
      pixels[i] = (byte) Math.min(255, value + Math.round(noise.nextGaussian() * 1.5));
    }
    return new Luma(160, 90, pixels);
  }

  private MotionDetector settled(double sensitivity, List<Polygon> masks) {
    MotionDetector detector = new MotionDetector(sensitivity, masks);
    assertTrue(detector.moves(scene(0, 0, 0, 0), 0), "the first picture counts");
    for (int i = 1; i < 25; i++) {
      assertFalse(detector.moves(scene(0, 0, 0, 0), i * BEAT), "noise is no movement");
    }
    return detector;
  }

  @Test
  void somethingThatComesMovesAndIsPartOfTheSceneWhenItStays() {
    MotionDetector detector = settled(0.5, List.of());
    long at = 25;
    assertTrue(detector.moves(scene(0, 100, 5, 40), at++ * BEAT));
    for (int i = 0; i < 50; i++) {
      assertTrue(detector.moves(scene(0, 20 + i, 5, 40), at++ * BEAT), "step " + i);
    }
    int stays = 0;
    while (detector.moves(scene(0, 70, 5, 40), at++ * BEAT)) {
      stays++;
      assertTrue(stays < 20_000_000_000L / BEAT, "it never belongs to the scene");
    }
    assertTrue(stays > 2_000_000_000L / BEAT, "after only " + stays);
    assertTrue(detector.moves(scene(0, 0, 0, 0), at * BEAT), "it goes");
  }

  @Test
  void lightIsNoMovement() {
    MotionDetector detector = settled(0.5, List.of());
    assertFalse(detector.moves(scene(35, 0, 0, 0), 25 * BEAT));
    assertFalse(detector.moves(scene(-30, 0, 0, 0), 26 * BEAT));
    assertTrue(detector.moves(scene(-30, 100, 5, 40), 27 * BEAT), "but movement in it is");
  }

  @Test
  void sensitivityAndMasksAreMinded() {
    assertFalse(settled(0, List.of()).moves(scene(0, 100, 4, 20), 25 * BEAT));
    assertTrue(settled(1, List.of()).moves(scene(0, 100, 4, 20), 25 * BEAT));
    MotionDetector masked = settled(0.5, List.of(LEFT_HALF));
    assertFalse(masked.moves(scene(0, 30, 8, 60), 25 * BEAT));
    assertTrue(masked.moves(scene(0, 110, 8, 60), 26 * BEAT));
  }

  @Test
  void anotherSizeIsAnotherScene() {
    MotionDetector detector = settled(0.5, List.of());
    Luma other = new Luma(160, 120, new byte[160 * 120]);
    assertTrue(detector.moves(other, 25 * BEAT));
    assertFalse(detector.moves(other, 26 * BEAT));
  }

  @Test
  void decodedFramesOfAVideoTellWhereItMoves() throws SourceException {
    // Still for two seconds, then the square goes by for one, then it is gone.
    Path file =
        TestVideo.write(
            folder.resolve("a.mp4"),
            "libopenh264",
            640,
            360,
            10,
            60,
            TestVideo.Coding.USUAL,
            (frame, i) -> TestVideo.square(frame, i >= 20 && i < 30 ? i * 16 : -1, 100));
    MotionDetector detector = new MotionDetector(MotionOptions.DEFAULT);
    List<Integer> moved = new ArrayList<>();
    try (VideoSource source = VideoSource.open(file)) {
      for (int i = 0; source.next(); i++) {
        if (detector.moves(
            scaler.scale(source.picture().frame().orElseThrow()), source.timestamp())) {
          moved.add(i);
        }
      }
    }
    assertEquals(List.of(0, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29), moved.subList(0, 11));
    // Where it was taken for a part of the scene, its going is seen for a moment.
    assertTrue(moved.get(moved.size() - 1) < 45, moved::toString);
  }

  private static Sampled<KeptPicture> timed(long number) {
    return new Sampled<>(number * BEAT, Instant.ofEpochMilli(number * 200), whole(1));
  }

  private static KeptPicture whole(int bytes) {
    return new KeptPicture.Whole(new EncodedPicture(1, 1, new byte[bytes]));
  }

  /** What is published now. */
  private static List<Sampled<KeptPicture>> offer(
      MotionGate gate, boolean moves, Sampled<KeptPicture> picture) {
    if (!gate.passes(moves, picture.time())) {
      gate.keep(picture);
      return List.of();
    }
    List<Sampled<KeptPicture>> sent = new ArrayList<>(gate.release());
    sent.add(picture);
    return sent;
  }

  private static List<Long> numbers(List<Sampled<KeptPicture>> sent) {
    return sent.stream().map(each -> each.time() / BEAT).toList();
  }

  @Test
  void whatCameJustBeforeAMovementGoesFirstInItsOrder() {
    MotionGate gate = new MotionGate(Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ZERO);
    assertEquals(List.of(0L), numbers(offer(gate, true, timed(0))));
    for (long i = 1; i < 20; i++) {
      assertEquals(List.of(), offer(gate, false, timed(i)));
    }
    List<Sampled<KeptPicture>> sent = offer(gate, true, timed(20));
    assertEquals(List.of(15L, 16L, 17L, 18L, 19L, 20L), numbers(sent));
    assertEquals(15 * 200, sent.get(0).captured().toEpochMilli(), "with its own time of capture");
    assertEquals(14, gate.heldBack());
    assertEquals(List.of(), offer(gate, false, timed(21)));
    gate.forget();
    assertEquals(15, gate.heldBack());
  }

  @Test
  void aSceneThatStaysStillIsSeenNowAndThenNeverLater() {
    MotionGate gate =
        new MotionGate(Duration.ofMillis(1500), Duration.ofSeconds(1), Duration.ofSeconds(2));
    List<Long> sent = new ArrayList<>(numbers(offer(gate, true, timed(0))));
    for (long i = 1; i <= 100; i++) {
      sent.addAll(numbers(offer(gate, false, timed(i))));
    }
    gate.forget();
    // Two seconds on, then every 1.4: the next beat would be later than 1.5.
    assertEquals(LongStream.rangeClosed(0, 10).boxed().toList(), sent.subList(0, 11));
    for (int i = 11; i < sent.size(); i++) {
      assertEquals(7, sent.get(i) - sent.get(i - 1));
    }
    assertEquals(101, sent.size() + gate.heldBack(), "each is sent or counted");
  }

  @Test
  void nothingIsKeptBeyondABound() {
    MotionGate gate = new MotionGate(Duration.ofHours(9), Duration.ofHours(9), Duration.ZERO);
    offer(gate, true, timed(0));
    for (long i = 1; i < 1000; i++) {
      offer(gate, false, timed(i));
    }
    assertEquals(65, offer(gate, true, timed(1000)).size(), 1);
  }

  @Test
  void whatIsKeptIsClosedInTheEnd() throws SourceException {
    Path file = TestVideo.write(folder.resolve("a.mp4"), "libopenh264", 320, 240, 10, 12);
    MotionGate gate = new MotionGate(Duration.ofHours(9), Duration.ofSeconds(1), Duration.ZERO);
    List<KeptPicture.Pixels> kept = new ArrayList<>();
    try (VideoSource source = VideoSource.open(file)) {
      assertTrue(gate.passes(true, 0));
      for (int i = 1; source.next(); i++) {
        assertFalse(gate.passes(false, i * BEAT));
        KeptPicture.Pixels picture =
            (KeptPicture.Pixels)
                encoder.keep(source.picture(), new Look(320, 85, List.of())).orElseThrow();
        assertTrue(picture.bytes() >= 320 * 240 * 3 / 2, "bytes: " + picture.bytes());
        kept.add(picture);
        gate.keep(new Sampled<>(i * BEAT, Instant.EPOCH, picture));
      }
      assertEquals(12, kept.size());
      assertEquals(6, kept.stream().filter(picture -> picture.frame().isNull()).count());
      gate.close();
      assertTrue(kept.stream().allMatch(picture -> picture.frame().isNull()));
      assertEquals(12, gate.heldBack());
    }
  }

  @Test
  void norBeyondSoManyBytesTheOldestGoFirst() {
    MotionGate gate = new MotionGate(Duration.ofHours(9), Duration.ofHours(9), Duration.ZERO);
    offer(gate, true, timed(0));
    KeptPicture large = whole(10_000_000);
    for (int round = 0; round < 2; round++) {
      for (long i = 1; i <= 10; i++) {
        long time = (100 * round + i) * BEAT;
        offer(gate, false, new Sampled<>(time, Instant.ofEpochMilli(i), large));
      }
      assertEquals(7 * (round + 1), gate.heldBack());
      assertEquals(
          List.of(8L, 9L, 10L, 50L),
          numbers(offer(gate, true, timed(100 * round + 50))).stream().map(n -> n % 100).toList());
    }
  }
}

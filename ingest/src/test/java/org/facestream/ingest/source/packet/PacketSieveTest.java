package org.facestream.ingest.source.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.source.Patience;
import org.facestream.ingest.source.TestVideo;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.Wish;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.clock.StreamClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link PacketSieve} and {@link PacketKind}: what is decoded, and what need not be. */
class PacketSieveTest {
  private static final long MS = 1_000_000L;
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    // H.264: an IDR slice, a slice that others refer to, one that none does, behind a delimiter and
    // parameter sets.
    "false, 00000001 65 88, KEY",
    "false, 000001 41 9a, REFERENCE",
    "false, 00000001 01 9a, DISPOSABLE",
    "false, 00000001 0910 00000001 6742c01e 00000001 68ce 000001 65 88, KEY",
    "false, 00000001 0930 000001 01 9a, DISPOSABLE",
    "false, 00000001 0930, REFERENCE",
    // H.265: IDR, CRA, a trailing picture that is not referred to, and one that is.
    "true, 00000001 2601 af, KEY",
    "true, 00000001 2a01 af, KEY",
    "true, 00000001 0001 e0, DISPOSABLE",
    "true, 00000001 4601 50 000001 0201 d0, REFERENCE",
  })
  void theFirstSliceTells(boolean hevc, String hex, PacketKind kind) {
    assertEquals(kind, PacketKind.ofSlice(bytes(hex), hevc, 0, new TemporalLayers()));
  }

  @Test
  void unitsWithALengthBeforeThemAreReadToo() {
    TemporalLayers layers = new TemporalLayers();
    assertEquals(
        PacketKind.DISPOSABLE,
        PacketKind.ofSlice(bytes("00000002 0910 00000002 019a"), false, 4, layers));
    assertEquals(
        PacketKind.KEY, PacketKind.ofSlice(bytes("0002 0910 0002 6588"), false, 2, layers));
    assertEquals(PacketKind.REFERENCE, PacketKind.ofSlice(bytes("ffffffff 09"), false, 4, layers));
  }

  @Test
  void aPictureOfALowerLayerMayBeReferredToFromAbove() {
    TemporalLayers layers = new TemporalLayers();
    // Types TRAIL_N and TSA_N of the layers 0, 2 and 1.
    assertEquals(
        PacketKind.DISPOSABLE, PacketKind.ofSlice(bytes("000001 0001 e0"), true, 0, layers));
    assertEquals(
        PacketKind.DISPOSABLE, PacketKind.ofSlice(bytes("000001 0403 e0"), true, 0, layers));
    assertEquals(
        PacketKind.REFERENCE, PacketKind.ofSlice(bytes("000001 0402 e0"), true, 0, layers));
    assertEquals(
        PacketKind.REFERENCE, PacketKind.ofSlice(bytes("000001 0001 e0"), true, 0, layers));
    assertEquals(
        PacketKind.DISPOSABLE, PacketKind.ofSlice(bytes("000001 0003 e0"), true, 0, layers));
  }

  private static byte[] bytes(String hex) {
    return java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void picturesThatNoneDependsOnAreLeftOutWhenTheOthersAreDenseEnough() {
    PacketSieve five = new PacketSieve(5);
    PacketSieve twenty = new PacketSieve(20);
    int neededByFive = 0;
    int neededByTwenty = 0;
    for (int i = 0; i < 100; i++) {
      PacketKind kind = i % 50 == 0 ? PacketKind.KEY : kindOfEverySecond(i);
      neededByFive += five.needs(kind, i * 40 * MS) ? 1 : 0;
      neededByTwenty += twenty.needs(kind, i * 40 * MS) ? 1 : 0;
    }
    assertEquals(50 + 25, neededByFive, "the first group was needed to learn");
    assertEquals(100, neededByTwenty, "80 ms are too far apart for 50 ms");
  }

  private static PacketKind kindOfEverySecond(int i) {
    return i % 2 == 0 ? PacketKind.REFERENCE : PacketKind.DISPOSABLE;
  }

  @Test
  void keyFramesSufficeWhenTheirDistanceIsSteadyAndNeverAgainWhenItWasNot() {
    PacketSieve sieve = new PacketSieve(0.5);
    long time = 0;
    int needed = 0;
    for (int group = 0; group < 8; group++) {
      needed += group(sieve, time, 10);
      time += 1000 * MS;
    }
    assertEquals(5 * 10 + 3, needed);
    assertTrue(sieve.keysOnly());
    // One group of four seconds, in which only its key frame is seen; from then on everything is.
    assertEquals(1, group(sieve, time, 40));
    time += 4000 * MS;
    for (int group = 0; group < 12; group++) {
      assertEquals(10, group(sieve, time, 10));
      time += 1000 * MS;
    }
    assertFalse(sieve.keysOnly());
  }

  @Test
  void withoutTimestampsEverythingIsNeeded() {
    PacketSieve sieve = new PacketSieve(0.1);
    for (int i = 0; i < 100; i++) {
      assertTrue(sieve.needs(PacketKind.KEY, StreamClock.NO_TIMESTAMP));
      assertTrue(sieve.needs(PacketKind.DISPOSABLE, StreamClock.NO_TIMESTAMP));
    }
  }

  private static int group(PacketSieve sieve, long begin, int pictures) {
    int needed = 0;
    for (int i = 0; i < pictures; i++) {
      PacketKind kind = i == 0 ? PacketKind.KEY : PacketKind.REFERENCE;
      needed += sieve.needs(kind, begin + i * 100 * MS) ? 1 : 0;
    }
    return needed;
  }

  private record Read(List<Long> decoded, int spared, long damaged) {}

  @ParameterizedTest
  @CsvSource({"mpeg4, b.mp4", "mpeg2video, b.ts"})
  void ofAStreamWithBFramesTheyAreSpared(String codec, String name) throws SourceException {
    Path file =
        TestVideo.write(
            folder.resolve(name),
            codec,
            160,
            120,
            25,
            100,
            new TestVideo.Coding(1, 20, 0),
            (frame, i) -> TestVideo.square(frame, i, 20));
    Read everything = read(file, Double.POSITIVE_INFINITY);
    assertEquals(100, everything.decoded().size());
    Read five = read(file, 5);
    assertEquals(100, five.decoded().size() + five.spared(), 1);
    assertTrue(five.spared() >= 35, "spared: " + five.spared());
    assertEquals(0, five.damaged());
    assertSteps(five.decoded(), 80 * MS);
  }

  @Test
  void ofAStreamWithoutThemKeyFramesAreDecodedWhenNoMoreAreWanted() throws SourceException {
    Path file = TestVideo.write(folder.resolve("p.mp4"), "libopenh264", 160, 120, 10, 100);
    Read all = read(file, 5);
    assertEquals(100, all.decoded().size());
    assertEquals(0, all.spared());
    Read slow = read(file, 1);
    assertEquals(100, slow.decoded().size() + slow.spared());
    assertEquals(50 + 5, slow.decoded().size(), "after five groups of ten only key frames");
    assertEquals(0, slow.damaged());
    assertSteps(slow.decoded(), 1000 * MS);
  }

  private static void assertSteps(List<Long> times, long longest) {
    for (int i = 1; i < times.size(); i++) {
      long step = times.get(i) - times.get(i - 1);
      assertTrue(step > 0 && step <= longest + MS, "step " + i + " is " + step);
    }
  }

  private static Read read(Path file, double fps) throws SourceException {
    Duration patience = Duration.ofMinutes(1);
    List<Long> decoded = new ArrayList<>();
    int spared = 0;
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source =
            VideoSource.open(
                SourceUrl.file(file),
                new Patience(patience, patience, patience),
                new Wish(fps, Optional.empty(), Optional.empty()),
                deadline)) {
      Next step = source.advance();
      while (step != Next.END) {
        if (step == Next.SPARED) {
          spared++;
        } else {
          decoded.add(source.timestamp());
          assertTrue(source.jpeg(160, 85).isPresent());
        }
        step = source.advance();
      }
      return new Read(decoded, spared, source.damaged());
    }
  }
}

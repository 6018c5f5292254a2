package org.facestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams that change, err, or are timed oddly while they are read; made by FFmpeg. */
class ChangingStreamTest {
  private static final long MS = 1_000_000L;
  @TempDir private Path folder;
  private long reopened;

  private record Seen(List<String> sizes, Set<String> codecs, List<Long> times, long damaged) {}

  @Test
  void goesOnWhenTheResolutionChanges() throws SourceException, IOException {
    Path both =
        joined(
            TestVideo.write(folder.resolve("1.ts"), "libopenh264", 320, 240, 10, 20),
            TestVideo.write(folder.resolve("2.ts"), "libopenh264", 640, 360, 10, 20),
            TestVideo.write(folder.resolve("3.ts"), "libopenh264", 160, 120, 10, 20));
    Seen seen = read(both);
    for (String size : List.of("320x240", "640x360", "160x120")) {
      long count = seen.sizes().stream().filter(size::equals).count();
      assertTrue(count >= 18, size + ": " + count);
    }
  }

  @ParameterizedTest
  @CsvSource({"libopenh264, mpeg2video", "mpeg2video, libopenh264"})
  void goesOnWhenTheCodecChanges(String first, String second) throws SourceException, IOException {
    Path both =
        joined(
            TestVideo.write(folder.resolve("1.ts"), first, 320, 240, 25, 25),
            TestVideo.write(folder.resolve("2.ts"), second, 160, 120, 25, 25));
    Seen seen = read(both);
    assertEquals(Set.of("h264", "mpeg2video"), seen.codecs());
    long late = seen.sizes().stream().filter("160x120"::equals).count();
    assertTrue(late >= 20, "of the second: " + late);
  }

  @Test
  void timeGoesOnWhenTimestampsBeginAgain() throws SourceException, IOException {
    Path first = TestVideo.write(folder.resolve("1.ts"), "libopenh264", 160, 120, 10, 30);
    Seen seen = read(joined(first, first, first));
    assertTrue(seen.times().size() >= 85, "pictures: " + seen.times().size());
    for (int i = 1; i < seen.times().size(); i++) {
      long step = seen.times().get(i) - seen.times().get(i - 1);
      // Where the parts meet a picture is lost.
      assertTrue(step > 0 && step <= 300 * MS, "step " + i + ": " + step);
    }
  }

  @Test
  void timeGoesOnWhenTimestampsWrap() throws SourceException {
    // 33 bits of 90 kHz wrap after 95,443.7 seconds; the muxer itself begins at 1.4 s.
    TestVideo.Coding nearTheEnd = new TestVideo.Coding(0, 10, 954_437 - 14 - 20);
    Path file =
        TestVideo.write(
            folder.resolve("w.ts"),
            "libopenh264",
            160,
            120,
            10,
            50,
            nearTheEnd,
            (frame, i) -> TestVideo.square(frame, i, 20));
    Seen seen = read(file);
    assertTrue(seen.times().size() >= 48, "pictures: " + seen.times().size());
    assertRegular(seen.times(), 100 * MS);
  }

  @Test
  void picturesComeInTheOrderOfTheirTimeWithBFrames() throws SourceException {
    Path file =
        TestVideo.write(
            folder.resolve("b.mp4"),
            "mpeg4",
            160,
            120,
            10,
            40,
            new TestVideo.Coding(2, 12, 0),
            (frame, i) -> TestVideo.square(frame, i, 20));
    Seen seen = read(file);
    assertEquals(40, seen.times().size());
    assertRegular(seen.times(), 100 * MS);
  }

  @Test
  void withoutTimestampsTimeGoesOnAllTheSame() throws SourceException {
    Path file = TestVideo.write(folder.resolve("raw.h264"), "libopenh264", 160, 120, 25, 50);
    Seen seen = read(file);
    assertEquals(50, seen.times().size());
    assertRegular(seen.times(), 40 * MS);
  }

  @Test
  void aDecoderThatOnlyErrsIsOpenedAnewAndGoesOn() throws SourceException, IOException {
    Path good = TestVideo.write(folder.resolve("1.h264"), "libopenh264", 320, 240, 10, 30);
    Path bad = TestVideo.write(folder.resolve("2.h264"), "libopenh264", 320, 240, 10, 150);
    spoilSlices(bad);
    Seen seen = read(joined(good, bad, good));
    assertTrue(seen.damaged() >= 100, "damaged: " + seen.damaged());
    long pictures = seen.sizes().size();
    assertTrue(pictures >= 55 && pictures <= 65, "of the good parts: " + pictures);
    assertTrue(reopened >= 1, "the decoder was not opened anew");
  }

  /** Leaves of each slice only that it is one. */
  private static void spoilSlices(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(5);
    boolean slice = false;
    int within = 0;
    for (int i = 0; i + 3 < bytes.length; i++) {
      if (bytes[i] == 0 && bytes[i + 1] == 0 && (bytes[i + 2] == 1 || bytes[i + 2] == 0)) {
        int header = bytes[i + 2] == 1 ? bytes[i + 3] : 0;
        slice = (header & 0x1f) == 1 || (header & 0x1f) == 5;
        i += bytes[i + 2] == 1 ? 3 : 0;
        within = 0;
      } else if (slice && ++within > 2) {
        bytes[i] = (byte) (64 + random.nextInt(192));
      }
    }
    Files.write(file, bytes);
  }

  private Path joined(Path... parts) throws IOException {
    Path whole = folder.resolve("joined-" + parts[0].getFileName());
    Files.deleteIfExists(whole);
    Files.createFile(whole);
    for (Path part : parts) {
      Files.write(whole, Files.readAllBytes(part), java.nio.file.StandardOpenOption.APPEND);
    }
    return whole;
  }

  private static void assertRegular(List<Long> times, long interval) {
    for (int i = 1; i < times.size(); i++) {
      assertEquals(interval, times.get(i) - times.get(i - 1), interval / 10.0, "step " + i);
    }
  }

  private Seen read(Path file) throws SourceException {
    Seen seen = new Seen(new ArrayList<>(), new TreeSet<>(), new ArrayList<>(), 0);
    StreamClock clock = new StreamClock(false);
    try (VideoSource source = VideoSource.open(file)) {
      while (source.next()) {
        seen.times().add(clock.at(source.timestamp(), 0, 0));
        EncodedPicture picture = source.jpeg(1280, 85).orElseThrow();
        seen.sizes().add(picture.width() + "x" + picture.height());
        seen.codecs().add(source.codec());
      }
      reopened = source.reopened();
      return new Seen(seen.sizes(), seen.codecs(), seen.times(), source.damaged());
    }
  }
}

package org.facestream.ingest.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.worker.config.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the pictures of a file were taken, as well as it can be known. */
class RecordingStartTest {
  private static final Instant CHANGED = Instant.parse("2026-03-01T08:00:00Z");
  private static final Instant CREATED = Instant.parse("2025-12-24T18:00:00Z");
  private static final Instant GIVEN = Instant.parse("2024-02-29T12:00:00Z");

  @TempDir private Path folder;

  @Test
  void isWhatIsGivenOrWhatTheFileSaysOrWhenItWasChanged() throws Exception {
    Path file = TestVideo.write(folder.resolve("a.mp4"), "mpeg4", 64, 64, 10, 3);
    Files.setLastModifiedTime(file, FileTime.from(CHANGED));
    assertEquals(CHANGED, start(file, Map.of()));
    byte[] bytes = Files.readAllBytes(file);
    int header = new String(bytes, ISO_8859_1).indexOf("mvhd");
    // Seconds since 1904, behind the version.
    ByteBuffer.wrap(bytes).putInt(header + 8, (int) (CREATED.getEpochSecond() + 2_082_844_800L));
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, FileTime.from(CHANGED));
    assertEquals(CREATED, start(file, Map.of()));
    assertEquals(GIVEN, start(file, Map.of("ingest.recording-start", GIVEN.toString())));
  }

  @Test
  void ofAFolderIsThatOfItsFirstPicture() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (String name : List.of(".DS_Store", "a.jpg", "README", "b.jpg")) {
      Path file = Files.writeString(pictures.resolve(name), "x");
      Files.setLastModifiedTime(
          file, FileTime.from(name.equals("a.jpg") ? CHANGED : CHANGED.plusSeconds(9)));
    }
    assertEquals(
        CHANGED,
        RecordingStart.of(SourceUrl.pictures(pictures), config(Map.of()), Optional.empty()));
  }

  private static Instant start(Path file, Map<String, String> options) throws SourceException {
    try (VideoSource source = VideoSource.open(file)) {
      assertTrue(source.next());
      return RecordingStart.of(SourceUrl.file(file), config(options), source.created());
    }
  }

  private static IngestConfig config(Map<String, String> options) {
    return Settings.load(List.of(IngestConfig.class), Optional.empty(), Map.of(), options)
        .get(IngestConfig.class);
  }
}

package org.facestream.ingest.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.PictureFolder;

/** Finds out when the recording began that a file or a folder of pictures holds. */
public final class RecordingStart {
  private RecordingStart() {}

  /**
   * As configured, as the container says, or when the file, or the first picture of the folder, was
   * last changed, which copying can keep.
   *
   * @throws SourceException when the file is not there any more
   */
  public static Instant of(SourceUrl url, IngestConfig config, Optional<Instant> created)
      throws SourceException {
    if (config.recordingStart().isPresent() || created.isPresent()) {
      return config.recordingStart().or(() -> created).get();
    }
    Path path = Path.of(url.target());
    try {
      Path first = Files.isDirectory(path) ? firstPicture(path) : path;
      Instant changed = Files.getLastModifiedTime(first).toInstant();
      return changed.isBefore(Instant.EPOCH) ? Instant.EPOCH : changed;
    } catch (IOException | UncheckedIOException unreadable) {
      throw new SourceException(Fault.NOT_FOUND, path.toString());
    }
  }

  private static Path firstPicture(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(PictureFolder::isPicture).sorted().findFirst().orElse(folder);
    }
  }
}

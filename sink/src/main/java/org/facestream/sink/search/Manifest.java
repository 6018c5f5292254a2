package org.facestream.sink.search;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.worker.json.Json;

/**
 * What of the index's files is valid. It is replaced as a whole, after the files are on the disk:
 * what a killed process appended to them afterwards does not count.
 *
 * @param version of the files' layout
 * @param database which database this is of
 * @param horizon transactions before this one are in the index
 * @param erasures how often something was erased: it grows before anything is, so that a reader of
 *     another process notices
 * @param followed when the database was followed last, in milliseconds since 1970
 * @param segments of the index
 */
record Manifest(
    int version,
    String database,
    long horizon,
    long erasures,
    long followed,
    List<Segment.Description> segments) {
  static final int VERSION = 1;
  private static final String FILE = "index.json";

  Manifest {
    segments = List.copyOf(segments);
  }

  /** That of an index with nothing in it. */
  static Manifest empty(String database) {
    return new Manifest(VERSION, database, 0, 0, System.currentTimeMillis(), List.of());
  }

  /** Reads it; empty where there is none that can be used. */
  static Optional<Manifest> read(Path folder) throws IOException {
    byte[] json;
    try {
      json = Files.readAllBytes(folder.resolve(FILE));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(Json.COMPLETE.readValue(json, Manifest.class))
          .filter(manifest -> manifest.version() == VERSION);
    } catch (IOException | RuntimeException damaged) {
      return Optional.empty();
    }
  }

  void write(Path folder) throws IOException {
    Path half = folder.resolve(FILE + ".new");
    try (FileChannel file =
        FileChannel.open(
            half,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer json = ByteBuffer.wrap(Json.bytes(this));
      while (json.hasRemaining()) {
        file.write(json);
      }
      file.force(true);
    }
    Files.move(
        half,
        folder.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    force(folder);
  }

  /** So that names of files outlast a power failure; not every system can. */
  static void force(Path folder) {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException unsupported) {
      // The files themselves are forced; a lost name means that the index is made again.
    }
  }
}

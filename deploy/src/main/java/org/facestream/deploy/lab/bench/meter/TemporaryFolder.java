package org.facestream.deploy.lab.bench.meter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/** A folder that is deleted with its content when this is closed. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;

  /**
   * @param parent where it is made; null for the system's place
   * @throws UserError when nothing can be made there
   */
  public TemporaryFolder(@Nullable Path parent) {
    try {
      path =
          parent == null
              ? Files.createTempDirectory("facestream-bench-")
              : Files.createTempDirectory(Files.createDirectories(parent), "facestream-bench-");
    } catch (IOException failed) {
      throw new UserError(
          "Cannot make a folder in %s (%s): choose another place with --data DIR."
              .formatted(
                  parent == null ? System.getProperty("java.io.tmpdir") : parent,
                  failed.getClass().getSimpleName()),
          failed);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(path)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : deepestFirst) {
      Files.deleteIfExists(each);
    }
  }
}

package org.facestream.deploy.allinone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Where the all-in-one of a data folder listens: written as {@code endpoints.json} while it runs.
 * One that was killed leaves the file behind, so it counts only while the folder's lock is held:
 * the number of its process may be another's by now.
 *
 * @param process its process id
 * @param bootstrapServers of its Kafka
 * @param jdbcUrl of its database
 * @param databaseUser of its database
 * @param passwordFile holds the database's password
 * @param metrics where Prometheus scrapes
 * @param api address of the HTTP API
 * @param filesFolder its {@code ingest.files-folder}, or null
 */
public record Endpoints(
    long process,
    String bootstrapServers,
    String jdbcUrl,
    String databaseUser,
    String passwordFile,
    String metrics,
    String api,
    @Nullable String filesFolder) {
  private static final String FILE = "endpoints.json";

  /** The endpoints of the all-in-one that runs on a data folder; empty when none does. */
  public static Optional<Endpoints> find(Path data) {
    Path file = data.resolve(FILE);
    if (!Files.isRegularFile(file) || !DataFolder.isTaken(data)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.LENIENT.readValue(Files.readAllBytes(file), Endpoints.class))
          .filter(
              found -> ProcessHandle.of(found.process()).map(ProcessHandle::isAlive).orElse(false));
    } catch (IOException damagedOrGone) {
      return Optional.empty();
    }
  }

  /** Writes the file atomically. */
  void write(Path data) throws IOException {
    Path half = data.resolve(FILE + ".new");
    Json.LENIENT.writerWithDefaultPrettyPrinter().writeValue(half.toFile(), this);
    Files.move(
        half,
        data.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Removes them, also those that a killed process left; only the process that holds the folder may
   * do so.
   */
  public static void forget(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(FILE));
  }
}

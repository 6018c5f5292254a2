package org.facestream.deploy.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Together;
import org.jspecify.annotations.Nullable;

/** The embedded broker and database of one data folder, started in parallel. */
public final class EmbeddedServices implements AutoCloseable {
  private final Closing closing = new Closing();
  private final AtomicReference<@Nullable EmbeddedKafka> kafka = new AtomicReference<>();
  private final AtomicReference<@Nullable EmbeddedDatabase> database = new AtomicReference<>();

  /**
   * Returns when both answer.
   *
   * @param data the folder of both
   * @param kafkaPort where the broker listens; 0 takes a free one
   * @param databasePort the same for PostgreSQL
   * @throws org.facestream.ingest.worker.config.UserError when one of them does not start
   */
  public EmbeddedServices(Path data, int kafkaPort, int databasePort) {
    Runnable broker =
        () -> kafka.set(closing.add(new EmbeddedKafka(data.resolve("kafka"), kafkaPort)));
    Runnable postgres =
        () -> database.set(closing.add(new EmbeddedDatabase(databaseFolder(data), databasePort)));
    try {
      Together.run(List.of(broker, postgres), service -> "start-service", Runnable::run);
    } catch (RuntimeException | Error failed) {
      try {
        closing.close();
      } catch (RuntimeException alsoFailed) {
        failed.addSuppressed(alsoFailed);
      }
      throw failed;
    }
  }

  /** Where PostgreSQL keeps its data and its password in a data folder. */
  public static Path databaseFolder(Path data) {
    return data.resolve("postgres");
  }

  public EmbeddedKafka kafka() {
    return Objects.requireNonNull(kafka.get(), "the constructor started it");
  }

  public EmbeddedDatabase database() {
    return Objects.requireNonNull(database.get(), "the constructor started it");
  }

  /** Stops both in an orderly way. */
  @Override
  public void close() {
    closing.close();
  }
}

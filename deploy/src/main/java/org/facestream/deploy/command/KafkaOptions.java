package org.facestream.deploy.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.Configuration;
import org.facestream.deploy.Endpoints;
import org.facestream.deploy.StageKind;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import picocli.CommandLine.Option;

/** How a command that is no worker finds Kafka. */
final class KafkaOptions {
  static final Path DEFAULT_DATA = Path.of("facestream-data");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "Data folder of `facestream run`, running or not. Without it",
        "./facestream-data if there is one, else kafka.bootstrap-servers."
      })
  private Path data;

  /**
   * A way to Kafka; whoever asked closes it.
   *
   * @param settings the effective settings
   * @param clients connected to the broker
   * @param closing ends what was started for it
   */
  record Connection(Settings settings, KafkaClients clients, Closing closing)
      implements AutoCloseable {
    @Override
    public void close() {
      closing.close();
    }
  }

  /**
   * Finds the broker of the data folder, or starts it for as long as the connection lives when
   * nothing runs there.
   */
  Connection connect(Configuration configuration) {
    return connect(configuration, false);
  }

  /** The same, and with the database of the data folder when that is wanted too. */
  Connection connect(Configuration configuration, boolean withDatabase) {
    Settings settings = configuration.settings();
    Closing closing = new Closing();
    Optional<Path> folder = folder(configuration);
    if (folder.isPresent()) {
      try {
        settings = configuration.settings(addresses(folder.get(), withDatabase, closing));
      } catch (RuntimeException failed) {
        closing.close();
        throw failed;
      }
    }
    return new Connection(settings, new KafkaClients(settings.get(KafkaConfig.class)), closing);
  }

  private static Map<String, String> addresses(Path folder, boolean withDatabase, Closing closing) {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("kafka.replication", "1");
    Optional<Endpoints> running = Endpoints.find(folder);
    if (running.isPresent()) {
      addresses.put("kafka.bootstrap-servers", running.get().bootstrapServers());
      addresses.put("store.url", running.get().jdbcUrl());
      addresses.put("store.user", running.get().databaseUser());
      addresses.put("store.password-file", running.get().passwordFile());
      return addresses;
    }
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
    addresses.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    if (withDatabase) {
      EmbeddedDatabase database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
      addresses.putAll(StageKind.imposed(database, folder));
    }
    return addresses;
  }

  private Optional<Path> folder(Configuration configuration) {
    if (data != null) {
      if (Files.exists(data) && !Files.isDirectory(data)) {
        throw new UserError(
            "--data " + data + " is not a folder: give the one of `facestream run`.");
      }
      return Optional.of(data);
    }
    boolean chosen =
        configuration.options().containsKey("kafka.bootstrap-servers")
            || configuration.environment().containsKey("FACESTREAM_KAFKA_BOOTSTRAP_SERVERS")
            || configuration.file().isPresent();
    return chosen || !Files.isDirectory(DEFAULT_DATA.resolve("kafka"))
        ? Optional.empty()
        : Optional.of(DEFAULT_DATA);
  }
}

package org.facestream.deploy.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.allinone.Endpoints;
import org.facestream.deploy.allinone.FilesFolder;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How commands find Kafka. */
public final class KafkaOptions {
  static final Path DEFAULT_DATA = Path.of("facestream-data");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "Data folder of `facestream run`, running or not. Default:",
        "./facestream-data if it exists, otherwise",
        "kafka.bootstrap-servers"
      })
  private Path data;

  private static final String ADVICE =
      "start `facestream run`, or give the address of Kafka: `--data DIR` for the "
          + "folder of a run, `--set kafka.bootstrap-servers=HOST:PORT` for your own broker";

  private int wait = 10;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for a Kafka that does not answer. Default: 10")
  void longest(Integer seconds) {
    // picocli also calls this without a value, to begin afresh.
    if (seconds != null && (seconds < 1 || seconds > 3600)) {
      throw new ParameterException(
          command.commandLine(), "--wait is " + seconds + "; give 1 to 3600");
    }
    wait = seconds == null ? 10 : seconds;
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** What a command wants of a data folder on which nothing runs. */
  private enum Want {
    /** To put something in: one that is not there is made. */
    BEGIN,
    /** To read or remove something that is there. */
    EXISTING,
    /** The same, in the database too. */
    EXISTING_WITH_DATABASE,
    /** To read the database alone. */
    DATABASE
  }

  /**
   * A way to Kafka; the caller closes it.
   *
   * @param settings the effective settings
   * @param clients connected to the broker
   * @param folder the data folder, or empty
   * @param closing ends what was started for it
   */
  public record Connection(
      Settings settings, KafkaClients clients, Optional<Path> folder, Closing closing)
      implements AutoCloseable {
    /**
     * Where it is written down what is done to people in the gallery: the file that is configured,
     * or else that of the data folder; only in the log when there is neither.
     *
     * @throws UserError when it cannot be written to
     */
    public AuditTrail trail() {
      return settings
          .get(GalleryConfig.class)
          .auditFile()
          .or(() -> folder.map(DataFolder::auditFile))
          .map(AuditTrail::in)
          .orElse(AuditTrail.NONE)
          .checked();
    }

    /**
     * A database that answers; the caller closes it.
     *
     * @throws UserError when it does not
     */
    public Database database() {
      Database database = new Database(settings.get(StoreConfig.class));
      try {
        database.check();
        return database;
      } catch (RetryableException away) {
        database.close();
        throw new UserError(away.getMessage() + ": start it, or set store.url.", away);
      } catch (RuntimeException failed) {
        database.close();
        throw failed;
      }
    }

    @Override
    public void close() {
      closing.close();
    }
  }

  /**
   * Finds the broker of the data folder, or starts it for as long as the connection lives when
   * nothing runs there; a folder that is not there is made.
   */
  public Connection connect(Configuration configuration) {
    return connect(configuration, Want.BEGIN);
  }

  /**
   * The same, for what only reads or removes.
   *
   * @throws UserError when the folder holds no data: its name is likely mistaken
   */
  public Connection connectExisting(Configuration configuration) {
    return connect(configuration, Want.EXISTING);
  }

  /** The same, and with the database of the data folder. */
  public Connection connectExistingWithDatabase(Configuration configuration) {
    return connect(configuration, Want.EXISTING_WITH_DATABASE);
  }

  /** The database of the data folder alone: Kafka may be away. */
  public Connection connectDatabase(Configuration configuration) {
    return connect(configuration, Want.DATABASE);
  }

  /** The rules for sources, as far as this command knows them. */
  public SourceRules sources(Configuration configuration) {
    Settings settings = configuration.settings();
    if (settings.get(IngestConfig.class).filesFolder().isEmpty()) {
      Optional<String> files =
          folder(configuration)
              .flatMap(
                  data ->
                      Endpoints.find(data)
                          .map(running -> Optional.ofNullable(running.filesFolder()))
                          .orElseGet(() -> FilesFolder.remembered(data).map(Path::toString)));
      if (files.isPresent()) {
        settings = configuration.settings(Map.of("ingest.files-folder", files.get()));
      }
    }
    return new SourceRules(settings.get(IngestConfig.class));
  }

  private Connection connect(Configuration configuration, Want want) {
    Settings settings = configuration.settings();
    Closing closing = new Closing();
    Optional<Path> folder = folder(configuration);
    if (folder.isPresent()) {
      try {
        Map<String, String> addresses = addresses(folder.get(), want, closing);
        if (settings.get(SinkConfig.class).searchFolder().isEmpty()) {
          addresses.put("sink.search-folder", DataFolder.searchFolder(folder.get()).toString());
        }
        settings = configuration.settings(addresses);
      } catch (RuntimeException failed) {
        closing.close();
        throw failed;
      }
    }
    try {
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      if (want != Want.DATABASE) {
        BrokerWait.await(clients, Duration.ofSeconds(wait), ADVICE, this::say);
      }
      return new Connection(settings, clients, folder, closing);
    } catch (RuntimeException unreachable) {
      closing.close();
      throw unreachable;
    }
  }

  private Map<String, String> addresses(Path folder, Want want, Closing closing) {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("kafka.replication", "1");
    Optional<Endpoints> running = RunningFolder.await(folder, this::say);
    if (running.isPresent()) {
      addresses.put("kafka.bootstrap-servers", running.get().bootstrapServers());
      addresses.put("store.url", running.get().jdbcUrl());
      addresses.put("store.user", running.get().databaseUser());
      addresses.put("store.password-file", running.get().passwordFile());
      return addresses;
    }
    if (want != Want.BEGIN && !Files.isDirectory(folder.resolve("kafka"))) {
      throw new UserError(
          ("There is no facestream data in %s: give the folder of `facestream run` with "
                  + "--data DIR.")
              .formatted(folder.toAbsolutePath().normalize()));
    }
    // A run that begins meanwhile, or another command, sees that the folder is taken.
    closing.add(DataFolder.take(folder, EmbeddedKafka.LEAST_FREE));
    forgetEndpoints(folder);
    if (want != Want.DATABASE) {
      EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
      addresses.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    }
    if (want == Want.EXISTING_WITH_DATABASE || want == Want.DATABASE) {
      EmbeddedDatabase database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
      addresses.putAll(database.settings());
    }
    return addresses;
  }

  private void say(String line) {
    PrintWriter err = command.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private static void forgetEndpoints(Path folder) {
    try {
      Endpoints.forget(folder);
    } catch (IOException failed) {
      throw new UserError(
          "Cannot write to %s (%s).".formatted(folder, failed.getMessage()), failed);
    }
  }

  private Optional<Path> folder(Configuration configuration) {
    if (data != null) {
      if (Files.exists(data) && !Files.isDirectory(data)) {
        throw new UserError(
            "--data " + data + " is not a folder: give the folder of `facestream run`.");
      }
      return Optional.of(data);
    }
    boolean chosen =
        configuration.options().containsKey("kafka.bootstrap-servers")
            || configuration.environment().containsKey("FACESTREAM_KAFKA_BOOTSTRAP_SERVERS")
            || configuration.file().isPresent();
    boolean there =
        Files.isDirectory(DEFAULT_DATA.resolve("kafka")) || DataFolder.isTaken(DEFAULT_DATA);
    return chosen || !there ? Optional.empty() : Optional.of(DEFAULT_DATA);
  }
}

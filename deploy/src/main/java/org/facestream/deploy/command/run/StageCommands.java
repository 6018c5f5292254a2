package org.facestream.deploy.command.run;

import java.time.Duration;
import java.util.Optional;
import org.facestream.deploy.command.BrokerWait;
import org.facestream.deploy.command.StageEndedException;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.process.Shutdown;
import org.facestream.deploy.stage.CameraThresholds;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.transaction.TransactionMender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** One stage alone, with Kafka (and for the sink and the API PostgreSQL) elsewhere. */
public final class StageCommands {
  private StageCommands() {}

  /** Runs a stage until a signal ends it. */
  abstract static class Alone extends Subcommand {
    private static final Logger log = LoggerFactory.getLogger(Alone.class);

    /** For a broker that is only just starting; whatever supervises the worker does the rest. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofMillis(200);

    private final StageKind kind;

    Alone(StageKind kind) {
      this.kind = kind;
    }

    @Override
    protected LogOutput.Console console() {
      return LogOutput.Console.worker;
    }

    @Override
    protected int execute() throws Exception {
      Settings settings = configuration().settings();
      Shutdown shutdown = Shutdown.ofProcess();
      return shutdown.orderly(
          () -> {
            run(settings, shutdown);
            return 0;
          });
    }

    private void show(String line) {
      err().println(line);
      err().flush();
    }

    private void run(Settings settings, Shutdown shutdown) throws InterruptedException {
      try (Worker worker = new Worker(settings.get(WorkerConfig.class));
          Closing closing = new Closing()) {
        KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
        Stage stage = kind.make(settings, clients, worker.telemetry(), this::show);
        BrokerWait.await(clients, PATIENCE, "start it, or set kafka.bootstrap-servers", log::warn);
        // Logged after the checks, because a refusal must be a single line.
        log.info("configuration: {}", settings.effective());
        shutdown.refuseWhenRequested();
        // Ingest neither writes nor reads transactions.
        if (kind != StageKind.ingest) {
          closing.add(new TransactionMender(clients, worker.telemetry())).start();
        }
        worker.start(stage);
        shutdown.underWay();
        if (kind == StageKind.recognizer) {
          CameraThresholds.warn(settings, clients);
        }
        log.info("metrics and health on port {}", worker.httpPort());
        while (!shutdown.await(LOOK)) {
          Optional<String> failure = worker.failure();
          if (failure.isPresent()) {
            shutdown.begins();
            log.error("{}; this process ends", failure.get());
            throw new StageEndedException(failure.get());
          }
        }
        log.info("stopping");
      }
    }
  }

  @Command(
      name = "ingest",
      header = "Run an ingest worker: cameras to frames.",
      description = {
        "",
        "Reads the cameras that its consumer group assigns to it, and publishes sampled frames to",
        "Kafka. Start as many workers as you need; each camera is run by one of them."
      },
      footer = {
        "",
        "Example:",
        "  facestream ingest --set kafka.bootstrap-servers=kafka:9092 --set ingest.fps=5"
      })
  public static final class Ingest extends Alone {
    Ingest() {
      super(StageKind.ingest);
    }
  }

  @Command(
      name = "detector",
      header = "Run a detector worker: frames to faces.",
      description = {
        "",
        "Finds faces in frames, follows them as tracks, and publishes the best faces of",
        "each track."
      },
      footer = {
        "",
        "Example:",
        "  facestream detector --set kafka.bootstrap-servers=kafka:9092 --set worker.http-port=19091"
      })
  public static final class Detector extends Alone {
    Detector() {
      super(StageKind.detector);
    }
  }

  @Command(
      name = "recognizer",
      header = "Run a recognizer worker: faces to identity events.",
      description = {
        "",
        "Computes descriptors of faces, compares them with the gallery, and decides per",
        "track."
      },
      footer = {"", "Example:", "  facestream recognizer --set kafka.bootstrap-servers=kafka:9092"})
  public static final class Recognizer extends Alone {
    Recognizer() {
      super(StageKind.recognizer);
    }
  }

  @Command(
      name = "sink",
      header = "Run a sink worker: identity events to PostgreSQL.",
      description = {"", "Stores every event once; migrates the database's schema at start."},
      footer = {
        "",
        "Example:",
        "  facestream sink --set kafka.bootstrap-servers=kafka:9092 \\",
        "      --set store.url=jdbc:postgresql://db/facestream --set store.password-file=db.password"
      })
  public static final class Sink extends Alone {
    Sink() {
      super(StageKind.sink);
    }
  }

  @Command(
      name = "api",
      header = "Serve the HTTP API: sightings, people, searches, cameras.",
      description = {
        "",
        "Answers from PostgreSQL and Kafka, and keeps nothing itself: start several behind a proxy",
        "for more requests. Its page /api/v1/docs lists what it does."
      },
      footer = {
        "",
        "Example:",
        "  facestream api --set kafka.bootstrap-servers=kafka:9092 --set api.port=8080 \\",
        "      --set store.url=jdbc:postgresql://db/facestream --set store.password-file=db.password"
      })
  public static final class Api extends Alone {
    Api() {
      super(StageKind.api);
    }
  }
}

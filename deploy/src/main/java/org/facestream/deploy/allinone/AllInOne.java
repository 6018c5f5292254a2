package org.facestream.deploy.allinone;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.embedded.DeadClients;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.embedded.EmbeddedServices;
import org.facestream.deploy.embedded.LoopbackPort;
import org.facestream.deploy.stage.CameraThresholds;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.transaction.TransactionMender;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.http.ApiConfig;

/**
 * Broker, database and all stages in this process, with the same classes as in separate processes.
 * All persistent data are in the data folder; the next run on that folder continues from there,
 * even after a crash.
 */
public final class AllInOne implements AutoCloseable {
  /**
   * Fixed, so that the first thing a restarted one does is to end the transactions of its
   * predecessor; the folder's lock sees to it that there is only one.
   */
  private static final String WORKER_ID = "all-in-one";

  /**
   * The ports; 0 chooses a free one.
   *
   * @param kafka of the broker
   * @param database of PostgreSQL
   * @param http of metrics and health
   * @param api of the HTTP API
   */
  public record Ports(int kafka, int database, int http, int api) {
    /** Free ports. */
    public static final Ports FREE = new Ports(0, 0, 0, 0);
  }

  private final Closing closing = new Closing();
  private final Settings settings;
  private final KafkaClients clients;
  private final Worker worker;
  private final Endpoints endpoints;

  /**
   * Checks everything that can be checked before the start, because a start takes seconds. A
   * PostgreSQL that a killed process left on the folder is stopped first: it holds a port.
   *
   * @throws UserError when a port is in use or the configuration is not valid
   */
  public static void check(Configuration configuration, DataFolder folder, Ports ports) {
    StageKind.check(configuration.settings());
    EmbeddedDatabase.stopOrphan(EmbeddedServices.databaseFolder(folder.path()));
    LoopbackPort.take(ports.kafka(), "--kafka-port");
    LoopbackPort.take(ports.http(), "--http-port");
    LoopbackPort.take(ports.database(), "--database-port");
    LoopbackPort.take(ports.api(), "--api-port");
  }

  /**
   * Starts broker and database, and opens metrics; no stage yet.
   *
   * @param configuration of the stages; addresses of broker and database are imposed on it
   * @param folder stays the caller's to close
   * @throws UserError when {@link #check} would refuse, or the folder's disk is full
   */
  public AllInOne(Configuration configuration, DataFolder folder, Ports ports) {
    Path data = folder.path();
    try {
      Endpoints.forget(data);
      int http = LoopbackPort.take(ports.http(), "--http-port");
      EmbeddedServices services =
          closing.add(new EmbeddedServices(data, ports.kafka(), ports.database()));
      EmbeddedKafka kafka = services.kafka();
      EmbeddedDatabase database = services.database();
      Map<String, String> imposed = new LinkedHashMap<>();
      imposed.put("kafka.bootstrap-servers", kafka.bootstrapServers());
      imposed.put("kafka.replication", "1");
      imposed.put("worker.id", WORKER_ID);
      imposed.put("worker.http-host", "127.0.0.1");
      imposed.put("worker.http-port", String.valueOf(http));
      imposed.put("api.host", "127.0.0.1");
      imposed.put("api.port", String.valueOf(LoopbackPort.take(ports.api(), "--api-port")));
      imposed.putAll(database.settings());
      if (configuration.settings().get(GalleryConfig.class).auditFile().isEmpty()) {
        imposed.put("gallery.audit-file", DataFolder.auditFile(data).toString());
      }
      if (configuration.settings().get(SinkConfig.class).searchFolder().isEmpty()) {
        imposed.put("sink.search-folder", DataFolder.searchFolder(data).toString());
      }
      settings = configuration.settings(imposed);
      clients = new KafkaClients(settings.get(KafkaConfig.class));
      if (kafka.isAfterKill()) {
        DeadClients.end(clients, StageKind.GROUPS);
      }
      worker = closing.add(new Worker(settings.get(WorkerConfig.class)));
      closing.add(new TransactionMender(clients, worker.telemetry())).start();
      endpoints =
          new Endpoints(
              ProcessHandle.current().pid(),
              kafka.bootstrapServers(),
              database.jdbcUrl(),
              database.user(),
              EmbeddedServices.databaseFolder(data).resolve("password").toString(),
              "http://127.0.0.1:" + worker.httpPort() + "/metrics",
              "http://127.0.0.1:" + settings.get(ApiConfig.class).port(),
              settings.get(IngestConfig.class).filesFolder().map(Path::toString).orElse(null));
      closing.add(() -> Endpoints.forget(data));
      endpoints.write(data);
    } catch (IOException failed) {
      close(failed);
      throw new UserError(
          ("Cannot write to %s (%s). The usual reasons are a full disk and missing "
                  + "permissions.")
              .formatted(data, failed.getMessage()),
          failed);
    } catch (RuntimeException failed) {
      close(failed);
      throw failed;
    }
  }

  /**
   * Starts every stage and returns when all run; those downstream are closed last.
   *
   * @param console shows a line that is kept nowhere, such as a one-time password
   */
  public void startStages(Consumer<String> console) {
    worker.start(
        Stream.of(
                StageKind.sink,
                StageKind.recognizer,
                StageKind.detector,
                StageKind.ingest,
                StageKind.api)
            .map(kind -> kind.make(settings, clients, worker.telemetry(), console))
            .toList());
    CameraThresholds.warn(settings, clients);
  }

  public Settings settings() {
    return settings;
  }

  public KafkaClients clients() {
    return clients;
  }

  public Worker worker() {
    return worker;
  }

  public Endpoints endpoints() {
    return endpoints;
  }

  /** Why it is not ready, for people; empty when it is. */
  public String notReady() {
    StringBuilder reasons = new StringBuilder();
    for (Stage stage : worker.stages()) {
      if (!stage.health().ready()) {
        reasons
            .append(reasons.isEmpty() ? "" : "; ")
            .append(stage.name())
            .append(": ")
            .append(stage.health().reason());
      }
    }
    return reasons.toString();
  }

  private void close(Exception cause) {
    try {
      closing.close();
    } catch (RuntimeException alsoFailed) {
      cause.addSuppressed(alsoFailed);
    }
  }

  /** Ends the stages, then database and broker, each in an orderly way. */
  @Override
  public void close() {
    closing.close();
  }
}

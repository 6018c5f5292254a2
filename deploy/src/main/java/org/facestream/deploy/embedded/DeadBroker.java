package org.facestream.deploy.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kafka.server.ControllerServer;
import kafka.server.FaultHandlerFactory;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the controller remove a killed broker before a new one starts.
 *
 * <p>A broker that starts on a dead one's folder first reads that it leads every partition, for so
 * it stands in the metadata, and its transaction coordinator goes to work. Seconds later the
 * controller gives up the dead broker and no partition has a leader. A coordinator that then wants
 * to end a transaction takes its partitions for deleted and leaves it open in them for ever (Kafka
 * 4.3.1 and 4.4.0). When the dead broker is given up beforehand, no coordinator works until every
 * partition has its leader again; and the new broker need not wait until the dead one's session is
 * over.
 */
final class DeadBroker {
  private static final Logger log = LoggerFactory.getLogger(DeadBroker.class);

  /** Kafka writes it at the end of an orderly stop. */
  private static final String STOPPED_IN_ORDER = ".kafka_cleanshutdown";

  private static final String METADATA = "__cluster_metadata-0";
  private static final long SESSION_MILLIS = 100;
  private static final long PATIENCE_SECONDS = 30;

  private DeadBroker() {}

  /** Whether a broker ran in a data folder and did not stop in an orderly way. */
  static boolean isIn(Path data) {
    return Files.isDirectory(data.resolve(METADATA))
        && !Files.exists(data.resolve(STOPPED_IN_ORDER));
  }

  /**
   * Runs the controller alone until it has given up the broker.
   *
   * @param settings of the broker that is about to start
   * @param node the dead broker's number
   */
  static void giveUp(Properties settings, Path data, int node) {
    KafkaConfig config = new KafkaConfig(controllerOnly(settings));
    String folder = data.toString();
    try (Metrics metrics = new Metrics()) {
      MetaPropertiesEnsemble properties =
          new MetaPropertiesEnsemble.Loader()
              .addMetadataLogDir(folder)
              .addLogDirs(List.of(folder))
              .load();
      SharedServer shared =
          new SharedServer(
              config,
              properties,
              Time.SYSTEM,
              metrics,
              CompletableFuture.completedFuture(
                  QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
              List.of(),
              faults(),
              ServerSocketFactory.INSTANCE);
      ControllerServer controller =
          new ControllerServer(
              shared, KafkaRaftServer.configSchema(), new BootstrapDirectory(folder).read());
      try {
        controller.startup();
        await(controller, node);
      } finally {
        controller.shutdown();
        controller.awaitShutdown();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (Exception failed) {
      // The broker starts all the same; what is wrong will show there, or is mended later.
      log.warn("the killed broker could not be removed before the start", failed);
    }
  }

  private static void await(ControllerServer controller, int node) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isGivenUp(controller.metadataCache().currentImage(), node)) {
      if (System.nanoTime() > deadline) {
        log.warn("the killed broker was not removed within {} s", PATIENCE_SECONDS);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /**
   * Whether the metadata are read and have no such broker that is alive. One that was killed before
   * its controller knew of it is in none.
   */
  private static boolean isGivenUp(MetadataImage image, int node) {
    BrokerRegistration broker = image.cluster().broker(node);
    return !image.isEmpty() && (broker == null || broker.fenced());
  }

  private static FaultHandlerFactory faults() {
    return (name, fatal, action) -> new LoggingFaultHandler(name, action);
  }

  private static Properties controllerOnly(Properties settings) {
    Properties own = new Properties();
    own.putAll(settings);
    own.put("process.roles", "controller");
    own.put("listeners", settings.getProperty("listeners").replaceFirst("^.*,", ""));
    own.remove("advertised.listeners");
    own.remove("inter.broker.listener.name");
    own.put("broker.heartbeat.interval.ms", String.valueOf(SESSION_MILLIS / 2));
    own.put("broker.session.timeout.ms", String.valueOf(SESSION_MILLIS));
    return own;
  }
}

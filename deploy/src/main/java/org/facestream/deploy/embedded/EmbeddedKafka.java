package org.facestream.deploy.embedded;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker in this process, its own controller, on the loopback address only. What is in
 * its folder is kept: the next broker on the folder continues from there. While its disk is full,
 * it is stopped, see {@link DiskWatch}.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final String HOST = "127.0.0.1";
  private static final int NODE = 1;
  private static final String CLUSTER = "facestream-embedded";

  /** Kafka stops for good when its disk is full, so it does not start on one that nearly is. */
  public static final long LEAST_FREE = 256L << 20;

  private final DataFolder folder;
  private final int port;
  private final Properties settings;
  private final DiskWatch watch;

  /** Null while its disk is full. */
  private @Nullable KafkaRaftServer server;

  private boolean afterKill;
  private boolean closed;

  /**
   * Starts the broker and returns when it answers.
   *
   * @param folder where it keeps its data; made when missing
   * @param port where it listens; 0 takes a free one
   * @throws UserError when the port is in use, the folder cannot be written to, is used by another
   *     broker, or its disk is full
   */
  public EmbeddedKafka(Path folder, int port) {
    this.folder = DataFolder.take(folder, LEAST_FREE);
    try {
      this.port = LoopbackPort.take(port, "--kafka-port");
      Path data = this.folder.path().resolve("data");
      // Nobody but this process talks to the controller, so that its port may change with each run.
      int controllerPort = LoopbackPort.free();
      format(data);
      settings = settings(data, this.port, controllerPort);
      start();
      watch = new DiskWatch(this.folder.path(), new Resting());
    } catch (RuntimeException failed) {
      release(failed);
      throw failed;
    }
  }

  /** Where clients connect: {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  public int port() {
    return port;
  }

  /** Whether its predecessor in the folder did not stop in an orderly way. */
  public synchronized boolean isAfterKill() {
    return afterKill;
  }

  /** Stops the broker in an orderly way; what was acknowledged is kept. */
  @Override
  public void close() {
    watch.close();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        stop();
      } finally {
        release(null);
      }
    }
  }

  /**
   * Starts the broker; when that fails, nothing of it runs.
   *
   * @throws UserError when it does not start
   */
  synchronized void start() {
    Path data = folder.path().resolve("data");
    if (DeadBroker.isIn(data)) {
      afterKill = true;
      DeadBroker.giveUp(settings, data, NODE);
    }
    KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
    server = starting;
    boolean started = false;
    try {
      starting.startup();
      started = true;
    } catch (RuntimeException failed) {
      throw new UserError(
          ("Kafka does not start in %s (%s): see the log file. If its data are damaged, "
                  + "move that folder away.")
              .formatted(folder.path(), reason(failed)),
          failed);
    } finally {
      // The broker stops by itself what it had of itself; its controller runs already.
      if (!started) {
        stop();
      }
    }
  }

  /** Kafka wraps what went wrong in what it was waiting for. */
  private static @Nullable String reason(RuntimeException failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof KafkaException) {
        return cause.getMessage();
      }
    }
    return failed.getMessage();
  }

  /** Stops the broker, or does nothing when it does not run. */
  synchronized void stop() {
    if (server != null) {
      KafkaRaftServer stopping = server;
      server = null;
      stopping.shutdown();
      stopping.awaitShutdown();
    }
  }

  /** What {@link DiskWatch} may do; never after {@link #close}, which ends it first. */
  private final class Resting implements DiskWatch.Broker {
    @Override
    public void stop() {
      EmbeddedKafka.this.stop();
    }

    @Override
    public void start() {
      EmbeddedKafka.this.start();
    }
  }

  private void release(@Nullable RuntimeException cause) {
    try {
      folder.close();
    } catch (IOException failed) {
      if (cause != null) {
        cause.addSuppressed(failed);
      } else {
        log.warn("the lock on {} was not released", folder.path(), failed);
      }
    }
  }

  private static void format(Path data) {
    try {
      new Formatter()
          .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
          .setNodeId(NODE)
          .setClusterId(CLUSTER)
          .addDirectory(data.toString())
          .setMetadataLogDirectory(data.toString())
          .setControllerListenerName("CONTROLLER")
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .setIgnoreFormatted(true)
          .run();
    } catch (Exception failed) {
      throw new UserError(
          ("Cannot prepare %s for Kafka (%s). The usual reasons are a full disk and "
                  + "missing permissions. If its data are damaged, move that folder away.")
              .formatted(data, failed.getMessage()),
          failed);
    }
  }

  private static Properties settings(Path data, int port, int controllerPort) {
    Properties settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", String.valueOf(NODE));
    settings.put("log.dirs", data.toString());
    settings.put(
        "listeners",
        String.format(
            Locale.ROOT, "PLAINTEXT://%s:%d,CONTROLLER://%s:%d", HOST, port, HOST, controllerPort));
    settings.put(
        "advertised.listeners", String.format(Locale.ROOT, "PLAINTEXT://%s:%d", HOST, port));
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put(
        "controller.quorum.voters",
        String.format(Locale.ROOT, "%d@%s:%d", NODE, HOST, controllerPort));
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", String.valueOf(17 << 20));
    settings.put("socket.request.max.bytes", String.valueOf(64 << 20));

    // There is one broker: everything internal has one replica, and few partitions.
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
    settings.put("min.insync.replicas", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");

    // What a killed worker left open holds up readers of committed records: look often.
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    // After a kill the controller believes the old broker alive for this long.
    settings.put("broker.heartbeat.interval.ms", "500");
    settings.put("broker.session.timeout.ms", "6000");

    // Frames are kept for a minute: look that often, and give their disk back at once.
    settings.put("log.retention.check.interval.ms", "15000");
    settings.put("log.segment.delete.delay.ms", "1000");
    // The time until data of forgotten people leave the disk.
    settings.put("log.cleaner.backoff.ms", "5000");
    settings.put("metadata.log.max.snapshot.interval.ms", "600000");
    settings.put("metadata.max.idle.interval.ms", "5000");

    // One machine with a few clients: a fraction of a server's threads and buffers.
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("background.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "2");
    settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20));
    settings.put("log.index.size.max.bytes", String.valueOf(1 << 20));
    return settings;
  }
}

package org.facestream.ingest.worker.kafka;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real broker for tests: one node, on free ports of the loopback address. */
public final class TestBroker implements AutoCloseable {
  private final int port = FreePort.choose();
  private final KafkaRaftServer server;

  public TestBroker(Path folder) throws Exception {
    int controller = FreePort.choose();
    new Formatter()
        .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
        .setNodeId(1)
        .setClusterId("facestream-tests")
        .addDirectory(folder.toString())
        .setMetadataLogDirectory(folder.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .run();
    Map<String, Object> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("log.dirs", folder.toString());
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controller));
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    // As in the product: topics are made by those who own them, and pictures are large.
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", String.valueOf(17 << 20));
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20));
    Properties properties = new Properties();
    properties.putAll(settings);
    server = new KafkaRaftServer(new kafka.server.KafkaConfig(properties), Time.SYSTEM);
    server.startup();
  }

  /** Where clients connect. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Clients that make topics of two partitions. */
  public KafkaClients clients() {
    return KafkaClients.of(bootstrapServers(), Map.of("kafka.partitions", "2"));
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}

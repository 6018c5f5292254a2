package org.facestream.sink;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.sink.store.FreePort;

/** A real broker for tests: one node, on free ports of the loopback address. */
final class TestBroker implements AutoCloseable {
  private final int port = FreePort.choose();
  private final KafkaRaftServer server;

  TestBroker(Path folder) throws Exception {
    int controller = FreePort.choose();
    new Formatter()
        .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
        .setNodeId(1)
        .setClusterId("sink-tests")
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

  KafkaClients clients() {
    return KafkaClients.of("127.0.0.1:" + port, Map.of("kafka.partitions", "2"));
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}

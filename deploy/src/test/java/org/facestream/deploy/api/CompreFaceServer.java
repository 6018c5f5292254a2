package org.facestream.deploy.api;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.ApiStage;
import org.facestream.sink.api.access.ApiKeys;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;

/** The API as a process serves it, on a broker and a database of its own, with keys. */
public final class CompreFaceServer implements AutoCloseable {
  private final Closing closing = new Closing();
  private final Settings settings;
  private final ApiStage stage;
  private final Database database;

  public CompreFaceServer(Path folder) {
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
    EmbeddedDatabase postgres = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
    Map<String, String> given = new LinkedHashMap<>(postgres.settings());
    given.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    given.put("kafka.replication", "1");
    given.put("kafka.partitions", "1");
    given.put("gallery.audit-file", folder.resolve("audit.log").toString());
    given.put("gallery.require-consent", "true");
    given.put("api.compreface-consent", "case-17");
    given.put("api.port", "0");
    given.put("recognizer.device", "cpu");
    given.put("detector.device", "cpu");
    settings = new Configuration(Optional.empty(), Map.of(), given).settings();
    stage =
        closing.add(
            new ApiStage(
                settings,
                settings.get(SinkConfig.class),
                Optional.empty(),
                clients(),
                closing.add(new Telemetry()),
                line -> {}));
    stage.start();
    database = closing.add(new Database(settings.get(StoreConfig.class)));
  }

  public KafkaClients clients() {
    return new KafkaClients(settings.get(KafkaConfig.class));
  }

  public Settings settings() {
    return settings;
  }

  public Database database() {
    return database;
  }

  public int port() {
    return stage.port();
  }

  public String address() {
    return "http://127.0.0.1:" + port();
  }

  /** A new key. */
  public String key(Role role) throws Exception {
    return new ApiKeys(database.dataSource())
        .add(new ApiKeys.Terms("doors", role, Optional.empty(), Optional.empty()), "test")
        .secret();
  }

  @Override
  public void close() {
    closing.close();
  }
}

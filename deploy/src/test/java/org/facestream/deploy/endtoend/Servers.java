package org.facestream.deploy.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.LoopbackPort;

/**
 * A broker as a process of its own, and PostgreSQL: both can go away, and come back as they were.
 */
final class Servers implements AutoCloseable {
  private final Path logs;
  private final Path brokerFolder;
  private final Path databaseFolder;
  private final int brokerPort = LoopbackPort.free();
  private final int databasePort = LoopbackPort.free();
  private JavaProcess broker;
  private EmbeddedDatabase database;

  Servers(Path logs, Path brokerFolder, Path databaseFolder) throws IOException {
    this.logs = logs;
    this.brokerFolder = brokerFolder;
    this.databaseFolder = databaseFolder;
    startBroker();
    try {
      database = new EmbeddedDatabase(databaseFolder, databasePort);
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  String bootstrapServers() {
    return "127.0.0.1:" + brokerPort;
  }

  JavaProcess broker() {
    return broker;
  }

  EmbeddedDatabase database() {
    return database;
  }

  /** Ends the broker in an orderly way, and starts it again. */
  void stopBroker(Duration away) throws Exception {
    if (!broker.stop()) {
      throw new IllegalStateException("the broker does not end within a minute of SIGTERM");
    }
    Thread.sleep(away.toMillis());
    startBroker();
  }

  /** The server and all of its processes, as kill -9 does, and starts it again. */
  void killDatabase(Duration away) throws Exception {
    Path pidFile = databaseFolder.resolve("data").resolve("postmaster.pid");
    ProcessHandle server =
        ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile).get(0).strip())).orElseThrow();
    List<ProcessHandle> all = Stream.concat(Stream.of(server), server.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    database.close();
    Thread.sleep(away.toMillis());
    database = new EmbeddedDatabase(databaseFolder, databasePort);
  }

  private void startBroker() throws IOException {
    broker =
        new JavaProcess(
            logs,
            "broker",
            "512m",
            BrokerProgram.class,
            List.of(brokerFolder.toString(), String.valueOf(brokerPort)));
  }

  @Override
  public void close() {
    if (database != null) {
      database.close();
    }
    try {
      broker.kill();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package org.facestream.deploy.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.SmallDisk;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.facestream.deploy.lab.simulation.rtsp.LiveStream;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;

/**
 * Three cameras over RTSP, a broker, PostgreSQL and the four stages, each a process of its own, and
 * what can be done to them. Every fault is over when its method returns; what comes back after it
 * comes back by itself.
 */
final class ChaosSite implements AutoCloseable {
  private static final int DISK_MEGABYTES = 1024;

  private final Closing closing = new Closing();
  private final Path logs;
  private final Servers servers;

  /** Null where this process may not mount one. */
  private final SmallDisk disk;

  private final DemoCameras cameras;
  private final Settings settings;
  private final StageSupervisor stages;

  ChaosSite(Path folder) throws Exception {
    logs = folder.resolve("logs");
    try {
      disk = smallDisk(folder.resolve("disk"));
      Path brokerFolder = (disk == null ? folder : disk.path()).resolve("kafka");
      servers = closing.add(new Servers(logs, brokerFolder, folder.resolve("postgres")));
      cameras = closing.add(DemoCameras.start(0));
      Map<String, String> options = new LinkedHashMap<>();
      options.put("kafka.bootstrap-servers", servers.bootstrapServers());
      options.put("kafka.partitions", "3");
      options.put("ingest.fps", "4");
      // The demonstration's faces are larger than the usual minimum: half the work.
      options.put("detector.min-face-size", "60");
      // Late is well enough: what is counted does not depend on how busy the machine is.
      options.put("detector.max-age", "60s");
      options.putAll(servers.database().settings());
      settings = new Configuration(Optional.empty(), Map.of(), options).settings();
      DemoSetting.apply(settings, clients(), cameras);
      stages = closing.add(new StageSupervisor(StageKind.PIPELINE, options, logs));
    } catch (Exception | Error failed) {
      close();
      throw failed;
    }
  }

  private SmallDisk smallDisk(Path path) throws IOException {
    try {
      return closing.add(new SmallDisk(path, DISK_MEGABYTES));
    } catch (RuntimeException skipped) {
      // It would skip the whole test: here only the disk is not filled.
      System.out.println("chaos: no small disk: " + skipped.getMessage());
      return null;
    }
  }

  KafkaClients clients() {
    return new KafkaClients(settings.get(KafkaConfig.class));
  }

  EmbeddedDatabase database() {
    return servers.database();
  }

  Servers servers() {
    return servers;
  }

  StageSupervisor stages() {
    return stages;
  }

  List<String> cameras() {
    return cameras.cameras().stream().map(camera -> camera.id()).toList();
  }

  boolean hasSmallDisk() {
    return disk != null;
  }

  /** Everyone's connection to a camera breaks, and for a while it sends nothing to anyone. */
  void cutCamera(String camera, Duration away) throws InterruptedException {
    LiveStream stream = cameras.server().find(camera);
    stream.stall();
    stream.disconnectAll();
    Thread.sleep(away.toMillis());
    stream.resume();
  }

  /** The camera's own clock: those of processes and of this machine are left alone. */
  void setClock(String camera, Duration ahead) {
    cameras.server().find(camera).setClock(ahead);
  }

  void fillDisk(Duration full) throws Exception {
    disk.fill();
    Thread.sleep(full.toMillis());
    String said = servers.broker().said();
    disk.free();
    if (!said.contains("is full")) {
      throw new IllegalStateException("the broker took no notice of its full disk: " + said);
    }
  }

  /** All that is known, for who waited in vain. */
  String state() {
    Map<String, Object> state = new HashMap<>();
    state.put("broker alive", servers.broker().isAlive());
    state.put("stages", stages.readiness());
    return "%s%n%s%n%s---- broker%n%s"
        .formatted(
            state,
            BrokerState.of(servers.bootstrapServers()),
            stages.said(),
            servers.broker().said());
  }

  @Override
  public void close() {
    closing.close();
  }
}

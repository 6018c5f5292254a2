package org.facestream.deploy.lab.bench.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.facestream.deploy.allinone.AllInOne;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.lab.bench.meter.BrokerTraffic;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.deploy.lab.demo.DemoGallery;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;

/** The all-in-one on free ports, with the demonstration's people enrolled. */
final class EmbeddedPipeline implements Pipeline {
  private final AllInOne everything;
  private final CpuMeter cpu;

  /**
   * Starts everything.
   *
   * @param folder stays the caller's to close
   */
  EmbeddedPipeline(Configuration configuration, DataFolder folder) {
    AllInOne.check(configuration, folder, AllInOne.Ports.FREE);
    everything = new AllInOne(configuration, folder, AllInOne.Ports.FREE);
    try {
      DemoGallery.enrol(everything.settings(), everything.clients());
      everything.startStages(line -> {});
      cpu = new CpuMeter(database(folder.path()));
    } catch (RuntimeException | Error failed) {
      everything.close();
      throw failed;
    }
  }

  /** PostgreSQL detaches itself from its parent, and writes its process id to a file. */
  private static OptionalLong database(Path data) {
    Path file = data.resolve("postgres").resolve("data").resolve("postmaster.pid");
    try {
      return OptionalLong.of(Long.parseLong(Files.readAllLines(file).get(0).strip()));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException unknown) {
      return OptionalLong.empty();
    }
  }

  @Override
  public KafkaClients clients() {
    return everything.clients();
  }

  @Override
  public Settings settings() {
    return everything.settings();
  }

  @Override
  public Scrape scrape() {
    return Scrape.parse(everything.worker().telemetry().scrape());
  }

  @Override
  public CpuMeter cpu() {
    return cpu;
  }

  @Override
  public Map<String, BrokerTraffic.Bytes> traffic() {
    return BrokerTraffic.read();
  }

  @Override
  public String notReady() {
    return everything.notReady();
  }

  @Override
  public void close() {
    everything.close();
  }
}

package org.facestream.deploy.lab.bench.pipeline;

import java.util.Map;
import org.facestream.deploy.lab.bench.meter.BrokerTraffic;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.jspecify.annotations.Nullable;

/** What is measured. */
sealed interface Pipeline extends AutoCloseable permits EmbeddedPipeline, RunningWorkers {
  KafkaClients clients();

  /** The stages' settings, where they are known; null for workers elsewhere. */
  @Nullable Settings settings();

  /** What all stages together have counted so far. */
  Scrape scrape();

  CpuMeter cpu();

  /** What passed the broker so far, by topic; empty when it runs elsewhere. */
  Map<String, BrokerTraffic.Bytes> traffic();

  /** Why it is not ready, for people; empty when it is. */
  String notReady();

  @Override
  void close();
}

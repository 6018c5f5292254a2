package org.facestream.deploy.lab.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;

class RunningWorkersTest {
  private final Settings settings =
      new Configuration(Optional.empty(), Map.of(), Map.of("worker.http-port", "0")).settings();

  @Test
  void whatWorkersCountIsAddedUp() {
    try (Worker one = new Worker(settings.get(WorkerConfig.class));
        Worker other = new Worker(settings.get(WorkerConfig.class))) {
      one.telemetry().in("detector", "bench-001").increment(3);
      other.telemetry().in("detector", "bench-001").increment(2);
      other.telemetry().in("detector", "door").increment(7);
      try (RunningWorkers workers =
          new RunningWorkers(settings, List.of(metrics(one), metrics(other)))) {
        Scrape scrape = workers.scrape();
        assertEquals(12, scrape.sum("facestream_records_in_total", series -> true));
        assertEquals(
            5,
            scrape.sum(
                "facestream_records_in_total",
                series -> series.label("camera").equals("bench-001")));
        assertTrue(scrape.sum("process_cpu_time_ns_total", series -> true) > 0);
        assertTrue(workers.traffic().isEmpty());
        other.close();
        UserError gone = assertThrows(UserError.class, workers::scrape);
        assertTrue(gone.getMessage().contains("cannot be read"), gone.getMessage());
      }
    }
  }

  private static URI metrics(Worker worker) {
    return URI.create("http://127.0.0.1:" + worker.httpPort() + "/metrics");
  }
}

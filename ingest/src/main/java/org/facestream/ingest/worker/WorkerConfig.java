package org.facestream.ingest.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Settings of every stage: name, HTTP endpoint, timeouts. */
@ConfigMapping(prefix = "worker")
public interface WorkerConfig {
  @Setting(
      "Name of this worker, unique among those of its stage; by default, derived from "
          + "host and process.")
  Optional<String> id();

  @Setting("Address on which /metrics, /livez and /readyz listen.")
  @WithDefault("127.0.0.1")
  String httpHost();

  @Setting("Port of /metrics, /livez and /readyz; 0 chooses a free one.")
  @Allowed("0 to 65535")
  @WithDefault("19090")
  int httpPort();

  @Setting(
      "A stage that has been busy with one turn for this long is not live; time spent "
          + "waiting for Kafka does not count.")
  @Allowed("above 0s")
  @WithDefault("60s")
  Duration livenessTimeout();

  @Setting(
      "Number of failures of the device (GPU or CPU) in a row, with any input, after "
          + "which the process leaves its group and ends, because a new process is needed.")
  @Allowed("1 or more")
  @WithDefault("5")
  int deviceFailures();

  @Setting(
      "A stage that has read nothing for this long, although its topic has more "
          + "records, is not ready.")
  @Allowed("above 0s")
  @WithDefault("20s")
  Duration stallTimeout();

  @Setting("How long an orderly shutdown may take.")
  @Allowed("0s or more")
  @WithDefault("20s")
  Duration shutdownTimeout();
}

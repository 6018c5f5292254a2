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
      "Name of this worker, unique among those of its stage; taken from host and process when not"
          + " given.")
  Optional<String> id();

  @Setting("Address on which /metrics, /livez and /readyz listen.")
  @WithDefault("127.0.0.1")
  String httpHost();

  @Setting("Port of /metrics, /livez and /readyz; 0 takes a free one.")
  @Allowed("0 to 65535")
  @WithDefault("19090")
  int httpPort();

  @Setting(
      "A stage whose loop has not turned for this long is not alive; the time that it waits for"
          + " Kafka does not count.")
  @Allowed("above 0s")
  @WithDefault("60s")
  Duration livenessTimeout();

  @Setting(
      "So many failures of the device (GPU or CPU) in a row, whatever it is given, and the process"
          + " leaves its group and ends, for only a new one can cure it.")
  @Allowed("1 or more")
  @WithDefault("5")
  int deviceFailures();

  @Setting(
      "A stage that has read nothing for this long, of a topic that has more for it, is not ready.")
  @Allowed("above 0s")
  @WithDefault("20s")
  Duration stallTimeout();

  @Setting("How long an orderly shutdown may take.")
  @Allowed("0s or more")
  @WithDefault("20s")
  Duration shutdownTimeout();
}

package org.facestream.sink;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.facestream.ingest.worker.config.Setting;

/** How events are stored, and for how long. */
@ConfigMapping(prefix = "sink")
public interface SinkConfig {
  @Setting("Most identity events that are stored in one database transaction.")
  @WithDefault("500")
  int batchSize();

  @Setting(
      "How long sightings and their events are kept after the person was last seen; 0s keeps them"
          + " for ever.")
  @WithDefault("30d")
  Duration retention();

  @Setting("How often what is older than the retention is deleted.")
  @WithDefault("1h")
  Duration retentionInterval();
}

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
      "How long sightings and their events are kept after the person was last seen, or after they"
          + " were stored, where a recording is older; 0s keeps them for ever.")
  @WithDefault("30d")
  Duration retention();

  @Setting(
      "How long the database keeps a hash of whose name was erased, so that no late event brings it"
          + " back: 31d, as long as Kafka keeps events, or more; 0s keeps it for ever.")
  @WithDefault("60d")
  Duration forgottenRetention();

  @Setting("How often what is older than the retention is deleted.")
  @WithDefault("1h")
  Duration retentionInterval();
}

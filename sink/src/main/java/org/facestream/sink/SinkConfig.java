package org.facestream.sink;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** How events are stored, and for how long. */
@ConfigMapping(prefix = "sink")
public interface SinkConfig {
  @Setting("Largest number of identity events in one database transaction.")
  @Allowed("1 or more")
  @WithDefault("500")
  int batchSize();

  @Setting(
      "How long sightings and their events are kept after the person was last seen "
          + "or, for recordings, after they were stored; 0s keeps them without limit.")
  @Allowed("0s or more")
  @WithDefault("30d")
  Duration retention();

  // Kafka keeps events for 30d, and a day more where a segment is longer.
  @Setting(
      "How long the database keeps the hash of an erased person, so that no late "
          + "event brings the name back: at least as long as Kafka keeps events; 0s keeps it "
          + "without limit.")
  @Allowed("0s, or 31d or more")
  @WithDefault("60d")
  Duration forgottenRetention();

  @Setting(
      "How long nobody may have seen a person before the next sighting begins another visit. After "
          + "a change, the sink derives all visits anew.")
  @Allowed("1s or more")
  @WithDefault("10m")
  Duration visitGap();

  @Setting("How often data older than the retention are deleted.")
  @Allowed("above 0s")
  @WithDefault("1h")
  Duration retentionInterval();
}

package org.facestream.sink;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;
import org.facestream.sink.alert.AlertConfig;

/** How events are stored, and for how long. */
@ConfigMapping(prefix = "sink")
public interface SinkConfig extends AlertConfig {
  @Setting("Largest number of identity events in one database transaction.")
  @Allowed("1 or more")
  @WithDefault("500")
  int batchSize();

  @Setting(
      "How many crops of each sighting are stored with their descriptors: 3 for the best, the first "
          + "and the last, 2 for the best and the first, 1 for the best, 0 for none.")
  @Allowed("0 to 3")
  @WithDefault("3")
  int crops();

  @Setting(
      "How long a face waits for an event of its track after the recognizer has read it: longer "
          + "than recognizer.track-timeout.")
  @Allowed("above 0s")
  @WithDefault("1m")
  Duration cropsWait();

  @Setting(
      "Memory in bytes for faces that wait for an event of their track; when it is full, faces "
          + "are read later.")
  @Allowed("1048576 or more")
  @WithDefault("67108864")
  long cropsBytes();

  RetentionPeriods retention();

  // Kafka keeps events for 30d, and a day more where a segment is longer.
  @Setting(
      "How long the database keeps the hash of an erased person, so that no late "
          + "event brings the name back: at least as long as Kafka keeps events; 0s keeps it "
          + "without limit.")
  @Allowed("0s, or 31d or more")
  @WithDefault("60d")
  Duration forgottenRetention();

  @Setting(
      "Folder of the index for searches by photo, which the sink keeps up to date; without it, a "
          + "search reads every descriptor from the database. `facestream run` has one in its data "
          + "folder.")
  Optional<Path> searchFolder();

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

  /** How long each class of data is kept. */
  interface RetentionPeriods {
    @Setting(
        "How long sightings and their events are kept after the person was last seen "
            + "or, for recordings, after they were stored; 0s keeps them without limit.")
    @Allowed("0s or more")
    @WithDefault("30d")
    Duration events();

    @Setting(
        "How long crops of sightings are kept after the day of their capture or, for recordings, "
            + "after they were stored, and not longer than the sightings; 0s keeps them as long.")
    @Allowed("0s or more")
    @WithDefault("14d")
    Duration pictures();

    @Setting(
        "How long descriptors of crops are kept, which search needs; otherwise as "
            + "sink.retention.pictures.")
    @Allowed("0s or more")
    @WithDefault("14d")
    Duration descriptors();

    @Setting(
        "How long crops and descriptors of unknown people are kept after they were last seen; 0s "
            + "keeps them as long as those of known people.")
    @Allowed("0s or more")
    @WithDefault("7d")
    Duration unknown();
  }
}

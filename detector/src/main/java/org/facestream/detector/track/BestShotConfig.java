package org.facestream.detector.track;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Which faces of a track are published. */
public interface BestShotConfig {
  /** Which faces are published. */
  enum Choice {
    /** Faces chosen by the other settings. */
    BEST,
    /** Every face of a believed track. */
    ALL
  }

  @Setting("Which faces of a believed track are published: the best, or all.")
  @WithDefault("best")
  Choice publish();

  @Setting("How many of a track's first faces are published however good they are.")
  @Allowed("1 or more")
  @WithDefault("3")
  int first();

  @Setting("The first faces are taken at least this far apart, in capture time.")
  @Allowed("0s or more")
  @WithDefault("150ms")
  Duration firstInterval();

  @Setting(
      "After the first faces, one is published when its quality is better than the best published"
          + " by this share of it.")
  @Allowed("0 or more")
  @WithDefault("0.05")
  float betterBy();

  @Setting("While a track lives, a face is published at least this often, in capture time.")
  @Allowed("above 0s")
  @WithDefault("3s")
  Duration every();
}

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

  @Setting("Which faces of a confirmed track are published: the best, or all.")
  @WithDefault("best")
  Choice publish();

  @Setting("Number of a track's first faces that are published with any quality.")
  @Allowed("1 or more")
  @WithDefault("3")
  int first();

  @Setting("Minimum time between the first faces, in capture time.")
  @Allowed("0s or more")
  @WithDefault("150ms")
  Duration firstInterval();

  @Setting(
      "After the first faces, a face is published when its quality exceeds the best "
          + "published one by this share.")
  @Allowed("0 or more")
  @WithDefault("0.05")
  float betterBy();

  @Setting("During a track, a face is published at least this often, in capture time.")
  @Allowed("above 0s")
  @WithDefault("3s")
  Duration every();
}

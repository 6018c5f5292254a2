package org.facestream.detector.track;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Settings of tracking. */
public interface TrackConfig {
  @Setting(
      "A face that is not seen for longer than this, in capture time, starts a new "
          + "track; it must be longer than the time between two frames.")
  @Allowed("above 0s")
  @WithDefault("2s")
  Duration maxGap();

  @Setting("Number of detections that confirm a track, so that its faces are published.")
  @Allowed("1 or more")
  @WithDefault("2")
  int confirmHits();

  @Setting(
      "Number of frames in a row without a detection after which an unconfirmed track " + "ends.")
  @Allowed("0 or more")
  @WithDefault("1")
  int tentativeMisses();

  @Setting(
      "Detections with at least this score continue a track at its expected place, "
          + "but start none and are not published.")
  @Allowed("0 to 1")
  @WithDefault("0.4")
  float weakScore();

  @Setting(
      "Largest number of tracks of one camera at a time; beyond that, those unseen "
          + "for longest end.")
  @Allowed("1 to 10000")
  @WithDefault("200")
  int most();

  @Setting("A camera that sends no frames for this long is forgotten.")
  @Allowed("detector.track.max-gap or more")
  @WithDefault("60s")
  Duration forgetAfter();
}

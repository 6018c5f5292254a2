package org.facestream.recognizer.gallery;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Settings of the gallery. */
@ConfigMapping(prefix = "gallery")
public interface GalleryConfig {
  @Setting("Least probability of a face that is enrolled.")
  @Allowed("0 to 1")
  @WithDefault("0.92")
  float minScore();

  @Setting("Least width of a face that is enrolled, in pixels of its picture.")
  @Allowed("12 or more")
  @WithDefault("24")
  int minFaceSize();

  @Setting("Least sharpness of a face that is enrolled; crisp faces have 0.4 and more.")
  @Allowed("0 to 1")
  @WithDefault("0.25")
  float minSharpness();

  @Setting(
      "How well a face that is enrolled must look into the camera: 1 straight, 0.4 some 50 degrees"
          + " away, 0 anyhow.")
  @Allowed("0 to 1")
  @WithDefault("0.4")
  float minPose();

  @Setting(
      "A face that is nearer to somebody else than this share of recognizer.threshold, and nearer"
          + " than to its own person, is enrolled only with --confirm.")
  @Allowed("0 to 1")
  @WithDefault("0.9")
  double conflict();

  @Setting("Whether nobody is enrolled without a reference to their consent (enroll --consent).")
  @WithDefault("false")
  boolean requireConsent();

  @Setting("Whether nobody is enrolled without an end (enroll --expiry).")
  @WithDefault("false")
  boolean requireExpiry();

  @Setting("How long a reference is used at most; also the end where none is given.")
  @Allowed("above 0s")
  Optional<Duration> maxValidity();

  @Setting(
      "How long after its expiry a reference is erased, with name and thumbnail; until then it can be"
          + " renewed. By recognizers that run, or `people expire`.")
  @Allowed("0s or more")
  @WithDefault("1d")
  Duration eraseExpiredAfter();

  @Setting("How often recognizers look for expired references to erase.")
  @Allowed("above 0s")
  @WithDefault("1h")
  Duration eraseInterval();

  @Setting(
      "File to which is added who enrolled, renamed, merged, exported or forgot whom, or set their"
          + " watchlist, and whose references were erased as expired; when not given, logs/audit.log"
          + " in the data folder, where there is one.")
  Optional<Path> auditFile();
}

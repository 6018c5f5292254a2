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
  @Setting("Minimum probability of an enrolled face.")
  @Allowed("0 to 1")
  @WithDefault("0.92")
  float minScore();

  @Setting("Minimum width of an enrolled face, in pixels of its picture.")
  @Allowed("12 or more")
  @WithDefault("24")
  int minFaceSize();

  @Setting("Minimum sharpness of an enrolled face; crisp faces have 0.4 and more.")
  @Allowed("0 to 1")
  @WithDefault("0.25")
  float minSharpness();

  @Setting(
      "How directly an enrolled face must look into the camera: 1 is straight, 0.4 is "
          + "about 50 degrees away, 0 allows any direction.")
  @Allowed("0 to 1")
  @WithDefault("0.4")
  float minPose();

  @Setting(
      "A face that is nearer to another person than this share of "
          + "recognizer.threshold, and nearer than to its own person, is enrolled only with "
          + "--confirm.")
  @Allowed("0 to 1")
  @WithDefault("0.9")
  double conflict();

  @Setting(
      "Number of pictures of one person that are in use after `people check --set-aside`: the most "
          + "different ones.")
  @Allowed("1 or more")
  @WithDefault("20")
  int mostReferences();

  @Setting(
      "Whether enrolment requires a reference to the person's consent (enroll " + "--consent).")
  @WithDefault("false")
  boolean requireConsent();

  @Setting("Whether enrolment requires an expiry (enroll --expiry).")
  @WithDefault("false")
  boolean requireExpiry();

  @Setting("Maximum time until a reference expires; also the default expiry.")
  @Allowed("above 0s")
  Optional<Duration> maxValidity();

  @Setting(
      "How long a counter-example is used: the face of a sighting of which a user said that it "
          + "is not a person (`correct --is-not`).")
  @Allowed("above 0s")
  @WithDefault("180d")
  Duration counterExampleValidity();

  @Setting(
      "How long after its expiry recognizers erase a reference, with name and "
          + "thumbnail; until then it can be renewed. `people expire` erases at once.")
  @Allowed("0s or more")
  @WithDefault("1d")
  Duration eraseExpiredAfter();

  @Setting("How often recognizers look for expired references to erase.")
  @Allowed("above 0s")
  @WithDefault("1h")
  Duration eraseInterval();

  @Setting(
      "File of the audit trail, which records each action on people; by default, "
          + "logs/audit.log in the data folder, if there is one.")
  Optional<Path> auditFile();
}

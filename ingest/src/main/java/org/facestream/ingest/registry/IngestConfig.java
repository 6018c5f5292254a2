package org.facestream.ingest.registry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;
import org.facestream.ingest.worker.kafka.KafkaClients;

/** Settings of ingest: how cameras are read, and the defaults of a camera. */
@ConfigMapping(prefix = "ingest")
public interface IngestConfig {
  @Setting("Frames per second published of each camera.")
  @Allowed(Camera.FPS)
  @WithDefault("5")
  double fps();

  @Setting("Wider pictures are scaled to this width, in pixels.")
  @Allowed(Camera.WIDTH)
  @WithDefault("1280")
  int maxWidth();

  @Setting("Quality of the published JPEG.")
  @Allowed(Camera.JPEG_QUALITY)
  @WithDefault("85")
  int jpegQuality();

  @Setting("How long a camera may take to answer and to agree on a stream.")
  @Allowed("above 0s")
  @WithDefault("5s")
  Duration connectTimeout();

  @Setting("How long a camera may take from there to its first picture.")
  @Allowed("above 0s")
  @WithDefault("10s")
  Duration firstFrameTimeout();

  @Setting("A camera without a picture for this long is reopened.")
  @Allowed("above 0s")
  @WithDefault("10s")
  Duration readTimeout();

  @Setting("A camera without a picture for this long is shown as stalled.")
  @Allowed("above 0s")
  @WithDefault("2s")
  Duration stallAfter();

  @Setting(
      "A picture that is older when its turn comes, because decoding cannot keep up, is dropped.")
  @Allowed("above 0s")
  @WithDefault("2s")
  Duration maxAge();

  @Setting("Waiting time after the first failure; it doubles with each further one.")
  @Allowed("above 0s")
  @WithDefault("500ms")
  Duration backoffFirst();

  @Setting("Longest waiting time between two attempts.")
  @Allowed("above 0s")
  @WithDefault("30s")
  Duration backoffCap();

  @Setting("Bytes of frames that wait for Kafka, of all cameras; what does not fit is dropped.")
  @Allowed(KafkaClients.LARGEST_RECORD + " or more")
  @WithDefault("33554432")
  long bufferBytes();

  @Setting("A frame that Kafka has not taken after this time is dropped.")
  @Allowed("2s to 1h")
  @WithDefault("2s")
  Duration sendTimeout();

  @Setting("What decodes a camera that does not say: none (the processor), auto, cuda or vaapi.")
  @WithDefault("none")
  DecoderChoice decoder();

  @Setting(
      "With a motion gate: longest time without a frame. Longer than detector.track.max-gap, and"
          + " whoever stands still is a new track with each.")
  @Allowed("0s or more")
  @WithDefault("1500ms")
  Duration motionKeepAlive();

  @Setting(
      "With a motion gate: so much of what came before a movement is published with it, at most"
          + " 64 frames and 32 MB.")
  @Allowed("0s to ingest.max-age")
  @WithDefault("1s")
  Duration motionPreRoll();

  @Setting("With a motion gate: for so long a scene counts as moving when nothing moves any more.")
  @Allowed("0s or more")
  @WithDefault("2s")
  Duration motionPostRoll();

  @Setting(
      "Whether files and folders are read as fast as the detectors take their frames, and none of"
          + " these is dropped, instead of in their own time.")
  @WithDefault("false")
  boolean asFastAsPossible();

  @Setting(
      "With ingest.as-fast-as-possible: when the recordings began, such as 2026-11-22T08:00:00Z; by"
          + " default as each file says itself (creation_time), or when it was last changed.")
  Optional<Instant> recordingStart();

  @Setting("Folder of files with the secrets that camera URLs refer to as ${secret:NAME}.")
  Optional<Path> secretsFolder();

  @Setting(
      "Folder below which video files and folders of pictures may be sources; without it only rtsp and rtsps are.")
  Optional<Path> filesFolder();

  @Setting(
      "Of a camera with a close-up-url: so much of that stream is kept, undecoded, until detectors"
          + " ask for a face in it.")
  @Allowed("2s to 1m")
  @WithDefault("5s")
  Duration closeUpSpan();

  @Setting("Of a camera with a close-up-url: bytes of that stream that are kept at most.")
  @Allowed("1048576 to 1073741824")
  @WithDefault("16777216")
  long closeUpBytes();

  @Setting(
      "Hosts that cameras may be on; without it any that has no link-local address. Only named ones"
          + " are asked over http and https.")
  Optional<List<String>> hosts();
}

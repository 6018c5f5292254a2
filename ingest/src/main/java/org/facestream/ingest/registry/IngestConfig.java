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

  @Setting("How long a camera may take after that to send its first picture.")
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

  @Setting("Pictures older than this are dropped, when decoding cannot keep up.")
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

  @Setting(
      "Size of the buffer for frames of all cameras that wait for Kafka; frames that "
          + "do not fit are dropped.")
  @Allowed(KafkaClients.LARGEST_RECORD + " or more")
  @WithDefault("33554432")
  long bufferBytes();

  @Setting("A frame that Kafka has not accepted within this time is dropped.")
  @Allowed("2s to 1h")
  @WithDefault("2s")
  Duration sendTimeout();

  @Setting("Default decoder of cameras: none (the CPU), auto, cuda or vaapi.")
  @WithDefault("none")
  DecoderChoice decoder();

  @Setting(
      "With a motion gate: longest time without a frame. If it is longer than "
          + "detector.track.max-gap, a person who stands still starts a new track with each "
          + "frame.")
  @Allowed("0s or more")
  @WithDefault("1500ms")
  Duration motionKeepAlive();

  @Setting(
      "With a motion gate: how much time before a movement is published with it, at "
          + "most 64 frames and 32 MB.")
  @Allowed("0s to ingest.max-age")
  @WithDefault("1s")
  Duration motionPreRoll();

  @Setting("With a motion gate: how long a scene counts as moving after the last movement.")
  @Allowed("0s or more")
  @WithDefault("2s")
  Duration motionPostRoll();

  @Setting(
      "Whether files and folders are read as fast as the detectors process their "
          + "frames, without dropping any, instead of at their own speed.")
  @WithDefault("false")
  boolean asFastAsPossible();

  @Setting(
      "With ingest.as-fast-as-possible: when the recordings began, such as "
          + "2026-11-22T08:00:00Z; by default, each file's creation_time, or when it was last "
          + "changed.")
  Optional<Instant> recordingStart();

  @Setting("Folder of files with the secrets that camera URLs refer to as ${secret:NAME}.")
  Optional<Path> secretsFolder();

  @Setting(
      "Folder for video files and folders of pictures as sources; without it, they "
          + "are refused.")
  Optional<Path> filesFolder();

  @Setting(
      "For cameras with a close-up-url: how much of that stream is kept, undecoded, "
          + "for requests of detectors.")
  @Allowed("2s to 1m")
  @WithDefault("5s")
  Duration closeUpSpan();

  @Setting(
      "For cameras with a close-up-url: maximum size of that stream that is kept, in " + "bytes.")
  @Allowed("1048576 to 1073741824")
  @WithDefault("16777216")
  long closeUpBytes();

  @Setting(
      "Allowed hosts of cameras; by default, any host without a link-local address. "
          + "Cameras over http and https must be in this list.")
  Optional<List<String>> hosts();
}

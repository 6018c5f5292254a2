package org.facestream.ingest.source;

import java.time.Duration;
import java.util.Optional;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.Look;
import org.facestream.ingest.source.picture.PictureEncoder;

/** Reads a camera for a moment, as an ingest worker would, and measures its video. */
public final class CameraTrial {
  private CameraTrial() {}

  /**
   * What a camera's video is.
   *
   * @param codec such as {@code h264}
   * @param width of its pictures, in pixels
   * @param height of its pictures, in pixels
   * @param fps pictures a second by its own clock, the first left out; 0 when there were too few
   * @param bitsPerSecond the first picture left out; 0 when there were too few
   */
  public record Video(String codec, int width, int height, double fps, long bitsPerSecond) {}

  /**
   * The measured video of a camera.
   *
   * @param connected how long it took to agree on a stream
   * @param firstPicture how long the first picture took, from the beginning
   * @param pictures received
   * @param damaged packets and pictures that were damaged
   * @param frame the first picture as it would be published
   */
  public record Result(
      Video video,
      Duration connected,
      Duration firstPicture,
      long pictures,
      long damaged,
      EncodedPicture frame) {}

  /**
   * Opens the camera and reads it beyond its first picture.
   *
   * @param time how long to read, in the time of its pictures: a file takes less
   * @throws SourceException when there are no pictures, with the reason and without secrets
   */
  public static Result run(Camera camera, IngestConfig config, SourceRules rules, Duration time)
      throws SourceException {
    return run(camera, config, rules, time, () -> {});
  }

  /**
   * The same.
   *
   * @param each is run with every picture that was decoded
   */
  public static Result run(
      Camera camera, IngestConfig config, SourceRules rules, Duration time, Runnable each)
      throws SourceException {
    VideoSource.loadLibraries();
    SourceUrl url = rules.resolve(camera);
    long begun = System.nanoTime();
    try (CallDeadline deadline = new CallDeadline();
        PictureEncoder encoder = new PictureEncoder();
        VideoSource source =
            VideoSource.open(
                url, Patience.of(config), Wish.EVERYTHING.turned(camera.turn()), deadline)) {
      final long connected = System.nanoTime() - begun;
      StreamClock clock = new StreamClock(url.live());
      Optional<EncodedPicture> frame = Optional.empty();
      long pictures = 0;
      long firstPicture = 0;
      long origin = 0;
      long bytes = 0;
      long past = 0;
      while (past < time.toNanos() && source.next()) {
        long now = clock.at(source.timestamp(), System.nanoTime(), source.passed());
        pictures++;
        each.run();
        if (pictures == 1) {
          firstPicture = System.nanoTime() - begun;
        }
        // FFmpeg returns no timestamp for the first picture of an RTSP stream, so rates are
        // computed from the others.
        if (pictures <= 2) {
          origin = now;
          bytes = source.bytes();
        }
        past = now - origin;
        if (frame.isEmpty()) {
          frame = encoder.encode(source.picture(), Look.of(camera, config));
        }
      }
      double seconds = past / 1e9;
      return new Result(
          new Video(
              source.codec(),
              source.width(),
              source.height(),
              seconds > 0 ? (pictures - 2) / seconds : 0,
              seconds > 0 ? Math.round(8 * (source.bytes() - bytes) / seconds) : 0),
          Duration.ofNanos(connected),
          Duration.ofNanos(firstPicture),
          pictures,
          source.damaged(),
          frame.orElseThrow(() -> new SourceException(Fault.DECODE_FAILED)));
    }
  }
}

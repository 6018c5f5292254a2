package org.facestream.deploy.lab.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.LiveStream;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.config.UserError;

/**
 * Any number of RTSP cameras for a measurement. Their video is drawn and encoded once, when this
 * starts; all show the same loop, each another part of it at another moment, so that afterwards
 * packets are copied and nothing else.
 */
public final class LoadCameras implements AutoCloseable {
  /** What ids of these cameras begin with, and those of no others should. */
  public static final String PREFIX = "bench-";

  /** The least that the detector's default finds, and a tenth more. */
  private static final double LEAST_FACE = 44;

  /** Spreads any number of cameras evenly over the loop. */
  private static final double GOLDEN = 0.618_033_988_75;

  private final RtspServer server;
  private final H264Loop loop;
  private final Load load;
  private final List<LiveStream> streams = new ArrayList<>();

  /**
   * What each camera shows.
   *
   * @param width pixels, 64 to 3840, even
   * @param height pixels, 64 to 2160, even
   * @param fps frames per second that the camera sends, 1 to 60
   * @param sampled frames per second that are looked at, not more than it sends
   * @param faces of people in sight at any time, as many as find room at a size that is found
   */
  public record Load(int width, int height, int fps, int sampled, int faces) {
    public Load {
      if (width < 64 || width > 3840 || height < 64 || height > 2160) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "--size %dx%d is out of range: give 64x64 to 3840x2160.",
                width,
                height));
      }
      if (width % 2 != 0 || height % 2 != 0) {
        throw new UserError(
            String.format(
                Locale.ROOT, "--size %dx%d is not even: H.264 needs even numbers.", width, height));
      }
      if (sampled < 1 || sampled > 60) {
        throw new UserError(String.format(Locale.ROOT, "--fps is %d; give 1 to 60.", sampled));
      }
      if (fps < sampled || fps > 60) {
        throw new UserError(
            String.format(
                Locale.ROOT, "--stream-fps is %d; give %d (as --fps) to 60.", fps, sampled));
      }
      int most = 0;
      while (most < 100
          && LoadScene.faceWidth(new Format(width, height, fps), most + 1) >= LEAST_FACE) {
        most++;
      }
      if (faces < 0 || faces > most) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "--faces is %d; in %dx%d give 0 to %d, because more faces would be too small to "
                    + "be found.",
                faces,
                width,
                height,
                most));
      }
    }
  }

  private LoadCameras(RtspServer server, H264Loop loop, Load load) {
    this.server = server;
    this.loop = loop;
    this.load = load;
  }

  /**
   * Draws, which takes some 15 ms of a core per frame of a loop of 24 s, and begins to serve.
   *
   * @param port to listen at on the loopback address; 0 takes a free one
   * @throws UserError when the port is taken or this FFmpeg cannot encode
   */
  public static LoadCameras start(int port, Load load) {
    RtspServer server = new RtspServer(port, Access.OPEN);
    try {
      // First, so that a port in use is reported at once.
      server.start();
      Format format = new Format(load.width(), load.height(), load.fps());
      try (LoadScene scene = new LoadScene(format, load.faces())) {
        return new LoadCameras(server, scene.encode(), load);
      }
    } catch (RuntimeException | Error failed) {
      server.close();
      throw failed;
    }
  }

  /** The first cameras, in ingest's format; those that were not there before begin. */
  public synchronized List<Camera> cameras(int count) {
    double seconds = loop.frames() / (double) loop.fps();
    while (streams.size() < count) {
      int number = streams.size();
      Duration ago = Duration.ofNanos((long) (number * GOLDEN % 1 * seconds * 1e9));
      streams.add(server.add(id(number), loop, ago));
    }
    List<Camera> cameras = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      cameras.add(
          Camera.of(id(number), server.url(id(number)))
              .withFps((double) load.sampled())
              .withMaxWidth(load.width()));
    }
    return cameras;
  }

  public Load load() {
    return load;
  }

  /** Frames of all cameras that were not sent because their reader was too slow. */
  public synchronized long unsent() {
    return streams.stream().mapToLong(LiveStream::dropped).sum();
  }

  /** Bits per second that a camera sends, without headers. */
  public long bitRate() {
    long bytes =
        loop.units().stream()
            .flatMap(unit -> unit.units().stream())
            .mapToLong(unit -> unit.length)
            .sum();
    return 8 * bytes * loop.fps() / loop.frames();
  }

  @Override
  public void close() {
    server.close();
  }

  private static String id(int number) {
    return String.format(Locale.ROOT, "%s%03d", PREFIX, number + 1);
  }
}

package org.facestream.deploy.lab.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.LiveStream;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.registry.Camera;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The demonstration's cameras: three RTSP streams of people who come and go, and the truth about
 * them. The scenes are drawn and encoded once, when it starts; then only packets are sent.
 */
public final class DemoCameras implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DemoCameras.class);

  private final RtspServer server;
  private final Map<String, Shown> shown;

  private DemoCameras(RtspServer server, Map<String, Shown> shown) {
    this.server = server;
    this.shown = shown;
  }

  /**
   * Draws the scenes, which takes some seconds of both cores, and begins to serve them.
   *
   * @param port to listen at on the loopback address; 0 takes a free one
   * @throws org.facestream.ingest.worker.config.UserError when the port is taken or this FFmpeg
   *     cannot encode
   */
  public static DemoCameras start(int port) {
    return start(port, Format.DEMO);
  }

  static DemoCameras start(int port, Format format) {
    RtspServer server = new RtspServer(port, Access.OPEN);
    try {
      // First, so that a port in use is reported at once.
      server.start();
      Map<String, Shown> shown = new LinkedHashMap<>();
      for (Encoded encoded : encode(Script.ALL, format)) {
        String camera = encoded.script().camera();
        LiveStream stream = server.add(camera, encoded.loop());
        shown.put(camera, new Shown(stream, encoded.loop(), encoded.appearances()));
      }
      return new DemoCameras(server, shown);
    } catch (RuntimeException | Error failed) {
      server.close();
      throw failed;
    }
  }

  /** The cameras as ingest takes them. */
  public List<Camera> cameras() {
    return shown.keySet().stream().map(id -> Camera.of(id, server.url(id))).toList();
  }

  /** The server, to let cameras fail and come back. */
  public RtspServer server() {
    return server;
  }

  /** Who could be seen between two moments, whole or in part, in order of appearance. */
  public List<Sighting> truth(Instant from, Instant to) {
    List<Sighting> truth = new ArrayList<>();
    shown.forEach((camera, scene) -> truth.addAll(scene.truth(camera, from, to)));
    truth.sort(Comparator.comparing(Sighting::from));
    return truth;
  }

  @Override
  public void close() {
    server.close();
  }

  private static List<Encoded> encode(List<Script> scripts, Format format) {
    long began = System.nanoTime();
    ExecutorService drawing =
        Executors.newFixedThreadPool(
            Math.min(scripts.size(), Runtime.getRuntime().availableProcessors()),
            task -> new Thread(task, "scene-drawing"));
    try {
      List<Future<Encoded>> encoding = new ArrayList<>();
      for (Script script : scripts) {
        encoding.add(drawing.submit(() -> encode(script, format)));
      }
      List<Encoded> encoded = new ArrayList<>();
      for (Future<Encoded> each : encoding) {
        encoded.add(each.get());
      }
      LOG.info(
          "drew {} scenes in {} ms",
          scripts.size(),
          Duration.ofNanos(System.nanoTime() - began).toMillis());
      return encoded;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException told) {
        throw told;
      }
      throw new IllegalStateException("the scenes could not be drawn", failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the scenes were drawn", stopped);
    } finally {
      drawing.shutdownNow();
    }
  }

  private static Encoded encode(Script script, Format format) {
    try (Scene scene = new Scene(script, format)) {
      return new Encoded(script, scene.encode(), scene.appearances());
    }
  }

  private record Encoded(Script script, H264Loop loop, List<Scene.Appearance> appearances) {}

  /** What one camera shows since it began. */
  private record Shown(LiveStream stream, H264Loop loop, List<Scene.Appearance> appearances) {
    List<Sighting> truth(String camera, Instant from, Instant to) {
      List<Sighting> truth = new ArrayList<>();
      Duration length = Duration.ofNanos(loop.frames() * 1_000_000_000L / loop.fps());
      Duration passed = Duration.between(stream.began(), from);
      long first = Math.max(0, passed.dividedBy(length));
      for (long turn = first; stream.captured(turn * loop.frames()).isBefore(to); turn++) {
        for (Scene.Appearance appearance : appearances) {
          Sighting sighting =
              new Sighting(
                  camera,
                  appearance.person(),
                  stream.captured(turn * loop.frames() + appearance.first()),
                  stream.captured(turn * loop.frames() + appearance.last()));
          if (sighting.overlaps(from, to)) {
            truth.add(sighting);
          }
        }
      }
      return truth;
    }
  }
}

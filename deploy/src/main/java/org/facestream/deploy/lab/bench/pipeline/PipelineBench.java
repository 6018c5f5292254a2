package org.facestream.deploy.lab.bench.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.deploy.process.Shutdown;
import org.facestream.detector.DetectorConfig;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.recognizer.RecognizerConfig;

/**
 * Loads a pipeline with cameras and counts what happens. It adds cameras to the registry and, at
 * its end, takes them away again.
 */
final class PipelineBench implements AutoCloseable {
  /** Cameras connect at their next key frame; a crowd of them takes longer. */
  private static final Duration CONNECTING = Duration.ofSeconds(60);

  /** What is compiled first makes the first window slower than any other. */
  private static final int FIRST_TIME = 2;

  private static final int MOST_EXTENSION = 3;
  private static final double SHARE_OF_MOST = 0.7;

  private final Pipeline pipeline;
  private final LoadCameras cameras;
  private final Load load;
  private final Consumer<String> say;
  private final CameraRegistry registry;
  private final RecordTap tap;
  private final Shutdown shutdown = Shutdown.ofProcess();
  private int registered;
  private boolean warm;

  /**
   * How it is loaded and judged.
   *
   * @param seconds of a window
   * @param warmUp seconds before it
   * @param p99 milliseconds from capture to event that 99 of 100 may take
   * @param drops share of frames that may be lost, 0 to 1
   * @param most cameras that are tried
   */
  record Load(int seconds, int warmUp, double p99, double drops, int most) {
    Load {
      if (seconds < 1 || seconds > 86_400) {
        throw new UserError(
            String.format(Locale.ROOT, "--seconds is %d; give 1 to 86400.", seconds));
      }
      if (warmUp < 0 || warmUp > 3_600) {
        throw new UserError(String.format(Locale.ROOT, "--warm-up is %d; give 0 to 3600.", warmUp));
      }
      if (!(p99 > 0 && p99 <= 60_000)) {
        throw new UserError("--p99 is %s; give milliseconds, above 0 to 60000.".formatted(p99));
      }
      if (!(drops >= 0 && drops <= 1)) {
        throw new UserError(
            "--drops is %s; give percent, 0 to 100.".formatted(String.valueOf(100 * drops)));
      }
      if (most < 1 || most > 1_000) {
        throw new UserError(String.format(Locale.ROOT, "--most is %d; give 1 to 1000.", most));
      }
    }
  }

  /**
   * @param pipeline stays its owner's, as do the cameras
   * @param say receives lines about the progress
   */
  PipelineBench(Pipeline pipeline, LoadCameras cameras, Load load, Consumer<String> say) {
    this.pipeline = pipeline;
    this.cameras = cameras;
    this.load = load;
    this.say = say;
    this.registry = new CameraRegistry(pipeline.clients());
    this.tap = new RecordTap(pipeline.clients());
  }

  /** One window with a fixed number of cameras. */
  WindowReport measure(int count) throws InterruptedException {
    return window(count, load.seconds());
  }

  /** Whether a window kept the bounds. */
  Verdict verdict(WindowReport window) {
    return Verdict.of(window, cameras.load().faces(), load.p99(), load.drops());
  }

  /** Looks for the number of cameras at which it is too much. */
  SaturationReport saturate(Consumer<SaturationReport.Step> each) throws InterruptedException {
    SaturationSearch search = new SaturationSearch(load.most());
    List<SaturationReport.Step> steps = new ArrayList<>();
    for (OptionalInt next = search.next(); next.isPresent(); next = search.next()) {
      WindowReport window = window(next.getAsInt(), load.seconds());
      Verdict verdict = verdict(window);
      SaturationReport.Step step =
          new SaturationReport.Step(window, verdict.late(), verdict.lost());
      search.tried(next.getAsInt(), step.good());
      steps.add(step);
      each.accept(step);
    }
    List<Growth.Point> points =
        steps.stream()
            .filter(SaturationReport.Step::good)
            .map(step -> new Growth.Point(step.window().cameras(), step.window().cores()))
            .toList();
    int part = (int) Math.max(1, Math.round(SHARE_OF_MOST * search.carried()));
    return new SaturationReport(
        load.p99(),
        load.drops(),
        steps,
        search.carried(),
        search.unlimited(),
        Growth.of(points),
        search.carried() == 0 ? null : window(part, 2 * load.seconds()));
  }

  private WindowReport window(int count, int seconds) throws InterruptedException {
    register(count);
    awaitLive(count);
    pause(load.warmUp() * (warm ? 1 : FIRST_TIME));
    warm = true;
    tap.take();
    Reading begin = Reading.of(pipeline, cameras.unsent());
    pause(seconds);
    int extended = seconds;
    while (cameras.load().faces() > 0
        && tap.events() < Verdict.LEAST_EVENTS
        && extended < MOST_EXTENSION * seconds) {
      pause(1);
      extended++;
    }
    Reading end = Reading.of(pipeline, cameras.unsent());
    return WindowReport.of(count, cameras.load().sampled(), seconds, begin, end, tap.take());
  }

  /** Those that are too many are switched off and kept for later. */
  private void register(int count) {
    registered = Math.max(registered, count);
    List<Camera> all = new ArrayList<>();
    for (Camera camera : cameras.cameras(registered)) {
      all.add(camera.withEnabled(all.size() < count));
    }
    registry.apply(all, false);
  }

  private void awaitLive(int count) throws InterruptedException {
    long deadline = System.nanoTime() + CONNECTING.toNanos();
    while (true) {
      double live =
          pipeline
              .scrape()
              .sum(
                  "facestream_camera_state",
                  series ->
                      series.label("state").equals("live")
                          && series.label("camera").startsWith(LoadCameras.PREFIX));
      String notReady = pipeline.notReady();
      if (notReady.isEmpty() && Math.round(live) == count) {
        return;
      }
      if (System.nanoTime() > deadline) {
        say.accept(
            String.format(
                Locale.ROOT,
                "Not all cameras are live: %d of %d are%s",
                Math.round(live),
                count,
                notReady.isEmpty() ? "" : "; " + notReady));
        return;
      }
      pauseFor(Duration.ofMillis(100));
    }
  }

  private void pause(int seconds) throws InterruptedException {
    pauseFor(Duration.ofSeconds(seconds));
  }

  private void pauseFor(Duration time) throws InterruptedException {
    if (shutdown.await(time)) {
      throw new CancellationException("a signal was received");
    }
  }

  /** What was measured on what, for a report. */
  Map<String, Object> setting() {
    LoadCameras.Load shown = cameras.load();
    Map<String, Object> setting = new LinkedHashMap<>();
    setting.put("width", shown.width());
    setting.put("height", shown.height());
    setting.put("fps", shown.sampled());
    setting.put("stream_fps", shown.fps());
    setting.put("faces", shown.faces());
    setting.put("bits_per_second", cameras.bitRate());
    setting.put("cores", Runtime.getRuntime().availableProcessors());
    if (pipeline.settings() != null) {
      setting.put("min_face", pipeline.settings().get(DetectorConfig.class).minFaceSize());
      setting.put("model", pipeline.settings().get(RecognizerConfig.class).model());
    }
    return setting;
  }

  /** The kind of camera, in words. */
  String kind() {
    LoadCameras.Load shown = cameras.load();
    return String.format(
        Locale.ROOT,
        "cameras of %dx%d at %d fps%s, %d %s in sight",
        shown.width(),
        shown.height(),
        shown.sampled(),
        shown.fps() == shown.sampled() ? "" : " of the " + shown.fps() + " that the camera sends",
        shown.faces(),
        shown.faces() == 1 ? "face" : "faces");
  }

  /** What it runs on and how faces are looked for, in words. */
  String machine() {
    String how =
        pipeline.settings() == null
            ? "workers elsewhere"
            : String.format(
                Locale.ROOT,
                "faces of %d pixels and more, %s",
                pipeline.settings().get(DetectorConfig.class).minFaceSize(),
                pipeline.settings().get(RecognizerConfig.class).model());
    return String.format(
        Locale.ROOT, "%s; %d cores", how, Runtime.getRuntime().availableProcessors());
  }

  /** What the times leave out, in words. */
  String note() {
    int fps = cameras.load().fps();
    return "The capture time of a picture is when ingest received it. FFmpeg returns an "
        + "H.264 picture when the"
        + String.format(
            Locale.ROOT,
            " next one\nbegins: add %d ms at %d fps, and the camera's own delay.",
            1000 / fps,
            fps);
  }

  /** Reports as one line of JSON, together with what was measured on what. */
  String json(Map<String, Object> reports) throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("setting", setting());
    all.putAll(reports);
    return Json.SNAKE_CASE.writeValueAsString(all);
  }

  @Override
  public void close() {
    tap.close();
    if (pipeline instanceof RunningWorkers) {
      for (Camera camera : cameras.cameras(registered)) {
        registry.remove(camera.id());
      }
    }
  }
}

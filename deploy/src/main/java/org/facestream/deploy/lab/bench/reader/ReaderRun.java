package org.facestream.deploy.lab.bench.reader;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.deploy.lab.bench.meter.TemporaryFolder;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.process.Shutdown;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.CameraTrial;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code facestream bench reader}: what an ingest worker uses to read one RTSP camera, against
 * FFmpeg's own program that reads the same camera at the same time, where one runs.
 *
 * @param shown what the camera shows
 * @param seconds of a window
 * @param rounds windows of each comparison
 * @param program FFmpeg's; null for the one that JavaCV brings, which is the libraries that we use,
 *     or, where that does not run, the machine's
 * @param data where the temporary data folder is made; null for the system's place
 */
public record ReaderRun(
    LoadCameras.Load shown,
    int seconds,
    int rounds,
    @Nullable String program,
    @Nullable Path data) {
  private static final Logger log = LoggerFactory.getLogger(ReaderRun.class);
  private static final int WARM_UP_SECONDS = 3;
  private static final Duration CONNECTING = Duration.ofSeconds(30);

  /** Checks every value. */
  public ReaderRun {
    if (seconds < 1 || seconds > 3_600) {
      throw new UserError(String.format(Locale.ROOT, "--seconds is %d; give 1 to 3600.", seconds));
    }
    if (rounds < 1 || rounds > 1_000) {
      throw new UserError(String.format(Locale.ROOT, "--rounds is %d; give 1 to 1000.", rounds));
    }
  }

  /** An ingest worker on a broker of its own. */
  private record Worker(CameraRegistry registry, Telemetry telemetry) {
    double count(String metric, String label, String value) {
      return Scrape.parse(telemetry.scrape())
          .sum(metric, series -> series.label(label).equals(value));
    }
  }

  /** Runs it, and gives the report as text or as one line of JSON. */
  public String run(Configuration configuration, boolean json, Consumer<String> say)
      throws IOException, InterruptedException {
    configuration.settings();
    Reference reference = Reference.find(program);
    if (reference.program() == null) {
      say.accept("No comparison: " + reference.reason());
    }
    try (TemporaryFolder folder = new TemporaryFolder(data);
        LogOutput.LogFile log = LogOutput.file(folder.path().resolve("logs"))) {
      say.accept("Drawing and encoding the camera's video; starting a broker ...");
      try (LoadCameras cameras = LoadCameras.start(0, shown);
          EmbeddedKafka kafka = new EmbeddedKafka(folder.path().resolve("kafka"), 0);
          Telemetry telemetry = new Telemetry()) {
        Settings settings =
            configuration.settings(
                Map.of(
                    "kafka.bootstrap-servers",
                    kafka.bootstrapServers(),
                    "kafka.replication",
                    "1",
                    "worker.id",
                    "bench-reader"));
        KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
        Worker worker = new Worker(new CameraRegistry(clients), telemetry);
        Camera camera = cameras.cameras(1).get(0);
        try (Stage ingest = StageKind.ingest.make(settings, clients, telemetry)) {
          ingest.start();
          List<String> nothing = List.of("-f", "null", "-");
          List<String> jpeg =
              List.of(
                  "-vf",
                  "fps=" + shown.sampled(),
                  "-c:v",
                  "mjpeg",
                  "-threads",
                  "1",
                  "-q:v",
                  "4",
                  "-f",
                  "image2pipe",
                  "pipe:1");
          say.accept("Decoding alone ...");
          ReaderReport.Comparison decode =
              decodeAlone(
                  camera, settings.get(IngestConfig.class), reference, nothing, folder.path());
          say.accept("Decoding, sampling, and encoding as JPEG ...");
          ReaderReport.Comparison whole = compare(worker, camera, reference, jpeg, folder.path());
          ReaderReport report =
              new ReaderReport(reference.program(), reference.reason(), decode, whole);
          return json ? Json.SNAKE_CASE.writeValueAsString(report) : report.text();
        }
      }
    }
  }

  private ReaderReport.Comparison compare(
      Worker worker, Camera camera, Reference reference, List<String> work, Path folder)
      throws InterruptedException {
    worker.registry().apply(List.of(camera), true);
    awaitLive(worker);
    return rounds(
        camera,
        reference,
        work,
        folder,
        () -> {},
        () -> worker.count("facestream_records_out_total", "camera", camera.id()));
  }

  /**
   * Every picture is decoded and none but the first encoded. A worker would skip unnecessary
   * pictures, so this measures the reader alone.
   */
  private ReaderReport.Comparison decodeAlone(
      Camera camera, IngestConfig config, Reference reference, List<String> work, Path folder)
      throws InterruptedException {
    Duration time = Duration.ofSeconds(WARM_UP_SECONDS + (long) (seconds + 1) * rounds);
    AtomicLong decoded = new AtomicLong();
    Thread reader =
        new Thread(
            () -> {
              try {
                CameraTrial.run(
                    camera, config, new SourceRules(config), time, decoded::incrementAndGet);
              } catch (SourceException failed) {
                log.warn("the camera was not read to the end: {}", failed.getMessage());
              }
            },
            "camera-" + camera.id());
    reader.setDaemon(true);
    ReaderReport.Comparison comparison =
        rounds(camera, reference, work, folder, reader::start, decoded::get);
    reader.join(time.toMillis());
    return comparison;
  }

  private ReaderReport.Comparison rounds(
      Camera camera,
      Reference reference,
      List<String> work,
      Path folder,
      Runnable begin,
      DoubleSupplier frames)
      throws InterruptedException {
    try (FfmpegProgram theirs =
        reference.program() == null
            ? null
            : new FfmpegProgram(reference, camera.url(), work, folder)) {
      if (theirs != null) {
        await(() -> theirs.frames() > 0, "FFmpeg's program read no picture of the camera.");
      }
      begin.run();
      pause(Duration.ofSeconds(Math.min(seconds, WARM_UP_SECONDS)));
      List<ReaderReport.Round> measured = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        measured.add(round(camera, theirs, frames));
      }
      return ReaderReport.Comparison.of(measured);
    }
  }

  private ReaderReport.Round round(
      Camera camera, @Nullable FfmpegProgram theirs, DoubleSupplier frames)
      throws InterruptedException {
    CpuMeter meter = new CpuMeter(OptionalLong.empty());
    String thread = "camera-" + camera.id();
    long begun = System.nanoTime();
    long ourNanos = used(meter, thread);
    long theirNanos = theirs == null ? 0 : theirs.nanos();
    long theirFrames = theirs == null ? 0 : theirs.frames();
    double ourFrames = frames.getAsDouble();
    pause(Duration.ofSeconds(seconds));
    double passed = (System.nanoTime() - begun) / 1e9;
    double ourMillis = (used(meter, thread) - ourNanos) / 1e6;
    double ours = ourMillis / passed;
    double ourRate = (frames.getAsDouble() - ourFrames) / passed;
    if (theirs == null) {
      return ReaderReport.Round.alone(ours, ourRate);
    }
    double theirMillis = (theirs.nanos() - theirNanos) / 1e6;
    if (theirMillis <= 0) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "FFmpeg's program used no measurable time in %d s: give more --seconds.",
              seconds));
    }
    double theirRate = (theirs.frames() - theirFrames) / passed;
    return new ReaderReport.Round(ours, theirMillis / passed, ourRate, theirRate);
  }

  private static long used(CpuMeter meter, String thread) {
    return meter.read().threads().values().stream()
        .filter(each -> each.name().startsWith(thread))
        .mapToLong(CpuMeter.OfThread::nanos)
        .sum();
  }

  private static void awaitLive(Worker worker) throws InterruptedException {
    await(
        () -> worker.count("facestream_camera_state", "state", "live") >= 1,
        "The simulated camera sent no picture: the machine is too busy.");
  }

  private static void await(BooleanSupplier condition, String otherwise)
      throws InterruptedException {
    long deadline = System.nanoTime() + CONNECTING.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new UserError(otherwise);
      }
      pause(Duration.ofMillis(100));
    }
  }

  private static void pause(Duration time) throws InterruptedException {
    if (Shutdown.ofProcess().await(time)) {
      throw new CancellationException("a signal was received");
    }
  }
}

package org.facestream.deploy.lab.bench.pipeline;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.embedded.LoopbackPort;
import org.facestream.deploy.lab.bench.meter.TemporaryFolder;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.UserError;

/**
 * {@code facestream bench pipeline}: how many cameras a machine carries, and what each costs.
 *
 * @param cameras a fixed number; empty to look for the most
 * @param shown what each camera shows
 * @param load how it is loaded and judged
 * @param rtspPort where the cameras listen; 0 takes a free one
 * @param data where the temporary data folder is made; null for the system's place
 * @param workers metrics of workers that run elsewhere; empty for the all-in-one
 */
public record PipelineRun(
    OptionalInt cameras,
    LoadCameras.Load shown,
    PipelineBench.Load load,
    int rtspPort,
    Path data,
    List<URI> workers) {

  /** Checks every value. */
  public PipelineRun {
    if (cameras.isPresent() && (cameras.getAsInt() < 1 || cameras.getAsInt() > 1_000)) {
      throw new UserError(
          String.format(Locale.ROOT, "--cameras is %d; give 1 to 1000.", cameras.getAsInt()));
    }
    workers = List.copyOf(workers);
    for (URI worker : workers) {
      if (worker.getHost() == null || !"http".equals(worker.getScheme())) {
        throw new UserError(
            ("--metrics needs an http address such as http://127.0.0.1:19090/metrics; '%s' "
                    + "is not one.")
                .formatted(worker));
      }
    }
  }

  /**
   * Runs it.
   *
   * @param json whether the report is one line of JSON
   * @param out takes the report
   * @param say receives lines about the progress
   * @return whether anything was carried
   */
  public boolean run(
      Configuration configuration, boolean json, Consumer<String> out, Consumer<String> say)
      throws IOException, InterruptedException {
    // An unknown key is reported before anything is drawn.
    configuration.settings();
    LoopbackPort.take(rtspPort, "--rtsp-port");
    if (!workers.isEmpty()) {
      try (RunningWorkers running = new RunningWorkers(configuration.settings(), workers)) {
        return run(running, json, out, say);
      }
    }
    try (TemporaryFolder folder = new TemporaryFolder(data);
        DataFolder taken = DataFolder.take(folder.path(), EmbeddedKafka.LEAST_FREE);
        LogOutput.LogFile log = LogOutput.file(folder.path().resolve("logs"))) {
      say.accept("Starting broker, database and stages in " + folder.path() + " ...");
      try (EmbeddedPipeline everything = new EmbeddedPipeline(configuration, taken)) {
        return run(everything, json, out, say);
      }
    }
  }

  private boolean run(Pipeline pipeline, boolean json, Consumer<String> out, Consumer<String> say)
      throws IOException, InterruptedException {
    say.accept("Drawing and encoding the cameras' video ...");
    // The pipeline ends before the cameras go: otherwise ingest would complain that they are gone.
    try (LoadCameras simulated = LoadCameras.start(rtspPort, shown);
        pipeline;
        PipelineBench bench = new PipelineBench(pipeline, simulated, load, say)) {
      return cameras.isPresent() ? fixed(bench, json, out) : search(bench, json, out, say);
    }
  }

  private boolean fixed(PipelineBench bench, boolean json, Consumer<String> out)
      throws IOException, InterruptedException {
    WindowReport window = bench.measure(cameras.getAsInt());
    if (json) {
      Map<String, Object> reports = new LinkedHashMap<>();
      reports.put("verdict", bench.verdict(window));
      reports.put("window", window);
      out.accept(bench.json(reports));
    } else {
      out.accept(
          String.format(
              Locale.ROOT,
              "%d %s; %.1f s; %s",
              window.cameras(),
              bench.kind(),
              window.seconds(),
              bench.machine()));
      out.accept(bench.verdict(window).text());
      out.accept(WindowText.of(window));
      out.accept(bench.note());
    }
    return window.framesLookedAt() > 0;
  }

  private boolean search(
      PipelineBench bench, boolean json, Consumer<String> out, Consumer<String> say)
      throws IOException, InterruptedException {
    Consumer<String> table = json ? say : out;
    table.accept("How many " + bench.kind() + "; " + bench.machine());
    table.accept(SaturationReport.head());
    SaturationReport report = bench.saturate(step -> table.accept(SaturationReport.line(step)));
    if (json) {
      out.accept(bench.json(Map.of("saturation", report)));
    } else {
      out.accept("");
      out.accept(report.verdict(bench.kind()));
      if (report.atSeventyPercent() != null) {
        out.accept("With " + report.atSeventyPercent().cameras() + " cameras:");
        out.accept(WindowText.of(report.atSeventyPercent()));
      }
      out.accept(bench.note());
    }
    return report.carried() > 0;
  }
}

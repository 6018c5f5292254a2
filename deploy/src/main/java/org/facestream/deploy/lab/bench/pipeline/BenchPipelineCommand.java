package org.facestream.deploy.lab.bench.pipeline;

import java.net.URI;
import java.util.List;
import java.util.OptionalInt;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.lab.bench.meter.BenchOutput;
import org.facestream.deploy.lab.bench.meter.VideoSize;
import org.facestream.deploy.process.Shutdown;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "pipeline",
    header = "Measure how many cameras this machine carries, and the cost of each.",
    description = {
      "",
      "Runs broker, database and all stages as `facestream run` does, with simulated cameras that",
      "speak real RTSP. Their video is drawn and encoded before the measurement. During the",
      "measurement they only send it; the report lists that cost separately. With --cameras it",
      "measures one window; without, it adds cameras until the machine cannot carry them, and reports",
      "the largest number. All figures are counted by the stages, by the system, or by a reader of",
      "committed records; times start at the capture of a picture. Run it on a machine without other",
      "load; it warns when other processes used more than a tenth of the CPU. All data are in a",
      "temporary folder that is deleted at the end. With --metrics it measures workers that are",
      "already running on this machine, with the Kafka of kafka.bootstrap-servers, and registers",
      "cameras named bench-NNN for that time."
    },
    sortOptions = false,
    footer = {
      "",
      "The exit code is 1 when the machine cannot carry one camera or, with --cameras, when no picture",
      "came through.",
      "",
      "Examples:",
      "  facestream bench pipeline",
      "  facestream bench pipeline --cameras 8 --seconds 60",
      "  facestream bench pipeline --size 1920x1080 --stream-fps 25 --faces 3 --p99 1000 --json",
      "  facestream bench pipeline --metrics http://127.0.0.1:19090/metrics --cameras 4 \\",
      "      --set kafka.bootstrap-servers=127.0.0.1:19092"
    })
public final class BenchPipelineCommand extends Subcommand {
  @Option(
      names = "--cameras",
      paramLabel = "N",
      description = "Measure with this number of cameras. Without it, find the largest number.")
  private Integer cameras;

  @Option(
      names = "--find",
      description = "Find the largest number of cameras within --p99 and --drops.")
  private boolean find;

  @Option(
      names = "--fps",
      paramLabel = "F",
      defaultValue = "5",
      description = "Frames per second of each camera that are examined. Default: ${DEFAULT-VALUE}")
  private int fps;

  @Option(
      names = "--stream-fps",
      paramLabel = "F",
      description = "Frames per second that each camera sends. Default: as --fps")
  private Integer streamFps;

  @Mixin private VideoSize size;

  @Option(
      names = "--faces",
      paramLabel = "K",
      defaultValue = "1",
      description = "People who walk past each camera at any time. Default: ${DEFAULT-VALUE}")
  private int faces;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description = {
        "Length of a window; up to three times as long until 20 events have come.",
        "Default: ${DEFAULT-VALUE}"
      })
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "8",
      description =
          "Seconds before each window; twice that before the first. Default: ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(
      names = "--p99",
      paramLabel = "MS",
      defaultValue = "500",
      description =
          "Milliseconds from capture to event that 99 of 100 may take. Default: ${DEFAULT-VALUE}")
  private double p99;

  @Option(
      names = "--drops",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "Percent of frames that may be lost. Default: ${DEFAULT-VALUE}")
  private double drops;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "256",
      description = "Largest number of cameras to try. Default: ${DEFAULT-VALUE}")
  private int most;

  @Option(
      names = "--rtsp-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of the cameras on 127.0.0.1; 0, the default, chooses a free one.")
  private int rtspPort;

  @Option(
      names = "--metrics",
      paramLabel = "URL",
      split = ",",
      description = "Measure these workers; give the address of each one's /metrics.")
  private List<URI> metrics = List.of();

  @Mixin private BenchOutput output;

  @Override
  protected int execute() throws Exception {
    if (find && cameras != null) {
      throw new UserError(
          "Give either --cameras for a fixed number, or --find for the largest number.");
    }
    PipelineRun run =
        new PipelineRun(
            cameras == null ? OptionalInt.empty() : OptionalInt.of(cameras),
            size.load(streamFps == null ? fps : streamFps, fps, faces),
            new PipelineBench.Load(seconds, warmUp, p99, drops / 100, most),
            rtspPort,
            output.data(),
            metrics);
    int code =
        Shutdown.ofProcess()
            .orderly(
                () -> {
                  boolean carried = run.run(configuration(), output.json(), this::print, this::say);
                  return carried ? 0 : Complaints.FAILURE;
                });
    return unlessInterrupted(code);
  }

  private void print(String text) {
    out().println(text);
    out().flush();
  }

  private void say(String line) {
    err().println(line);
    err().flush();
  }
}

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
    header = "Measure how many cameras this machine carries, and what each costs.",
    description = {
      "",
      "Broker, database and all stages run as with `facestream run`, under simulated cameras that",
      "really speak RTSP. What they show is drawn and encoded once, before; afterwards they only send,",
      "and what that costs is told, for they share the machine. With --cameras it measures one window;",
      "without, it adds cameras until it is too much, and says how many are carried. All figures are",
      "counted by the stages, by the system, or by a reader of committed records; times are from the",
      "capture of a picture. Run it on a quiet machine; it warns when other processes used more than a",
      "tenth of the processor. Everything is in a temporary folder and gone afterwards. With --metrics",
      "it measures workers that run already, on this machine, with the Kafka of",
      "kafka.bootstrap-servers: the cameras named bench-NNN are theirs meanwhile."
    },
    sortOptions = false,
    footer = {
      "",
      "Exit code 1 when not even one camera was carried; with --cameras, when no picture came through.",
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
      description = "Measure with so many cameras. Without it: find the most, as --find says too.")
  private Integer cameras;

  @Option(
      names = "--find",
      description = "Find the most cameras that keep the bounds of --p99 and --drops.")
  private boolean find;

  @Option(
      names = "--fps",
      paramLabel = "F",
      defaultValue = "5",
      description = "Frames a second of each camera that are looked at. Default: ${DEFAULT-VALUE}")
  private int fps;

  @Option(
      names = "--stream-fps",
      paramLabel = "F",
      description = "Frames a second that each camera sends. Default: as --fps")
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
        "Length of a window; up to three times that while fewer than 20 events came.",
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
      description = "The most cameras that are tried. Default: ${DEFAULT-VALUE}")
  private int most;

  @Option(
      names = "--rtsp-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Where the cameras listen on 127.0.0.1; 0, the default, takes a free one.")
  private int rtspPort;

  @Option(
      names = "--metrics",
      paramLabel = "URL",
      split = ",",
      description = "Measure these workers, each given by the address of its /metrics.")
  private List<URI> metrics = List.of();

  @Mixin private BenchOutput output;

  @Override
  protected int execute() throws Exception {
    if (find && cameras != null) {
      throw new UserError("Give --cameras for a fixed number, or --find to look for the most.");
    }
    PipelineRun run =
        new PipelineRun(
            cameras == null ? OptionalInt.empty() : OptionalInt.of(cameras),
            size.load(streamFps == null ? fps : streamFps, fps, faces),
            seconds,
            warmUp,
            p99,
            drops / 100,
            most,
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

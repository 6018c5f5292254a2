package org.facestream.deploy.lab.bench.reader;

import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.lab.bench.meter.BenchOutput;
import org.facestream.deploy.lab.bench.meter.VideoSize;
import org.facestream.deploy.process.Shutdown;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "reader",
    header = "Measure the cost of reading one camera, compared with FFmpeg's program.",
    description = {
      "",
      "An ingest worker and FFmpeg's program read a simulated RTSP camera at the same time: first both",
      "only decode, then both sample and encode JPEG. The worker's figure is the time of the camera's",
      "thread, which also sends pictures to Kafka; FFmpeg's figure is the time of its process. Both are",
      "measured in the same windows, without the start."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream bench reader",
      "  facestream bench reader --size 1920x1080 --ffmpeg /usr/bin/ffmpeg --json"
    })
public final class BenchReaderCommand extends Subcommand {
  @Option(
      names = "--fps",
      paramLabel = "F",
      defaultValue = "5",
      description = "Frames per second that are encoded. Default: ${DEFAULT-VALUE}")
  private int fps;

  @Option(
      names = "--stream-fps",
      paramLabel = "F",
      defaultValue = "25",
      description = "Frames per second that the camera sends. Default: ${DEFAULT-VALUE}")
  private int streamFps;

  @Mixin private VideoSize size;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "Length of a round. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds of each of the two comparisons. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--ffmpeg",
      paramLabel = "PROGRAM",
      description = {
        "FFmpeg's program. Default: the one in ingest's libraries or, if that does not run,",
        "the machine's. Without either, only the worker is measured."
      })
  private String ffmpeg;

  @Mixin private BenchOutput output;

  @Override
  protected int execute() throws Exception {
    ReaderRun run =
        new ReaderRun(size.load(streamFps, fps, 1), seconds, rounds, ffmpeg, output.data());
    int code =
        Shutdown.ofProcess()
            .orderly(
                () -> {
                  String report =
                      run.run(
                          configuration(),
                          output.json(),
                          line -> {
                            err().println(line);
                            err().flush();
                          });
                  out().println(report.stripTrailing());
                  return 0;
                });
    return unlessInterrupted(code);
  }
}

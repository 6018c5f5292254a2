package org.facestream.deploy.lab.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.picture.CascadeOptions;
import org.facestream.deploy.lab.bench.alert.BenchAlertCommand;
import org.facestream.deploy.lab.bench.detector.DetectorBench;
import org.facestream.deploy.lab.bench.evidence.BenchEvidenceCommand;
import org.facestream.deploy.lab.bench.gallery.GalleryBench;
import org.facestream.deploy.lab.bench.meter.TemporaryFolder;
import org.facestream.deploy.lab.bench.pipeline.BenchPipelineCommand;
import org.facestream.deploy.lab.bench.reader.BenchReaderCommand;
import org.facestream.deploy.lab.bench.search.BenchSearchCommand;
import org.facestream.detector.DetectorConfig;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
    name = "bench",
    header = "Measure how fast this machine is.",
    footer = {
      "",
      "Examples:",
      "  facestream bench detector --faces 5 --threads 2",
      "  facestream bench detector --frames clip.mp4 --size 1280x720 --json",
      "  facestream bench gallery --references 1000,100000",
      "  facestream bench pipeline --cameras 4",
      "  facestream bench search --faces 1000000",
      "  facestream bench alert --events 2000 --rate 50",
      "  facestream bench evidence --rate 100 --seconds 60"
    },
    subcommands = {
      BenchCommand.Detector.class,
      BenchCommand.Gallery.class,
      BenchPipelineCommand.class,
      BenchReaderCommand.class,
      BenchSearchCommand.class,
      BenchAlertCommand.class,
      BenchEvidenceCommand.class
    })
public final class BenchCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(),
        "Choose what to measure: detector, gallery, pipeline, reader, search or alert.");
  }

  @Command(
      name = "detector",
      header = "Measure face detection: frames per second, and where the time goes.",
      description = {
        "",
        "Uses the pictures of a folder or a video, or draws scenes with a number of faces. The time",
        "for decoding JPEGs is reported separately. Run it on a machine without other load, and stop",
        "other facestream processes."
      },
      sortOptions = false)
  static final class Detector extends Subcommand {
    private static final Pattern SIZE = Pattern.compile("(\\d{2,5})x(\\d{2,5})");

    @Option(
        names = "--frames",
        paramLabel = "DIR|VIDEO",
        description = "Use the pictures of a folder or a video. Default: drawn scenes")
    private Path frames;

    @Option(
        names = "--faces",
        paramLabel = "N",
        defaultValue = "5",
        description = "Faces in each drawn scene. Default: ${DEFAULT-VALUE}")
    private int faces;

    @Option(
        names = "--size",
        paramLabel = "WxH",
        description = {
          "Size of the pictures. Default: 1280x720 for drawn scenes; others stay as",
          "they are."
        })
    private String size;

    @Option(
        names = "--count",
        paramLabel = "N",
        defaultValue = "24",
        description = "Largest number of pictures. Default: ${DEFAULT-VALUE}")
    private int count;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "7",
        description = "Rounds over all pictures. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
        names = "--batch",
        paramLabel = "N",
        defaultValue = "4",
        description = "Pictures in a batch. Default: ${DEFAULT-VALUE}")
    private int batch;

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads on the CPU. Default: as many as the machine has")
    private Integer threads;

    @Mixin private CascadeOptions cascade;

    @Option(
        names = "--save",
        paramLabel = "DIR",
        description =
            "Write the pictures and their true faces to this folder, for other detectors.")
    private Path save;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    protected int execute() throws IOException {
      DetectorConfig config = configuration().settings().get(DetectorConfig.class);
      String wanted = size == null && frames == null ? "1280x720" : size;
      int width = 0;
      int height = 0;
      if (wanted != null) {
        Matcher parts = SIZE.matcher(wanted);
        if (!parts.matches()) {
          throw new UserError("--size is WIDTHxHEIGHT in pixels, such as 1280x720.");
        }
        width = Integer.parseInt(parts.group(1));
        height = Integer.parseInt(parts.group(2));
      }
      DetectorBench.Outcome outcome =
          new DetectorBench(
                  new DetectorBench.Pictures(frames, faces, width, height, count),
                  rounds,
                  batch,
                  threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                  cascade.device(config),
                  cascade.mtcnn(config),
                  save)
              .run();
      out().print(json ? outcome.json() + System.lineSeparator() : outcome.text());
      return 0;
    }
  }

  @Command(
      name = "gallery",
      header = "Measure how fast galleries are read and matched.",
      description = {
        "",
        "Writes generated references to an embedded broker, reads them with a replica like that of a",
        "recognizer, and matches faces. Reports the time until the replica is ready, the memory per",
        "reference, the time until a new reference is matched, and milliseconds per face. A million",
        "references of 512 values need FACESTREAM_JAVA_OPTIONS=-Xmx3g."
      },
      sortOptions = false)
  static final class Gallery extends Subcommand {
    @Option(
        names = "--references",
        paramLabel = "N,N",
        split = ",",
        defaultValue = "1000,10000,100000",
        description = "Sizes of galleries. Default: ${DEFAULT-VALUE}")
    private List<Integer> references;

    @Option(
        names = "--length",
        paramLabel = "N",
        defaultValue = "128",
        description = "Values of a descriptor. Default: ${DEFAULT-VALUE}")
    private int length;

    @Option(
        names = "--per-person",
        paramLabel = "N",
        defaultValue = "3",
        description = "References of each person. Default: ${DEFAULT-VALUE}")
    private int perPerson;

    @Option(
        names = "--batch",
        paramLabel = "N,N",
        split = ",",
        defaultValue = "1,16",
        description = "Faces that are matched together. Default: ${DEFAULT-VALUE}")
    private List<Integer> batches;

    @Option(
        names = "--thumbnail",
        paramLabel = "BYTES",
        defaultValue = "6000",
        description = {
          "Size of each reference's picture, which a replica reads but does not keep. Default:",
          "${DEFAULT-VALUE}, as in an enrolment"
        })
    private int thumbnail;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    protected int execute() throws Exception {
      try (TemporaryFolder folder = new TemporaryFolder(null)) {
        GalleryBench bench =
            new GalleryBench(references, length, perPerson, batches, thumbnail, folder.path());
        if (!json) {
          out().println(bench.head());
          out().flush();
        }
        List<GalleryBench.Result> results =
            bench.run(
                result -> {
                  if (!json) {
                    out().println(bench.line(result));
                    out().flush();
                  }
                });
        if (json) {
          out().println(bench.json(results));
        }
        return results.stream().allMatch(GalleryBench.Result::exact) ? 0 : Complaints.FAILURE;
      }
    }
  }
}

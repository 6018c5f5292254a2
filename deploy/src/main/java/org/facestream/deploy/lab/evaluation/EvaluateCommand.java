package org.facestream.deploy.lab.evaluation;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerOptions;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.sink.api.picture.FaceDescriber;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate",
    header = "Measure how well people are distinguished, on your own pictures.",
    description = {
      "",
      "Reads a folder of pictures for each person, and either pairs in the format of Labeled Faces",
      "in the Wild or pairs that it chooses itself. Prints accuracy, error rates and a threshold for",
      "the false match rate that you want. With --identify it also enrols half of the people and",
      "searches for all of them, by single pictures and by tracks: the others must stay unknown.",
      "With --visitors it links the tracks of all of them as unknown people, as",
      "recognizer.visitors does. Needs neither Kafka nor a database."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream evaluate --images people/ --identify",
      "  facestream evaluate --images lfw/ --pairs pairs.txt --plots plots/"
    })
public final class EvaluateCommand extends Subcommand {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "Pictures, in one folder for each person.")
  private Path images;

  @Option(
      names = "--pairs",
      paramLabel = "FILE",
      description = "Pairs in LFW's format. Default: pairs made from the folders")
  private @Nullable Path pairs;

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Number of folds of the pairs made. Default: ${DEFAULT-VALUE}")
  private int folds;

  @Option(
      names = "--most-pairs",
      paramLabel = "N",
      defaultValue = "300",
      description = "Largest number of pairs of one kind in a fold. Default: ${DEFAULT-VALUE}")
  private int mostPairs;

  @Option(names = "--visitors", description = "Also measure how unknown people are linked.")
  private boolean visitors;

  @Option(names = "--identify", description = "Also measure open-set identification.")
  private boolean identify;

  @Option(
      names = "--references",
      paramLabel = "N",
      defaultValue = "3",
      description = "Pictures of each enrolled person. Default: ${DEFAULT-VALUE}")
  private int references;

  @Option(
      names = "--track-faces",
      paramLabel = "N",
      defaultValue = "4",
      description = "Pictures in a track, for --identify and --visitors. Default: ${DEFAULT-VALUE}")
  private int trackFaces;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of all random choices. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description = "The descriptor network. Default: recognizer.model")
  private @Nullable String model;

  @Option(
      names = "--threshold",
      paramLabel = "DISTANCE",
      description =
          "The threshold that is judged. Default: the model's own, or " + "recognizer.threshold")
  private @Nullable Float threshold;

  @Option(
      names = "--false-match-rate",
      paramLabel = "SHARE",
      defaultValue = "0.001",
      description =
          "False match rate for the suggested threshold, 0 to 1. Default: " + "${DEFAULT-VALUE}")
  private double falseMatchRate;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Draw roc.png and distances.png in this folder.")
  private @Nullable Path plots;

  @Option(
      names = "--distances",
      paramLabel = "FILE",
      description = "Write the distance of every pair and search to a CSV file.")
  private @Nullable Path distances;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() throws IOException {
    if (folds < 1 || mostPairs < 1 || references < 1 || trackFaces < 1) {
      throw new UserError(
          "--folds, --most-pairs, --references and --track-faces must be 1 or more.");
    }
    if (!(falseMatchRate >= 0 && falseMatchRate <= 1)) {
      throw new UserError("--false-match-rate must be 0 to 1, such as 0.001.");
    }
    if (threshold != null && !(threshold > 0 && Float.isFinite(threshold))) {
      throw new UserError("--threshold must be a distance above 0, such as 1.05.");
    }
    Settings settings = configuration().settings();
    RecognizerConfig config = settings.get(RecognizerConfig.class);
    RecognizerOptions recognizer = RecognizerOptions.of(config);
    // Before an hour of work rather than after it.
    if (plots != null) {
      Files.createDirectories(plots);
    }
    if (distances != null) {
      Files.writeString(distances, "");
    }
    boolean terminal = Boolean.getBoolean("facestream.terminal");
    PeopleFolder folder = pairs == null || identify || visitors ? PeopleFolder.list(images) : null;
    List<FacePair> compared =
        pairs == null
            ? Objects.requireNonNull(folder, "listed where no pairs are given")
                .pairs(folds, mostPairs, seed)
            : FacePair.readLfw(pairs);
    try (FaceDescriber describer = new FaceDescriber(settings, model)) {
      int[] looked = {0};
      DescribedPictures pictures =
          new DescribedPictures(
              images,
              describer::seen,
              describer.descriptors(),
              name -> {
                looked[0]++;
                if (terminal && looked[0] % 10 == 0) {
                  err().print("\r" + looked[0] + " pictures");
                  err().flush();
                }
              });
      Verification verification = verification(pictures, compared);
      Identification identification = null;
      TrackIdentification tracks = null;
      if (identify) {
        OpenSet people =
            OpenSet.draw(
                pictures, Objects.requireNonNull(folder, "listed to identify"), references, seed);
        identification =
            Identification.evaluate(pictures, people, recognizer.reduction().nearest());
        tracks =
            TrackIdentification.evaluate(
                pictures,
                people,
                recognizer.rules(),
                recognizer.reduction().nearest(),
                trackFaces,
                seed);
      }
      VisitorTracks linked = null;
      if (visitors) {
        linked =
            VisitorTracks.deal(
                pictures,
                Objects.requireNonNull(folder, "listed to link"),
                new VisitorTracks.Rules(
                    recognizer.rules(),
                    RecognizerOptions.visitorRules(config, describer.descriptors().model())),
                trackFaces,
                seed);
      }
      if (terminal) {
        err().print("\r\033[K");
        err().flush();
      }
      DescriptorModel used = describer.descriptors().model();
      float verifying = threshold == null ? used.verification() : threshold;
      float identifying =
          threshold == null ? config.threshold().orElse(used.threshold()) : threshold;
      EvaluationReport report =
          new EvaluationReport(
              used.name(),
              verifying,
              identifying,
              falseMatchRate,
              verification,
              identification,
              tracks,
              linked,
              pictures.slowestFirst(),
              pictures.unusable());
      if (plots != null) {
        report.draw(plots);
      }
      if (distances != null) {
        try (Writer csv = Files.newBufferedWriter(distances)) {
          new Distances(verification, identification).write(csv);
        }
      }
      out().print(json ? report.json() + System.lineSeparator() : report.text());
      return 0;
    }
  }

  private static Verification verification(DescribedPictures pictures, List<FacePair> compared) {
    if (compared.stream().map(FacePair::same).distinct().count() < 2) {
      throw new UserError(
          "There are too few pictures: pairs of one person and pairs of two people are "
              + "needed.");
    }
    return PairsEvaluation.evaluate(pictures, compared);
  }
}

package org.facestream.deploy.command.picture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.command.Subcommand;
import org.facestream.detector.face.Landmarks;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.sink.api.picture.FaceDescriber;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compare",
    header =
        "Print the distance of the faces in two pictures, and whether they show one " + "person.",
    description = {
      "",
      "Each picture must show one face. The verdict uses the model's threshold for two pictures,",
      "which is larger than the recognizer's threshold for a gallery; it is a hint for a human,",
      "never a proof. Needs neither Kafka nor a database."
    },
    sortOptions = false,
    footer = {"", "Example:", "  facestream compare ada-1.jpg ada-2.jpg"})
public final class CompareCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "PICTURE", description = PictureFile.KINDS)
  private Path first;

  @Parameters(index = "1", paramLabel = "PICTURE", description = "Another.")
  private Path second;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description = "The descriptor network. Default: recognizer.model")
  private String model;

  @Option(
      names = "--threshold",
      paramLabel = "DISTANCE",
      description = "Default: the model's own for two pictures")
  private Float threshold;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  private record Result(String model, float distance, float threshold, boolean same) {}

  @Override
  protected int execute() throws IOException {
    var settings = configuration().settings();
    try (FaceDescriber describer = new FaceDescriber(settings, model)) {
      DescriptorModel used = describer.descriptors().model();
      float limit = threshold == null ? used.verification() : threshold;
      float distance =
          used.metric().distance(descriptor(describer, first), descriptor(describer, second));
      boolean same = distance < limit;
      if (json) {
        out().println(Json.text(new Result(used.name(), distance, limit, same)));
      } else {
        out()
            .printf(
                Locale.ROOT,
                "distance %.3f (%s, threshold %.3f): %s%n",
                distance,
                used.name(),
                limit,
                same ? "probably one person" : "probably two people");
      }
      return 0;
    }
  }

  private static float[] descriptor(FaceDescriber describer, Path path) {
    try (Picture picture = PictureFile.read(path)) {
      List<Landmarks> faces = describer.landmarks(picture);
      if (faces.size() != 1) {
        throw new UserError(
            "%s shows %s: give a picture with one face."
                .formatted(path, faces.isEmpty() ? "no face" : faces.size() + " faces"));
      }
      return describer.descriptors().describe(picture, faces.get(0));
    }
  }
}

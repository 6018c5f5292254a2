package org.facestream.deploy.command.picture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.facestream.deploy.command.Subcommand;
import org.facestream.detector.face.Box;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.picture.FaceDescriber;
import org.facestream.sink.api.picture.FullSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    header = "Print the descriptors of the faces in pictures as JSON.",
    description = {
      "",
      "Prints one line per picture: the model, and its faces, best first, each with score,",
      "box and descriptor. Descriptors are personal data: anyone who has them can recognise",
      "the person. Needs neither Kafka nor a database."
    },
    sortOptions = false,
    footer = {"", "Example:", "  facestream describe ada.jpg"})
public final class DescribeCommand extends Subcommand {
  @Parameters(arity = "1..*", paramLabel = "PICTURE", description = PictureFile.KINDS)
  private List<Path> pictures;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description = "The descriptor network. Default: recognizer.model")
  private String model;

  /** One line of the output. */
  private record Line(String picture, String model, List<Face> faces) {}

  private record Face(float score, Box box, float[] descriptor) {}

  @Override
  protected int execute() throws IOException {
    try (FaceDescriber describer = new FaceDescriber(configuration().settings(), model)) {
      return PictureBatch.each(
          pictures,
          out(),
          err(),
          (path, picture) -> {
            List<Face> faces = new ArrayList<>();
            for (Detection found : describer.faces(picture)) {
              faces.add(
                  new Face(
                      found.score(),
                      FullSize.of(found, picture).box(),
                      describer.descriptors().describe(picture, found.landmarks())));
            }
            out()
                .println(
                    Json.text(
                        new Line(path.toString(), describer.descriptors().model().name(), faces)));
            out().flush();
          });
    }
  }
}

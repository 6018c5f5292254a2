package org.facestream.deploy.command.picture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.facestream.deploy.command.Subcommand;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.picture.FullSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "detect",
    header = "Find the faces in pictures and print them as JSON.",
    description = {
      "",
      "Prints one line per picture: its size and its faces, best first, each with score, box (left,",
      "top, right, bottom; below 0 or beyond the size if the edge cuts off a face) and five",
      "landmarks, in pixels of the upright picture. Needs neither Kafka nor a database. A picture",
      "that cannot be read is reported, and the others are processed."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream detect group.jpg",
      "  facestream detect *.jpg --draw drawn/",
      "  facestream detect far.png --min-face 20 --thresholds 0.6,0.7,0.8"
    })
public final class DetectCommand extends Subcommand {
  @Parameters(arity = "1..*", paramLabel = "PICTURE", description = PictureFile.KINDS)
  private List<Path> pictures;

  @Option(
      names = "--draw",
      paramLabel = "DIR|FILE",
      description = {
        "Draw boxes, landmarks and scores: into FILE (.jpg or .png) for one",
        "picture, into NAME.faces.jpg in DIR for several."
      })
  private Path draw;

  @Mixin private CascadeOptions cascade;

  /** One line of the output. */
  private record Result(String picture, int width, int height, List<Found> faces) {}

  private record Found(float score, Box box, Landmarks landmarks) {}

  @Override
  protected int execute() throws IOException {
    DetectorConfig config = configuration().settings().get(DetectorConfig.class);
    MtcnnOptions options = cascade.mtcnn(config);
    Device device = cascade.device(config);
    int threads = config.threads().orElse(Runtime.getRuntime().availableProcessors());
    DrawTarget target = draw == null ? null : DrawTarget.of(draw, pictures.size());
    try (Mtcnn mtcnn = new Mtcnn(device, threads)) {
      return PictureBatch.each(
          pictures,
          out(),
          err(),
          (path, picture) -> {
            List<Detection> faces = mtcnn.detect(List.of(picture), options).get(0);
            out()
                .println(
                    Json.text(
                        new Result(
                            path.toString(),
                            picture.fullWidth(),
                            picture.fullHeight(),
                            faces.stream()
                                .map(face -> FullSize.of(face, picture))
                                .map(face -> new Found(face.score(), face.box(), face.landmarks()))
                                .toList())));
            out().flush();
            if (target != null) {
              Drawing.faces(picture, faces);
              target.write(picture, path);
            }
          });
    }
  }
}

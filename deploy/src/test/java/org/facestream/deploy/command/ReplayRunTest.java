package org.facestream.deploy.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.facestream.deploy.simulation.DemoPeople;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run over pictures of a person that ends by itself. */
class ReplayRunTest {
  @TempDir Path folder;

  @Test
  @Timeout(300)
  void endsWhenEverythingHasComeOut() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("lobby"));
    byte[] portrait = DemoPeople.portrait(DemoPeople.all().get(0));
    for (int i = 0; i < 12; i++) {
      Files.write(pictures.resolve("%02d.jpg".formatted(i)), portrait);
    }
    CommandLineRun run =
        CommandLineRun.of(
            "run",
            "--camera",
            "lobby=" + pictures,
            "--as-fast-as-possible",
            "--data",
            folder.resolve("data").toString(),
            "--ephemeral-ports",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(
        run.err()
            .contains(
                "All is read and stored: 1 file or folder, 12 frames, 1 track, of 0 people who are"
                    + " enrolled."),
        run.err());
    List<String> types = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      types.add(new ObjectMapper().readTree(line).get("type").asText());
    }
    assertEquals("started", types.get(0), run.out());
    assertEquals("ended", types.get(types.size() - 1), run.out());
  }
}

package org.facestream.deploy.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A command whose output does not arrive says so and ends with 1. */
@EnabledOnOs(OS.LINUX)
class LostOutputTest {
  private static final String LOST = "facestream: The output cannot be written: ";

  @TempDir static Path folder;
  private static StartScript script;

  @BeforeAll
  static void install() throws Exception {
    script = StartScript.in(folder);
    Files.write(folder.resolve("ada.jpg"), DemoPeople.portrait(DemoPeople.enrolled().get(0)));
  }

  @Test
  void onAFullDisk() throws Exception {
    for (String command : new String[] {"--help", "config", "detect ada.jpg ada.jpg"}) {
      StartScript.Ended ended =
          script.shell(Map.of(), "exec ./facestream " + command + " >/dev/full");
      assertEquals(LOST + "No space left on device.", ended.err().strip(), command);
      assertEquals(1, ended.exitCode(), command);
    }
  }

  @Test
  void whereItsReaderHasEnded() throws Exception {
    StartScript.Ended ended =
        script.shell(Map.of(), "{ sleep 1; ./facestream config; echo $? >code; } | :; cat code");
    assertEquals(LOST + "Broken pipe.", ended.err().strip());
    assertEquals("1", ended.out().strip());
  }

  @Test
  void inAFile() throws Exception {
    // What is written there ends as on a disk that is full.
    Path full = Files.createSymbolicLink(folder.resolve("full.png"), Path.of("/dev/full"));
    StartScript.Ended ended = script.run(Map.of(), "detect", "ada.jpg", "--draw", "full.png");
    Files.delete(full);
    assertEquals(
        "facestream: Cannot write full.png: No space left on device.", ended.err().strip());
    assertEquals(1, ended.exitCode());
  }

  /** As `facestream demo | head -1`, which would otherwise show nothing for ever. */
  @Test
  @Tag("long")
  void aSessionEndsWithItsReader() throws Exception {
    StartScript.Ended ended =
        script.shell(
            Map.of(),
            "{ ./facestream demo --data demo --ephemeral-ports; echo $? >code; } | :; cat code");
    assertTrue(ended.err().contains("Events cannot be printed (Broken pipe)"), ended.err());
    assertEquals("1", ended.out().strip(), ended.err());
  }
}

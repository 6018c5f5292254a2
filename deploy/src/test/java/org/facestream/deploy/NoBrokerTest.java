package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that talk to Kafka, where nothing answers. */
@Timeout(60)
@Tag("bare")
class NoBrokerTest {
  @TempDir Path folder;
  private String address;

  @BeforeEach
  void nobodyListens() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    Files.write(folder.resolve("ada.jpg"), DemoPeople.portrait(DemoPeople.all().get(0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "camera list",
        "camera test door",
        "people forget Ada",
        "enroll --person Ada DIR/ada.jpg"
      })
  void oneLineSaysWhatToDo(String line) {
    CommandLineRun run = run(line, "1");
    assertEquals(2, run.exitCode(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("Kafka at " + address + " has not answered for 1 s"), run.err());
    assertTrue(run.err().contains("facestream run"), run.err());
    assertTrue(run.err().contains("--set kafka.bootstrap-servers="), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertEquals("", run.out());
  }

  @Test
  void whoWaitsIsToldForWhat() {
    CommandLineRun run = run("people list", "3");
    assertEquals(2, run.exitCode(), run.err());
    assertEquals(
        "Waiting for Kafka at %s, 3 s at most ...".formatted(address),
        run.err().lines().findFirst().orElse(""));
    assertEquals(2, run.err().lines().count(), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "3601", "soon"})
  void aWaitThatIsNone(String wait) {
    CommandLineRun run = run("camera list", wait);
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("--wait"), run.err());
  }

  private CommandLineRun run(String line, String wait) {
    List<String> arguments =
        new ArrayList<>(List.of(line.replace("DIR", folder.toString()).split(" ")));
    arguments.addAll(List.of("--wait", wait, "--set", "kafka.bootstrap-servers=" + address));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }
}

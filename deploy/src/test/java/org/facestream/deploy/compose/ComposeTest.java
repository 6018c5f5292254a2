package org.facestream.deploy.compose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.worker.config.Key;
import org.junit.jupiter.api.Test;

/** The files for containers against the code: what they name must exist. */
class ComposeTest {
  private static String read(String file) throws IOException {
    return Files.readString(Path.of(file));
  }

  private static Set<String> all(String pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  @Test
  void everyEnvironmentVariableIsASetting() throws IOException {
    Set<String> known =
        Key.of(Configuration.MAPPINGS).values().stream()
            .map(Key::variable)
            .collect(Collectors.toSet());
    for (String file : List.of("compose.yaml", "compose.gpu.yaml", "Dockerfile")) {
      Set<String> used = all("\\b(FACESTREAM_[A-Z0-9_]+)", read(file));
      assertFalse(used.isEmpty(), file);
      used.removeAll(known);
      assertEquals(Set.of(), used, "unknown settings in " + file);
    }
  }

  @Test
  void everyVariableIsInTheExampleWithItsDefault() throws IOException {
    String compose = read("compose.yaml") + read("compose.gpu.yaml");
    Set<String> used = all("[^$]\\$\\{([A-Z_]+:-[^}]+)}", compose);
    assertTrue(used.size() > 10, used.toString());
    Set<String> shown = new HashSet<>();
    for (String line : all("(?m)^#([A-Z_]+=.*)$", read(".env.example"))) {
      shown.add(line.replaceFirst("=", ":-"));
    }
    assertEquals(new TreeSet<>(used), new TreeSet<>(shown));
  }

  @Test
  void everyStageIsAServiceAndIsScraped() throws IOException {
    Set<String> stages = StageKind.PIPELINE.stream().map(Enum::name).collect(Collectors.toSet());
    Set<String> commands = all("(?m)^    command: \\[(\\w+)]$", read("compose.yaml"));
    assertEquals(stages, commands);
    Set<String> services = all("(?m)^  (\\w+):$", read("compose.yaml"));
    assertTrue(services.containsAll(stages), services.toString());
    String scraped = all("names: \\[([^]]*)]", read("prometheus/prometheus.yml")).iterator().next();
    assertEquals(stages, Set.of(scraped.split(", ")));
  }

  @Test
  void sinkAndCommandsShareTheSearchIndex() throws IOException {
    String compose = read("compose.yaml");
    Set<String> folders = all("FACESTREAM_SINK_SEARCH_FOLDER: (?:&index )?(\\S+)", compose);
    assertEquals(Set.of("/var/lib/search", "*index"), folders);
    assertEquals(2, compose.split("- search:/var/lib/search\n", -1).length - 1);
    // A volume that is new gets its owner from the image.
    assertTrue(
        read("Dockerfile")
            .contains(" -o 10001 -g 10001 -m 700 /var/lib/facestream /var/lib/search"));
  }

  @Test
  void portsAreOpenToThisMachineOnly() throws IOException {
    Set<String> ports = all("(?m)^      - \"([^\"]*:\\d+)\"$", read("compose.yaml"));
    assertEquals(4, ports.size(), ports.toString());
    for (String port : ports) {
      assertTrue(port.startsWith("127.0.0.1:"), port);
    }
  }

  @Test
  void theDashboardReadsOnlyItsOwnDataSource() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(read("grafana/dashboards/facestream.json"));
    String source =
        all("uid: (\\w+)", read("grafana/provisioning/datasources/prometheus.yaml"))
            .iterator()
            .next();
    for (JsonNode used : dashboard.findValues("datasource")) {
      assertEquals(source, used.path("uid").asText());
    }
    Set<Integer> ids = new HashSet<>();
    dashboard.get("panels").forEach(panel -> ids.add(panel.get("id").asInt()));
    assertEquals(dashboard.get("panels").size(), ids.size(), "panels share an id");
  }
}

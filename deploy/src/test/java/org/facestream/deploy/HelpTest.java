package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.Key;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Help that can be read, and a reference that is complete. */
@Tag("bare")
class HelpTest {
  static Stream<List<String>> commands() {
    List<List<String>> commands = new ArrayList<>();
    collect(FacestreamCommand.commandLine(), List.of(), commands);
    return commands.stream();
  }

  private static void collect(CommandLine line, List<String> path, List<List<String>> commands) {
    commands.add(path);
    line.getSubcommands()
        .forEach(
            (name, sub) -> {
              List<String> longer = new ArrayList<>(path);
              longer.add(name);
              collect(sub, longer, commands);
            });
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandSaysWhatItDoes(List<String> command) {
    List<String> arguments = new ArrayList<>(command);
    arguments.add("--help");
    CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    String first = run.out().lines().findFirst().orElse("");
    assertTrue(first.matches("[A-Z].*\\."), "begins with a sentence: " + first);
    assertTrue(run.out().contains("Usage: facestream"), run.out());
    run.out().lines().forEach(line -> assertTrue(line.length() <= 100, "too long: " + line));
    if (command.size() == 1) {
      assertTrue(run.out().contains("Example"), "an example in " + command);
    }
  }

  @Test
  void everyKeyIsListedWithWhatItMeans() {
    CommandLineRun run = CommandLineRun.of("config", "--markdown");
    assertEquals(0, run.exitCode(), run.err());
    for (Key key : Key.of(Configuration.MAPPINGS).values()) {
      assertTrue(run.out().contains("| `" + key.name() + "` |"), key.name());
      assertTrue(key.meaning().endsWith("."), "a sentence: " + key);
      assertFalse(key.meaning().isBlank());
    }
    String plain = CommandLineRun.of("config").out();
    assertTrue(plain.contains("FACESTREAM_KAFKA_BOOTSTRAP_SERVERS"), plain);
  }

  @Test
  void secretsAreMasked() {
    CommandLineRun run =
        CommandLineRun.of("config", "--effective", "--set", "store.password=hunter2");
    assertTrue(run.out().contains("store.password=****"), run.out());
    assertFalse(run.out().contains("hunter2"));
  }

  @Test
  void saysItsVersion() {
    CommandLineRun run = CommandLineRun.of("--version");
    assertEquals(0, run.exitCode());
    assertTrue(run.out().matches("(?s)facestream \\d+\\.\\d+.*"), run.out());
    assertFalse(run.out().contains("${"));
  }
}

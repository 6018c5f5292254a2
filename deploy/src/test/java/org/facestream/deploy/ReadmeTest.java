package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.facestream.deploy.command.config.ConfigCommand;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.Key;
import org.facestream.recognizer.identity.EventSchema;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * What README and the pages of deploy/docs state is what the code does, and their links lead on.
 */
class ReadmeTest {
  @Test
  void theFrontPageIsShortAndNamesEveryOther() throws IOException {
    Page readme = Page.of("README.md");
    int bytes = readme.text().getBytes(StandardCharsets.UTF_8).length;
    assertTrue(bytes <= 8192, () -> bytes + " bytes in README.md: move text to deploy/docs");
    for (Page page : Page.forUsers()) {
      assertTrue(
          page.equals(readme) || readme.links().contains(page.name()),
          () -> "README.md has no link to " + page.name());
    }
  }

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Page page : Page.forUsers()) {
      for (String link : page.links()) {
        links++;
        Optional.ofNullable(page.broken(link)).ifPresent(broken::add);
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(links > 30, "only " + links + " links were found");
  }

  @Test
  void aLinkThatLeadsNowhereIsFound() throws IOException {
    Page page = Page.of("deploy/docs/operations.md");
    assertNull(page.broken("#settings-of-topics"));
    assertNull(page.broken("people.md#privacy"));
    assertNull(page.broken("https://example.org/none"));
    assertNotNull(page.broken("#settings"));
    assertNotNull(page.broken("people.md#none"));
    assertNotNull(page.broken("none.md"));
    assertNotNull(page.broken("../../../outside"));
  }

  @Test
  void everyCommandInACodeBlockCanBeGiven() throws IOException {
    List<String> refused = new ArrayList<>();
    int parsed = 0;
    for (Page page : Page.forUsers()) {
      for (String block : page.blocks("sh")) {
        for (List<String> command : ShellWords.commands(block)) {
          missing(command).forEach(file -> refused.add(page.name() + ": no file " + file));
          Optional<List<String>> arguments = arguments(command);
          if (arguments.isPresent()) {
            parsed++;
            try {
              FacestreamCommand.commandLine()
                  .parseArgs(arguments.orElseThrow().toArray(String[]::new));
            } catch (CommandLine.ParameterException complaint) {
              refused.add(page.name() + ": " + command + ": " + complaint.getMessage());
            }
          }
        }
      }
    }
    assertEquals(List.of(), refused);
    assertTrue(parsed > 30, "only " + parsed + " commands were found");
  }

  /** What follows {@code facestream}, called by itself or as a service of compose. */
  private static Optional<List<String>> arguments(List<String> command) {
    int first = 0;
    while (first < command.size() && command.get(first).matches("[A-Z_]+=.*")) {
      first++;
    }
    List<String> words = command.subList(first, command.size());
    int name = words.isEmpty() || !words.get(0).equals("docker") ? 0 : words.indexOf("facestream");
    return name >= 0 && name < words.size() && words.get(name).matches("(deploy/)?facestream")
        ? Optional.of(words.subList(name + 1, words.size()))
        : Optional.empty();
  }

  /** Files of the repository that a command names and that are not there. */
  private static List<String> missing(List<String> command) {
    return command.stream()
        .filter(word -> word.startsWith("deploy/") && !word.startsWith("deploy/target/"))
        .filter(word -> !Files.exists(Page.ROOT.resolve(word)))
        .toList();
  }

  @Test
  void theConfigurationReferenceIsComplete() throws IOException {
    assertEquals(
        ConfigCommand.markdown(),
        Page.of("deploy/docs/configuration.md")
            .between("<!-- configuration -->\n", "<!-- /configuration -->"),
        "put the output of `facestream config --markdown` between the page's markers");
  }

  @Test
  void everySettingAndMetricThatAPageNamesExists() throws IOException {
    Set<String> keys = Key.of(Configuration.MAPPINGS).keySet();
    String groups =
        keys.stream()
            .map(key -> key.substring(0, key.indexOf('.')))
            .distinct()
            .collect(Collectors.joining("|"));
    Pattern setting = Pattern.compile("`((?:" + groups + ")\\.[a-z0-9.-]+)(?:=[^`]*)?`");
    Pattern metric = Pattern.compile("\\bfacestream_[a-z_]+");
    String metrics = metrics();
    List<String> unknown = new ArrayList<>();
    for (Page page : Page.forUsers()) {
      setting
          .matcher(page.text())
          .results()
          .map(named -> named.group(1))
          .filter(named -> !keys.contains(named))
          .forEach(named -> unknown.add(page.name() + ": " + named));
      metric
          .matcher(page.text())
          .results()
          .map(MatchResult::group)
          .filter(named -> !metrics.contains("`" + named + "`"))
          .forEach(named -> unknown.add(page.name() + ": " + named));
    }
    assertEquals(List.of(), unknown);
  }

  @Test
  void everyMetricOfOursIsDescribedAndNoOther() throws IOException {
    Set<String> inCode = new TreeSet<>();
    Pattern builder =
        Pattern.compile("(?:builder|counter|gauge|timer)\\(\\s*\"(facestream\\.[a-z.]+)\"");
    for (String module : new String[] {"ingest", "detector", "recognizer", "sink", "deploy"}) {
      try (Stream<Path> sources = Files.walk(Page.ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
          Matcher name = builder.matcher(Files.readString(source));
          while (name.find()) {
            inCode.add(name.group(1).replace('.', '_'));
          }
        }
      }
    }
    Set<String> described = new TreeSet<>();
    Matcher name =
        Pattern.compile("`(facestream_[a-z_]+?)(?:_total|_seconds)?`").matcher(metrics());
    while (name.find()) {
      described.add(name.group(1));
    }
    assertTrue(inCode.size() > 15, inCode::toString);
    assertEquals(inCode, described);
  }

  @Test
  void theExampleOfAnEventIsOne() throws IOException {
    String example = Page.of("deploy/docs/events.md").blocks("json").get(0);
    EventSchema.check(example.getBytes(StandardCharsets.UTF_8));
    JsonNode event = new ObjectMapper().readTree(example);
    assertEquals(
        event.get("eventId").asText(),
        event.get("track").asText() + "." + event.get("revision").asInt());
  }

  @Test
  void everyFieldOfAnEventIsDescribedAndNoOther() throws IOException {
    Set<String> described = new TreeSet<>();
    String table =
        Page.of("deploy/docs/events.md").between("| field | meaning |\n|---|---|\n", "\n\n");
    for (String row : table.split("\n")) {
      Matcher name = Pattern.compile("`([A-Za-z]+)`").matcher(row.split("\\|")[1]);
      while (name.find()) {
        described.add(name.group(1));
      }
    }
    Set<String> fields = new TreeSet<>();
    for (RecordComponent field : IdentityEvent.class.getRecordComponents()) {
      fields.add(field.getName());
    }
    assertEquals(fields, described);
  }

  /** The table of metrics. */
  private static String metrics() throws IOException {
    return Page.of("deploy/docs/operations.md").between("<!-- metrics -->\n", "<!-- /metrics -->");
  }
}

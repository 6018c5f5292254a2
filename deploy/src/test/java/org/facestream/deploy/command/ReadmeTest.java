package org.facestream.deploy.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.facestream.deploy.contract.EventSchema;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.Test;

/** What README says of configuration, metrics and events is what the code does. */
class ReadmeTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @Test
  void theConfigurationReferenceIsComplete() throws IOException {
    assertEquals(
        ConfigCommand.markdown(),
        between("<!-- configuration -->\n", "<!-- /configuration -->"),
        "put the output of `facestream config --markdown` between README's markers");
  }

  @Test
  void everyMetricOfOursIsDescribedAndNoOther() throws IOException {
    Set<String> inCode = new TreeSet<>();
    Pattern builder =
        Pattern.compile("(?:builder|counter|gauge|timer)\\(\\s*\"(facestream\\.[a-z.]+)\"");
    for (String module : new String[] {"ingest", "detector", "recognizer", "sink", "deploy"}) {
      try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
          Matcher name = builder.matcher(Files.readString(source));
          while (name.find()) {
            inCode.add(name.group(1).replace('.', '_'));
          }
        }
      }
    }
    Set<String> inReadme = new TreeSet<>();
    Matcher name =
        Pattern.compile("`(facestream_[a-z_]+?)(?:_total|_seconds)?`")
            .matcher(between("<!-- metrics -->\n", "<!-- /metrics -->"));
    while (name.find()) {
      inReadme.add(name.group(1));
    }
    assertTrue(inCode.size() > 15, inCode::toString);
    assertEquals(inCode, inReadme);
  }

  @Test
  void theExampleOfAnEventIsOne() throws IOException {
    String example = between("```json\n", "```");
    EventSchema.check(example.getBytes(StandardCharsets.UTF_8));
    JsonNode event = new ObjectMapper().readTree(example);
    assertEquals(
        event.get("eventId").asText(),
        event.get("track").asText() + "." + event.get("revision").asInt());
  }

  @Test
  void everyFieldOfAnEventIsDescribedAndNoOther() throws IOException {
    Set<String> described = new TreeSet<>();
    String table = between("| field | meaning |\n|---|---|\n", "\n\n");
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

  private static String between(String begin, String end) throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    int from = readme.indexOf(begin) + begin.length();
    assertTrue(from >= begin.length(), begin);
    return readme.substring(from, readme.indexOf(end, from));
  }
}

package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page {@code deploy/DESIGN.md} draws the house as it is, and every room in it is small. */
class HouseTest {
  private static final String BASE = "org.facestream.";
  private static final int MOST_FILES = 25;
  private static final int MOST_LINES = 300;
  private static final int MOST_PARAMETERS = 8;

  /** A room, its content, and the rooms of its module that it may use. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z.]+)` \\| [^|]+ \\|([^|]*)\\|$", Pattern.MULTILINE);

  private static JavaClasses ours;
  private static Map<String, List<Path>> sources;
  private static Map<String, List<String>> page;

  @BeforeAll
  static void read() throws IOException {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // The fixtures of the modules before this one; a whole build has them as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.facestream");
    Path root = Path.of("..").toAbsolutePath().normalize();
    sources = new TreeMap<>();
    for (String module : ArchitectureTest.CHAIN) {
      Path java = root.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(java)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          String name =
              java.relativize(file.getParent()).toString().replace('/', '.').replace('\\', '.');
          sources.computeIfAbsent(name.substring(BASE.length()), n -> new ArrayList<>()).add(file);
        }
      }
    }
    page = new TreeMap<>();
    Matcher rows = ROW.matcher(Files.readString(root.resolve("deploy/DESIGN.md")));
    while (rows.find()) {
      page.put(rows.group(1), List.of(rows.group(2).strip().split(",\\s*")));
    }
  }

  @Test
  void thePageHasEveryPackageAndNoOther() {
    assertEquals(
        String.join("\n", sources.keySet()),
        String.join("\n", page.keySet()),
        "deploy/DESIGN.md lists other packages than there are: correct its tables");
  }

  @Test
  void roomsUseOnlyTheNeighboursThatThePageNames() {
    Set<String> others = new TreeSet<>();
    for (JavaClass type : ours) {
      String room = room(type);
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith(BASE))
          .filter(target -> !room(target).equals(room) && module(target).equals(module(type)))
          .filter(target -> !mayUse(room, target))
          .map(target -> room + " uses " + room(target) + ": " + type.getName())
          .forEach(others::add);
    }
    assertNone(others, "move what both need into a lower room, or let deploy/DESIGN.md allow it");
  }

  @Test
  void noRoomIsCrowded() {
    Set<String> crowded = new TreeSet<>();
    sources.forEach(
        (room, files) -> {
          long classes = files.stream().filter(file -> !file.endsWith("package-info.java")).count();
          if (classes > MOST_FILES) {
            crowded.add(room + ": " + classes + " files");
          }
        });
    assertNone(crowded, "split the package by what changes together");
  }

  @Test
  void noFileIsLong() throws IOException {
    Set<String> tooLong = new TreeSet<>();
    for (List<Path> files : sources.values()) {
      for (Path file : files) {
        try (Stream<String> lines = Files.lines(file)) {
          long count = lines.count();
          if (count > MOST_LINES) {
            tooLong.add(file.getFileName() + ": " + count + " lines");
          }
        }
      }
    }
    assertNone(tooLong, "divide the class by its jobs");
  }

  @Test
  void everyPackageSaysWhatItIsForAndWhatMayBeNull() throws IOException {
    Set<String> without = new TreeSet<>();
    for (Map.Entry<String, List<Path>> room : sources.entrySet()) {
      Path info = room.getValue().get(0).resolveSibling("package-info.java");
      String text = Files.exists(info) ? Files.readString(info) : "";
      if (!text.contains("/**") || !text.contains("@NullMarked")) {
        without.add(room.getKey());
      }
    }
    assertNone(without, "add a package-info.java with a sentence and @NullMarked");
  }

  @Test
  void whatIsMadeOfManyValuesHasAReason() {
    Set<String> wide = new TreeSet<>();
    Set<String> unused = new TreeSet<>(WideTypes.REASONS.keySet());
    for (JavaClass type : ours) {
      if (isGenerated(type)) {
        continue;
      }
      int most =
          type.getConstructors().stream()
              .mapToInt(made -> made.getRawParameterTypes().size())
              .max()
              .orElse(0);
      String name = type.getName().substring(BASE.length());
      if (most > MOST_PARAMETERS && !unused.remove(name)) {
        wide.add(name + ": " + most + " values");
      }
    }
    assertNone(unused, "these are not wide any more: take them out of WideTypes");
    assertNone(wide, "nest what belongs together in a record, or state the reason in WideTypes");
  }

  private static boolean isGenerated(JavaClass type) {
    String file = type.getSource().flatMap(Source::getFileName).orElse("");
    return sources.get(room(type)).stream()
        .noneMatch(each -> each.getFileName().toString().equals(file));
  }

  private static void assertNone(Set<String> found, String remedy) {
    assertTrue(found.isEmpty(), () -> remedy + ":\n" + String.join("\n", found));
  }

  /** A name ends in {@code .*} where it stands for the rooms below it too. */
  private static boolean mayUse(String room, JavaClass target) {
    String inModule =
        room(target).substring(Math.min(room(target).length(), module(target).length() + 1));
    return page.getOrDefault(room, List.of()).stream()
        .anyMatch(
            named ->
                named.equals("*")
                    || named.equals(inModule)
                    || (named.endsWith(".*")
                        && (inModule + ".").startsWith(named.substring(0, named.length() - 1))));
  }

  private static String room(JavaClass type) {
    return type.getPackageName().substring(BASE.length());
  }

  private static String module(JavaClass type) {
    return Arrays.asList(room(type).split("\\.")).get(0);
  }
}

package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of documentation in Markdown.
 *
 * @param path where it lies, absolute
 * @param text all of it
 */
record Page(Path path, String text) {
  /** The root of the repository. */
  static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");

  /** The page at a path below the root. */
  static Page of(String path) throws IOException {
    return read(ROOT.resolve(path));
  }

  /** The pages for users: README and all of {@code deploy/docs}. */
  static List<Page> forUsers() throws IOException {
    List<Page> pages = new ArrayList<>(List.of(of("README.md")));
    try (Stream<Path> files = Files.list(ROOT.resolve("deploy/docs"))) {
      for (Path file : files.filter(Page::isMarkdown).sorted().toList()) {
        pages.add(read(file));
      }
    }
    return pages;
  }

  private static Page read(Path path) throws IOException {
    return new Page(path, Files.readString(path));
  }

  private static boolean isMarkdown(Path path) {
    return path.toString().endsWith(".md");
  }

  String name() {
    return ROOT.relativize(path).toString();
  }

  /** The text from one string to the next occurrence of the other; both must be there. */
  String between(String begin, String end) {
    int from = text.indexOf(begin);
    assertTrue(from >= 0, () -> name() + " lacks: " + begin);
    int to = text.indexOf(end, from + begin.length());
    assertTrue(to >= 0, () -> name() + " lacks: " + end);
    return text.substring(from + begin.length(), to);
  }

  /** The code blocks of a language. */
  List<String> blocks(String language) {
    return FENCE
        .matcher(text)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  /** The targets of all links, those in code excepted. */
  List<String> links() {
    String prose = INLINE_CODE.matcher(withoutBlocks()).replaceAll("");
    return LINK.matcher(prose).results().map(link -> link.group(1)).toList();
  }

  /**
   * Why a link leads nowhere, or null: a relative one needs its file, and its anchor needs a
   * heading there.
   */
  String broken(String link) throws IOException {
    if (link.matches("[a-z]+:.*")) {
      return null;
    }
    String[] parts = link.split("#", 2);
    Path file = parts[0].isEmpty() ? path : path.resolveSibling(parts[0]).normalize();
    if (!file.startsWith(ROOT) || !Files.exists(file)) {
      return name() + ": no file for " + link;
    }
    if (parts.length == 2 && !(isMarkdown(file) && read(file).anchors().contains(parts[1]))) {
      return name() + ": no heading for " + link;
    }
    return null;
  }

  /** The anchors of its headings, as GitHub makes them. */
  private Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> before = new HashMap<>();
    Matcher heading = HEADING.matcher(withoutBlocks());
    while (heading.find()) {
      String anchor =
          heading
              .group(1)
              .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
              .strip()
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{M}\\p{N}_ -]", "")
              .replace(' ', '-');
      int same = before.merge(anchor, 1, Integer::sum);
      anchors.add(same == 1 ? anchor : anchor + "-" + (same - 1));
    }
    return anchors;
  }

  private String withoutBlocks() {
    return FENCE.matcher(text).replaceAll("");
  }
}

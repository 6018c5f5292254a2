package org.facestream.deploy.natives;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * glibc's dynamic linker, the one that loaded this process. Asked to trace a library, it resolves
 * what the library needs as it would to load it, and runs nothing of it. {@code ldd} is a script
 * around the same question, and need not be there.
 */
public final class DynamicLinker {
  private static final Pattern MAPPED = Pattern.compile("(/\\S*/ld-[^/\\s]*\\.so[^/\\s]*)$");
  private static final Pattern NEED = Pattern.compile("\\s*(\\S+) => (not found|/.*?)( \\(0x.*)?");

  private final Path program;

  private DynamicLinker(Path program) {
    this.program = program;
  }

  /** That of this process; empty on systems that have another kind, such as macOS or Windows. */
  public static Optional<DynamicLinker> ofThisProcess() {
    try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
      return mapped
          .map(MAPPED::matcher)
          .filter(Matcher::find)
          .map(found -> Path.of(found.group(1)))
          .filter(linker -> !linker.getFileName().toString().contains("musl"))
          .filter(Files::isExecutable)
          .findFirst()
          .map(DynamicLinker::new);
    } catch (IOException noSuchSystem) {
      return Optional.empty();
    }
  }

  /**
   * What a library or a program needs, and what that needs in turn.
   *
   * @param folders where else to look, as when libraries of other folders are loaded before it
   * @return by name, such as {@code libz.so.1}, the file that serves, or empty where none does
   * @throws IOException when the linker cannot read the file
   */
  public Map<String, Optional<Path>> needs(Path file, Collection<Path> folders) throws IOException {
    List<String> path = new ArrayList<>(folders.stream().map(Path::toString).toList());
    String further = System.getenv("LD_LIBRARY_PATH");
    if (further != null) {
      path.add(further);
    }
    List<String> command = new ArrayList<>(List.of(program.toString()));
    if (!path.isEmpty()) {
      command.addAll(List.of("--library-path", String.join(File.pathSeparator, path)));
    }
    command.add(file.toString());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    // As ldd asks: unlike --list, it continues after a missing library.
    builder.environment().put("LD_TRACE_LOADED_OBJECTS", "1");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(file + ": " + output.strip());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
    Map<String, Optional<Path>> needs = new TreeMap<>();
    output
        .lines()
        .map(NEED::matcher)
        .filter(Matcher::matches)
        .forEach(
            need ->
                needs.put(
                    need.group(1),
                    need.group(2).equals("not found")
                        ? Optional.empty()
                        : Optional.of(Path.of(need.group(2)))));
    return needs;
  }

  /** The names of those {@link #needs} that nothing on this machine serves. */
  public List<String> missing(Path file, Collection<Path> folders) throws IOException {
    return needs(file, folders).entrySet().stream()
        .filter(need -> need.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }
}

package org.facestream.deploy.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * The start script beside a folder of jars, as the build leaves both, with the classes under test.
 *
 * @param folder holds the script and {@code lib}
 */
record StartScript(Path folder) {
  /** What a command printed. */
  record Ended(int exitCode, String out, String err) {}

  static StartScript in(Path folder) throws IOException {
    Path lib = Files.createDirectories(folder.resolve("lib"));
    StringBuilder classes = new StringBuilder();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      if (Files.exists(Path.of(entry))) {
        classes.append(Path.of(entry).toUri().toASCIIString()).append(' ');
      }
    }
    // One jar that names all the others, and the folders of classes, stands for them.
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classes.toString());
    new JarOutputStream(Files.newOutputStream(lib.resolve("all.jar")), manifest).close();
    Files.copy(repository().resolve("deploy/facestream"), folder.resolve("facestream"));
    return new StartScript(folder);
  }

  /** The folder that holds {@code deploy/facestream}, from a module's folder or its parent. */
  static Path repository() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("deploy/facestream")) ? here : here.getParent();
  }

  /**
   * Runs a command in the folder, with an environment of these variables, the search path, the home
   * and the JDK under test.
   *
   * @param environment replaces what is there; an empty value unsets
   */
  Ended run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("./facestream"));
    command.addAll(List.of(arguments));
    return run(environment, command);
  }

  /** Runs a line of the shell in the folder. */
  Ended shell(Map<String, String> environment, String line) throws Exception {
    return run(environment, List.of("sh", "-c", line));
  }

  private Ended run(Map<String, String> environment, List<String> command) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    environment.forEach(
        (name, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " did not end");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return new Ended(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    Files.delete(file);
    return text;
  }
}

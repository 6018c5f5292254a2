package org.facestream.deploy.lab.bench.reader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.facestream.deploy.natives.DebianPackages;
import org.facestream.deploy.natives.DynamicLinker;
import org.facestream.deploy.natives.NativeFiles;
import org.jspecify.annotations.Nullable;

/**
 * FFmpeg's program that is compared with. The one that comes with the libraries needs others, of
 * sound and windows, that a server lacks; then it is the machine's own, if it has one.
 *
 * @param program a path or a name; null where there is none that runs
 * @param reason why there is none, and what to do; null where there is one
 */
record Reference(@Nullable String program, @Nullable String reason) {
  private static final String ON_THE_PATH = "ffmpeg";

  /**
   * Finds one.
   *
   * @param given by the user; null for none
   */
  static Reference find(@Nullable String given) {
    if (given != null) {
      return new Reference(given, null);
    }
    String reason;
    try {
      Path bundled = NativeFiles.ffmpegProgram();
      Reference own = new Reference(bundled.toString(), null);
      if (own.runs()) {
        return own;
      }
      Optional<DynamicLinker> linker = DynamicLinker.ofThisProcess();
      List<String> missing =
          linker.isPresent()
              ? linker.get().missing(bundled, List.of(bundled.getParent()))
              : List.of();
      reason =
          missing.isEmpty()
              ? "does not run here: install FFmpeg"
              : "needs %s: %s"
                  .formatted(String.join(", ", missing), DebianPackages.advice(missing));
    } catch (IOException failed) {
      reason = "cannot be unpacked (%s): install FFmpeg".formatted(failed.getMessage());
    }
    Reference installed = new Reference(ON_THE_PATH, null);
    return installed.runs()
        ? installed
        : new Reference(
            null,
            "FFmpeg's program in its libraries " + reason + ", or give a program with --ffmpeg.");
  }

  /**
   * A process of it, not started. The bundled libraries find some of the others in their folder
   * only with a search path.
   */
  ProcessBuilder process(List<String> options) {
    String name = Objects.requireNonNull(program, "there is one to run");
    List<String> command = new ArrayList<>(List.of(name));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    Path folder = Path.of(name).getParent();
    if (folder != null && Files.exists(folder.resolve("libva-drm.so.2"))) {
      builder.environment().put("LD_LIBRARY_PATH", folder.toString());
    }
    return builder;
  }

  private boolean runs() {
    try {
      Process process =
          process(List.of("-version"))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(10, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException noSuchProgram) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

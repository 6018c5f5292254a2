package org.facestream.deploy.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.facestream.deploy.natives.DebianPackages;
import org.facestream.deploy.natives.DynamicLinker;
import org.facestream.deploy.natives.NativeFiles;

/** Whether this machine has what the native libraries need, before any of them is loaded. */
public final class NeedsCheck implements Check {
  /** The libraries to look at. */
  interface Files {
    List<Path> all() throws IOException;
  }

  private final Files files;

  public NeedsCheck() {
    this(NativeFiles::all);
  }

  NeedsCheck(Files files) {
    this.files = files;
  }

  @Override
  public String subject() {
    return "libraries that native libraries need";
  }

  @Override
  public Result run() {
    Optional<DynamicLinker> linker = DynamicLinker.ofThisProcess();
    if (linker.isEmpty()) {
      return new Note("cannot be looked up on this system; the checks that load them show it");
    }
    try {
      List<Path> all = files.all();
      List<Path> folders = NativeFiles.folders(all);
      List<String> ours = all.stream().map(file -> file.getFileName().toString()).toList();
      Map<String, String> missing = new LinkedHashMap<>();
      for (Path file : all) {
        for (String need : linker.get().missing(file, folders)) {
          // ONNX Runtime's file is called without the number that its name within ends with.
          if (ours.stream().noneMatch(name -> need.startsWith(name))) {
            missing.putIfAbsent(need, file.getFileName().toString());
          }
        }
      }
      return missing.isEmpty()
          ? new Good(String.format(Locale.ROOT, "%d libraries, nothing is missing", all.size()))
          : new Bad(
              missing.entrySet().stream()
                      .map(need -> "%s needs %s".formatted(need.getValue(), need.getKey()))
                      .collect(Collectors.joining(", "))
                  + ", missing here: "
                  + DebianPackages.advice(missing.keySet()));
    } catch (IOException failed) {
      return new Bad("cannot be looked up (%s)".formatted(failed.getMessage()));
    }
  }
}

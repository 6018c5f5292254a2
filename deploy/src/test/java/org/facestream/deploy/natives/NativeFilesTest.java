package org.facestream.deploy.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.facestream.deploy.doctor.Check;
import org.facestream.deploy.doctor.ModelCheck;
import org.facestream.deploy.doctor.NativeChecks;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is loaded is known, and a server with nothing but Java has what it needs. */
@Tag("bare")
class NativeFilesTest {
  /** What every Debian and Ubuntu has, for its package manager needs them. */
  private static final Set<String> EVERYWHERE =
      Set.of(
          "libc.so.6",
          "libm.so.6",
          "libdl.so.2",
          "librt.so.1",
          "libpthread.so.0",
          "libgcc_s.so.1",
          "libstdc++.so.6");

  @Test
  void everyLibraryNeedsOnlyWhatAServerHas() throws IOException {
    DynamicLinker linker = linker();
    List<Path> files = NativeFiles.all().stream().filter(file -> !ofJava(file)).toList();
    assertTrue(files.size() >= 25, files.toString());
    Set<String> ours =
        files.stream().map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    Map<String, String> strange = new TreeMap<>();
    for (Path file : files) {
      for (String need : linker.needs(file, NativeFiles.folders(files)).keySet()) {
        if (!EVERYWHERE.contains(need) && ours.stream().noneMatch(need::startsWith)) {
          strange.put(need, file.getFileName().toString());
        }
      }
    }
    assertEquals(Map.of(), strange, "a bare server lacks these");
  }

  @Test
  void whatIsLoadedIsLookedAt() throws IOException {
    for (Check check : NativeChecks.all()) {
      assertTrue(check.run() instanceof Check.Good, check.subject());
    }
    assertTrue(new ModelCheck().run() instanceof Check.Good);
    linker();
    Set<String> known =
        NativeFiles.all().stream()
            .map(file -> file.getFileName().toString())
            .collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>();
    try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
      mapped
          .filter(line -> line.contains("/.javacpp/"))
          .map(line -> Path.of(line.substring(line.indexOf('/'))).getFileName().toString())
          .filter(name -> !known.contains(name))
          .forEach(unknown::add);
    }
    assertEquals(Set.of(), unknown, "doctor does not look at these");
  }

  @Test
  void theProgramThatBenchReaderComparesWithIsNotLoaded() throws IOException {
    Path program = NativeFiles.ffmpegProgram();
    assertTrue(Files.isExecutable(program));
    assertTrue(linker().needs(program, List.of()).containsKey("libpulse.so.0"), "still so");
    try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
      assertTrue(mapped.noneMatch(line -> line.contains("avdevice")));
    }
  }

  @Test
  void packagesAreCalledAsDebianCallsThem() {
    Map<String, String> packages =
        Map.of(
            "libpulse.so.0", "libpulse0",
            "libxcb-shm.so.0", "libxcb-shm0",
            "libgcc_s.so.1", "libgcc-s1",
            "libstdc++.so.6", "libstdc++6",
            "liblcms2.so.2", "liblcms2-2",
            "libz.so.1", "zlib1g",
            "libicuuc.so.72", "libicuuc72",
            "nonsense", "nonsense");
    packages.forEach((library, name) -> assertEquals(name, DebianPackages.of(library)));
    assertEquals(
        "on Debian or Ubuntu, apt-get install libpulse0 libxcb1",
        DebianPackages.advice(List.of("libxcb.so.1", "libpulse.so.0", "libpulse.so.0")));
  }

  private static DynamicLinker linker() {
    Optional<DynamicLinker> linker = DynamicLinker.ofThisProcess();
    assumeTrue(linker.isPresent(), "glibc's linker is not there");
    return linker.get();
  }

  private static boolean ofJava(Path file) {
    return file.startsWith(System.getProperty("java.home"));
  }
}

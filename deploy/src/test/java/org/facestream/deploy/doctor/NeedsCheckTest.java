package org.facestream.deploy.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.facestream.deploy.natives.DynamicLinker;
import org.facestream.deploy.natives.NativeFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor finds what a library needs and the machine lacks. */
@Tag("bare")
class NeedsCheckTest {
  @TempDir Path folder;

  @Test
  void nothingIsMissingHere() {
    Check.Result result = new NeedsCheck().run();
    assertTrue(!(result instanceof Check.Bad), result.text());
  }

  @Test
  void whatIsMissingIsNamedWithItsPackage() throws Exception {
    assumeTrue(DynamicLinker.ofThisProcess().isPresent());
    Path library =
        NativeFiles.all().stream()
            .filter(file -> file.getFileName().toString().startsWith("libswscale.so"))
            .findFirst()
            .orElseThrow();
    // A real library, which now needs one that no machine has.
    String bytes = Files.readString(library, StandardCharsets.ISO_8859_1);
    assertTrue(bytes.contains("\0libavutil.so.60\0"));
    Path other = folder.resolve("libother.so");
    Files.writeString(
        other,
        bytes.replace("\0libavutil.so.60\0", "\0libabsent.so.60\0"),
        StandardCharsets.ISO_8859_1);
    Check.Result result = new NeedsCheck(() -> List.of(other)).run();
    assertTrue(result instanceof Check.Bad, result.text());
    assertEquals(
        "libother.so needs libabsent.so.60, missing here: on Debian or Ubuntu, apt-get install"
            + " libabsent60",
        result.text());
  }

  @Test
  void theDatabaseOfTheAllInOneStarts() {
    Check.Result result = new EmbeddedDatabaseCheck().run();
    assertTrue(result instanceof Check.Good, result.text());
  }
}

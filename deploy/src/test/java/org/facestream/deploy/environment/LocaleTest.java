package org.facestream.deploy.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.facestream.deploy.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The user's language changes nothing: no letter, no digit, no decimal sign, no calendar. */
class LocaleTest {
  /** Turkish maps i to İ and writes a decimal comma; the rest is what Arabic and Thai bring. */
  private static final List<String> LANGUAGE =
      List.of("-Duser.language=tr", "-Duser.country=TR", "-Duser.extensions=u-ca-buddhist-nu-arab");

  @TempDir Path folder;

  /** Without the script, which sets the language too. */
  @Test
  void theAllInOneStartsInAnyLanguage() throws Exception {
    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                LANGUAGE.get(0),
                LANGUAGE.get(1),
                LANGUAGE.get(2),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                "--data",
                folder.resolve("data").toString(),
                "--ephemeral-ports",
                "--seconds",
                "1")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertTrue(process.waitFor(180, TimeUnit.SECONDS), () -> "did not end");
    } finally {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(said);
    assertEquals(0, process.exitValue(), text);
    assertTrue(text.contains("jdbc:postgresql://127.0.0.1:"), text);
    assertTrue(text.chars().noneMatch(sign -> Character.isDigit(sign) && sign > '9'), text);
  }
}

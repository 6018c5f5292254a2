package org.facestream.deploy.doctor;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.facestream.recognizer.gallery.audit.AuditFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTrailCheckTest {
  @TempDir Path folder;

  @Test
  void aLineThatIsMissingIsTold() throws Exception {
    Path trail = folder.resolve("audit.log");
    Check check = new AuditTrailCheck(trail);
    assertInstanceOf(Check.Note.class, check.run());
    AuditFile file = new AuditFile(trail);
    file.append("one");
    file.append("two");
    file.append("three");
    Check.Result whole = check.run();
    assertInstanceOf(Check.Good.class, whole);
    assertTrue(whole.text().contains("3 lines"), whole.text());

    List<String> lines = Files.readAllLines(trail);
    Files.write(trail, List.of(lines.get(0), lines.get(2)));
    Check.Result removed = check.run();
    assertInstanceOf(Check.Bad.class, removed);
    assertTrue(removed.text().contains("between it and line 2 were removed"), removed.text());
  }
}

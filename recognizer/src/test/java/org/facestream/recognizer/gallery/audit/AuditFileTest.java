package org.facestream.recognizer.gallery.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AuditFileTest {
  private static final int AT_ONCE = 4;

  @TempDir Path folder;
  private Path trail;
  private AuditFile file;

  @BeforeEach
  void begin() {
    trail = folder.resolve("logs").resolve("audit.log");
    file = new AuditFile(trail);
  }

  /** A process of its own that adds lines. */
  public static final class Process {
    private Process() {}

    public static void main(String[] arguments) {
      AuditFile file = new AuditFile(Path.of(arguments[0]));
      for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
        file.append("line " + i + " of " + arguments[1]);
      }
    }
  }

  private void three() {
    file.append("one");
    file.append("two");
    file.append("three");
  }

  private List<String> lines() throws Exception {
    return Files.readAllLines(trail);
  }

  private Optional<String> problem() throws Exception {
    return AuditCheck.of(trail).problem();
  }

  private void put(List<String> lines) throws Exception {
    Files.write(trail, lines);
  }

  @Test
  void eachLineHasTheHashOfTheOneBefore() throws Exception {
    three();
    List<String> lines = lines();
    // Of nothing.
    assertEquals(
        "one previous=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        lines.get(0));
    byte[] first = lines.get(0).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertEquals("two previous=" + AuditCheck.sha256(first, first.length), lines.get(1));
    AuditCheck check = AuditCheck.of(trail);
    assertEquals(Optional.empty(), check.problem());
    assertEquals(3, check.lines());
    assertEquals(Files.readString(AuditFile.head(trail)).strip(), check.last());
    String earlier = check.last();
    file.append("four\nfive");
    assertEquals(4, lines().size());
    assertEquals(Optional.empty(), AuditCheck.of(trail, earlier).problem());
    assertTrue(AuditCheck.of(trail, "0".repeat(64)).problem().isPresent());
  }

  @Test
  void aLineThatIsRemovedOrChangedIsSeenWhereverItWas() throws Exception {
    three();
    List<String> whole = lines();
    for (int line = 0; line < 3; line++) {
      List<String> without = new ArrayList<>(whole);
      without.remove(line);
      put(without);
      assertTrue(problem().isPresent(), "without line " + line);
      List<String> changed = new ArrayList<>(whole);
      changed.set(line, changed.get(line).replace("o", "0").replace("three", "tree"));
      put(changed);
      assertTrue(problem().isPresent(), "changed line " + line);
    }
    put(List.of(whole.get(0), whole.get(2)));
    assertEquals(
        Optional.of("line 1 was changed, or lines between it and line 2 were removed"), problem());
    put(whole.subList(0, 2));
    assertEquals(
        Optional.of("the last line was changed, or lines after it were removed"), problem());
    put(whole);
    assertEquals(Optional.empty(), problem());
    Files.delete(AuditFile.head(trail));
    assertTrue(problem().orElseThrow().contains("is missing"));
  }

  @Test
  void whatIsMissingAtTheEndStaysToBeSeenWhenLinesFollow() throws Exception {
    three();
    put(lines().subList(0, 2));
    file.append("four");
    file.append("five");
    assertEquals(
        Optional.of("line 2 was changed, or lines between it and line 3 were removed"), problem());
    Files.delete(trail);
    file.append("six");
    assertTrue(problem().isPresent());
  }

  @Test
  void aTrailOfBeforeIsGoneOnWithAndProtectedFromThenOn() throws Exception {
    Files.createDirectories(trail.getParent());
    put(List.of("an old line", "another"));
    assertEquals(Optional.empty(), problem());
    file.append("new");
    file.append("newer");
    AuditCheck check = AuditCheck.of(trail);
    assertEquals(Optional.empty(), check.problem());
    assertEquals(4, check.lines());
    assertEquals(2, check.unchained());
    List<String> changed = new ArrayList<>(lines());
    changed.set(1, "an other");
    put(changed);
    assertEquals(Optional.of("a line before line 3 was changed or removed"), problem());
  }

  @Test
  void whatACrashCutOffIsTakenOutAndAHeadThatIsBehindIsMended() throws Exception {
    three();
    Files.writeString(trail, "torn previo", StandardOpenOption.APPEND);
    assertEquals(Optional.empty(), problem());
    file.append("four");
    assertTrue(lines().get(3).startsWith("four previous="));
    assertEquals(Optional.empty(), problem());
    byte[] head = Files.readAllBytes(AuditFile.head(trail));
    file.append("five");
    // Between the line and the head.
    Files.write(AuditFile.head(trail), head);
    assertEquals(Optional.empty(), problem());
    file.append("six");
    assertEquals(Optional.empty(), problem());
  }

  @Test
  void whatCannotBeWrittenIsSaid() throws Exception {
    Path noFolder = Files.createFile(folder.resolve("file")).resolve("audit.log");
    UserError refused =
        assertThrows(UserError.class, () -> new AuditFile(noFolder).append("never"));
    assertTrue(refused.getMessage().contains("gallery.audit-file"), refused.getMessage());
    assertThrows(UserError.class, () -> new AuditFile(noFolder).check());
    assertThrows(UserError.class, () -> new AuditFile(folder).check());
    assertThrows(UserError.class, () -> new AuditFile(folder).append("never"));
  }

  /** A power cut leaves what was forced; the Java runtime tells what it forces, and when. */
  @Test
  void lineAndHeadAreForcedOntoTheDiskBeforeItReturns() throws Exception {
    Path recorded = folder.resolve("forced.jfr");
    List<String> done = new ArrayList<>();
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileWrite").withThreshold(Duration.ZERO);
      recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
      recording.start();
      file.append("one");
      recording.stop();
      recording.dump(recorded);
    }
    RecordingFile.readAllEvents(recorded).stream()
        .filter(event -> String.valueOf(event.getString("path")).startsWith(folder.toString()))
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .forEach(
            event ->
                done.add(
                    event.getEventType().getName().replace("jdk.File", "")
                        + " "
                        + Path.of(event.getString("path")).getFileName()));
    assertEquals(
        List.of(
            "Force logs",
            "Force logs",
            "Write audit.log",
            "Force audit.log",
            "Write audit.log.head",
            "Force audit.log.head"),
        done);
  }

  @Test
  void aTrailThatGrowsWhileItIsLookedAtIsWhole() throws Exception {
    three();
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing =
          writer.submit(() -> Process.main(new String[] {trail.toString(), "writer", "500"}));
      while (!writing.isDone()) {
        assertEquals(Optional.empty(), problem());
      }
      writing.get();
    } finally {
      writer.shutdownNow();
    }
  }

  @Test
  void processesAndThreadsTakeTurns() throws Exception {
    List<java.lang.Process> others = new ArrayList<>();
    for (int process = 0; process < 2; process++) {
      others.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Process.class.getName(),
                  trail.toString(),
                  "process " + process,
                  "100")
              .inheritIO()
              .start());
    }
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> writing = new ArrayList<>();
      for (int thread = 0; thread < AT_ONCE; thread++) {
        String name = "thread " + thread;
        writing.add(
            threads.submit(() -> Process.main(new String[] {trail.toString(), name, "50"})));
      }
      for (Future<?> one : writing) {
        one.get();
      }
      for (java.lang.Process other : others) {
        assertTrue(other.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, other.exitValue());
      }
    } finally {
      threads.shutdownNow();
      others.forEach(java.lang.Process::destroyForcibly);
    }
    AuditCheck check = AuditCheck.of(trail);
    assertEquals(Optional.empty(), check.problem());
    assertEquals(2 * 100 + AT_ONCE * 50, check.lines());
  }

  @Test
  void whoBeginsAtOnceSharesOneFileThatIsItsOwnersAlone() throws Exception {
    CyclicBarrier together = new CyclicBarrier(AT_ONCE);
    ExecutorService commands = Executors.newFixedThreadPool(AT_ONCE);
    try {
      for (int round = 0; round < 50; round++) {
        Path each = folder.resolve("logs " + round).resolve("audit.log");
        List<Future<Void>> begun = new ArrayList<>();
        for (int command = 0; command < AT_ONCE; command++) {
          begun.add(
              commands.submit(
                  () -> {
                    together.await();
                    AuditFile.create(each);
                    return null;
                  }));
        }
        for (Future<Void> one : begun) {
          one.get();
        }
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
      }
      assertFalse(Files.exists(trail));
    } finally {
      commands.shutdownNow();
    }
  }
}

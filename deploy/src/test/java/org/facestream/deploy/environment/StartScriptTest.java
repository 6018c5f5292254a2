package org.facestream.deploy.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command starts on machines that are not its builder's, or says in one line why it cannot. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class StartScriptTest {
  @TempDir static Path folder;
  private static StartScript script;

  @BeforeAll
  static void install() throws Exception {
    script = StartScript.in(Files.createDirectory(folder.resolve("facestream")));
    Path people = Files.createDirectories(script.folder().resolve("李小龍"));
    Files.write(people.resolve("Zoë.jpg"), DemoPeople.portrait(DemoPeople.enrolled().get(0)));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesArriveWholeWhereNoLocaleIsSetAndTheHomeIsReadOnly() throws Exception {
    StartScript.Ended ended =
        script.run(Map.of("HOME", "/proc", "LC_ALL", "POSIX"), "detect", "李小龍/Zoë.jpg");
    assertEquals(0, ended.exitCode(), ended.err());
    assertTrue(ended.out().contains("\"picture\":\"李小龍/Zoë.jpg\""), ended.out());
    assertEquals("", ended.err());
  }

  /** Without the script, Java itself cannot read such a name: it is refused. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aNameThatCouldNotBeDecodedIsRefused() throws Exception {
    StartScript.Ended ended =
        script.shell(
            Map.of("LC_ALL", "POSIX"),
            "exec \"$JAVA_HOME/bin/java\" -cp 'lib/*' org.facestream.deploy.Main detect 李小龍/Zoë.jpg");
    assertEquals(2, ended.exitCode(), ended.err());
    assertTrue(ended.err().contains("could not be decoded: set LC_ALL=C.UTF-8"), ended.err());
    assertEquals(1, ended.err().lines().count(), ended.err());
  }

  @Test
  void aFolderThatTheClassPathCannotName() throws Exception {
    Path there = Files.createDirectory(folder.resolve("a:b"));
    Files.copy(script.folder().resolve("facestream"), there.resolve("facestream"));
    refused(new StartScript(there), Map.of(), "move it to a folder without");
  }

  @Test
  void aFolderForNativeLibrariesThatTakesNone() throws Exception {
    refused(
        script, Map.of("FACESTREAM_NATIVE_FOLDER", "/proc/none"), "/proc/none, where no program");
  }

  private static void refused(StartScript script, Map<String, String> environment, String hint)
      throws Exception {
    StartScript.Ended ended = script.run(environment, "--version");
    assertEquals(2, ended.exitCode(), ended.err());
    assertTrue(ended.err().contains(hint), ended.err());
    assertEquals(1, ended.err().lines().count(), ended.err());
  }

  /** In a mount namespace of its own, which not every machine allows. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void homeAndTemporaryFolderMayBeMountedNoexec() throws Exception {
    String mount = "mount -t tmpfs -o noexec none ";
    Path home = Files.createDirectory(folder.resolve("home"));
    assumeTrue(
        script.shell(Map.of(), "unshare -rm sh -c '" + mount + home + "'").exitCode() == 0,
        "no mount namespaces here");
    String picture = " 李小龍/Zoë.jpg";

    StartScript.Ended elsewhere =
        script.shell(
            Map.of("HOME", home.toString(), "TMPDIR", folder.toString()),
            "exec unshare -rm sh -c '" + mount + home + " && ./facestream detect" + picture + "'");
    assertEquals(0, elsewhere.exitCode(), elsewhere.err());

    StartScript.Ended direct =
        script.shell(
            Map.of("LC_ALL", "C.UTF-8"),
            "exec unshare -rm sh -c '"
                + mount
                + home
                + " && exec \"$JAVA_HOME/bin/java\" -Dorg.bytedeco.javacpp.cachedir="
                + home
                + " -cp \"lib/*\" org.facestream.deploy.Main detect"
                + picture
                + "'");
    assertEquals(1, direct.exitCode(), direct.err());
    assertTrue(direct.err().contains("FACESTREAM_NATIVE_FOLDER"), direct.err());
    assertEquals(1, direct.err().lines().count(), direct.err());
  }

  /** With a Maven that only leaves what the real one does. */
  @Test
  void theBuildLeavesAFolderThatEveryUserCanRead() throws Exception {
    Path root = Files.createDirectory(folder.resolve("clone"));
    Path deploy = Files.createDirectories(root.resolve("deploy/src/main")).getParent().getParent();
    Path repository = Files.createDirectory(folder.resolve("repository"));
    Files.createFile(root.resolve("pom.xml"));
    Files.copy(script.folder().resolve("facestream"), deploy.resolve("facestream"));
    Path open = Files.writeString(repository.resolve("open-1.jar"), "1");
    Path closed = Files.writeString(repository.resolve("closed-1.jar"), "2");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-------"));
    Path programs = Files.createDirectory(folder.resolve("bin"));
    Path maven =
        Files.writeString(
            programs.resolve("mvn"),
            "#!/bin/sh\nprintf %s '"
                + open
                + ":"
                + closed
                + "' >deploy/target/classpath\n>deploy/target/deploy-1.jar\nsleep 0.1\n>deploy/target/deploy-1-tests.jar\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwx------"));
    Path lib = Files.createDirectories(deploy.resolve("target/facestream/lib"));
    Files.createFile(lib.resolve("of-an-earlier-build.jar"));

    StartScript.Ended ended =
        new StartScript(deploy)
            .shell(
                Map.of("PATH", programs + ":" + System.getenv("PATH")),
                "umask 077; ./facestream --version");

    assertTrue(ended.err().contains("ClassNotFoundException"), ended.err());
    for (String jar : new String[] {"open-1.jar", "closed-1.jar", "deploy-1.jar"}) {
      assertEquals(
          "rw-r--r--",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(lib.resolve(jar))));
    }
    assertEquals(
        Files.getAttribute(open, "unix:ino"),
        Files.getAttribute(lib.resolve("open-1.jar"), "unix:ino"),
        "copied");
    assertFalse(Files.exists(lib.resolve("of-an-earlier-build.jar")));
    assertFalse(Files.exists(lib.resolve("deploy-1-tests.jar")));
    assertTrue(Files.isExecutable(lib.resolveSibling("facestream")));
  }
}

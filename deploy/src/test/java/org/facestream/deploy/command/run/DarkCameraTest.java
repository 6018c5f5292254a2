package org.facestream.deploy.command.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.allinone.Endpoints;
import org.facestream.deploy.embedded.LoopbackPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DarkCameraTest {
  @TempDir Path folder;

  @Test
  void aRunThatSawNothingHasFailedAndSaysWhy() throws Exception {
    Path data = folder.resolve("data");
    CommandLineRun run =
        CommandLineRun.of(
            "run",
            "--data",
            data.toString(),
            "--ephemeral-ports",
            "--seconds",
            "3",
            "--camera",
            "door=rtsp://viewer:hunter2@127.0.0.1:" + LoopbackPort.free() + "/stream");
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(
        run.err().contains("facestream: no picture came from door (connection-refused)"),
        run.err());
    assertFalse(run.err().contains("hunter2"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertEquals("", run.out());
    assertTrue(Endpoints.find(data).isEmpty());
    assertFalse(Files.readString(data.resolve("logs/facestream.log")).contains("hunter2"));

    // It is remembered, its password is not shown.
    CommandLineRun list = CommandLineRun.of("camera", "list", "--data", data.toString());
    assertEquals(0, list.exitCode(), list.err());
    assertTrue(list.out().contains("rtsp://****@127.0.0.1:"), list.out());
    CommandLineRun remove =
        CommandLineRun.of("camera", "remove", "door", "hall", "--data", data.toString());
    assertEquals(2, remove.exitCode());
    assertTrue(remove.err().contains("there is no camera 'hall'"), remove.err());
  }
}

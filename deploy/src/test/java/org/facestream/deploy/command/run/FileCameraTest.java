package org.facestream.deploy.command.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.lab.simulation.rtsp.AccessUnit;
import org.facestream.deploy.lab.simulation.rtsp.H264Encoder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A video file as a camera is remembered as others are. */
@Tag("bare")
class FileCameraTest {
  @TempDir Path folder;

  @Test
  void goesOnInASecondRunAndMayGetAFellow() throws Exception {
    Path clips = Files.createDirectory(folder.resolve("clips"));
    Files.write(clips.resolve("door.h264"), clip());
    Files.write(clips.resolve("hall.h264"), clip());

    // A run that sees no picture of any camera fails.
    CommandLineRun first = run("--camera", "door=" + clips.resolve("door.h264"));
    assertEquals(0, first.exitCode(), first.err());

    CommandLineRun add =
        CommandLineRun.of(
            "camera",
            "add",
            "hall",
            clips.resolve("hall.h264").toString(),
            "--loop",
            "--data",
            folder.resolve("data").toString());
    assertEquals(0, add.exitCode(), add.err());

    CommandLineRun second = run();
    assertEquals(0, second.exitCode(), second.err());
    assertTrue(second.err().contains("Running with 2 cameras."), second.err());
    assertTrue(!second.err().contains("no picture came"), second.err());
  }

  /** Four seconds of grey. */
  private static byte[] clip() {
    ByteArrayOutputStream clip = new ByteArrayOutputStream();
    List<AccessUnit> units = new ArrayList<>();
    try (H264Encoder encoder = new H264Encoder(320, 240, 10, 24);
        Mat grey = new Mat(240, 320, opencv_core.CV_8UC3, Scalar.GRAY)) {
      for (int i = 0; i < 40; i++) {
        units.addAll(encoder.encode(grey));
      }
      units.addAll(encoder.finish());
    }
    for (AccessUnit unit : units) {
      for (byte[] part : unit.units()) {
        clip.writeBytes(new byte[] {0, 0, 0, 1});
        clip.writeBytes(part);
      }
    }
    return clip.toByteArray();
  }

  private CommandLineRun run(String... further) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--data",
                folder.resolve("data").toString(),
                "--ephemeral-ports",
                "--seconds",
                "3"));
    arguments.addAll(List.of(further));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }
}

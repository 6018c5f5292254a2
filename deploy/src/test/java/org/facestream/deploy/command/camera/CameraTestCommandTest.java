package org.facestream.deploy.command.camera;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.LoopbackPort;
import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cameras that speak RTSP, tried without any Kafka. */
@Tag("bare")
class CameraTestCommandTest {
  @TempDir private Path folder;
  private RtspServer server;

  @BeforeEach
  void start() {
    server = new RtspServer(0, new Access.Digest("viewer", "hunter2"));
    server.add("gate", MovingPattern.h264(320, 240, 20));
    server.add("yard", MovingPattern.mjpeg(640, 360, 5));
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void itShowsWhatACameraGivesAndSavesAPicture() throws Exception {
    Path file = folder.resolve("gate.jpg");
    CommandLineRun run =
        CommandLineRun.of(
            "camera", "test", url("hunter2", "gate"), "--save", file.toString(), "--seconds", "2");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("h264", value(run, "codec"));
    assertEquals("320 x 240", value(run, "size"));
    assertTrue(value(run, "rate").startsWith("10.0 fps, "), run.out());
    assertTrue(value(run, "first frame").matches("after \\d+\\.\\d\\d s"), run.out());
    assertTrue(value(run, "pictures").matches("2\\d, 0 damaged"), run.out());
    assertFalse((run.out() + run.err()).contains("hunter2"), run.out());
    try (Picture picture = Picture.decodeFrame(Files.readAllBytes(file))) {
      assertEquals(320, picture.width());
    }
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), "people");

    CommandLineRun again =
        CommandLineRun.of("camera", "test", url("hunter2", "gate"), "--save", file.toString());
    assertEquals(2, again.exitCode());
    assertTrue(again.err().contains("already; give --save another name"), again.err());

    CommandLineRun motionJpeg =
        CommandLineRun.of(
            "camera",
            "test",
            url("hunter2", "yard"),
            "--seconds",
            "1",
            "--set",
            "ingest.max-width=320",
            "--save",
            folder.resolve("yard.jpg").toString());
    assertEquals(0, motionJpeg.exitCode(), motionJpeg.err());
    assertEquals("mjpeg", value(motionJpeg, "codec"));
    assertEquals("640 x 360", value(motionJpeg, "size"));
    assertTrue(value(motionJpeg, "saved").endsWith("yard.jpg, 320 x 180"), motionJpeg.out());
  }

  @Test
  void whyThereIsNoPictureIsSaidInOneLine() throws Exception {
    failed(1, "user or password is wrong", url("s3cr3t", "gate"));
    failed(1, "there is no such stream", url("hunter2", "nothing"));
    failed(
        1,
        "nothing listens at the address",
        "rtsp://viewer:hunter2@127.0.0.1:" + LoopbackPort.free() + "/s");
    failed(1, "a secret is missing", "rtsp://viewer:${env:FACESTREAM_NO_SUCH}@127.0.0.1/s");
    failed(2, "scheme 'http' is not allowed", "http://viewer:hunter2@127.0.0.1/s");
    failed(2, "There is no file or folder", folder.resolve("none.mp4").toString());
    failed(2, "is the root of a file system", "/");
    failed(2, "--save writes a .jpg", url("hunter2", "gate"), "--save", "x.png");
    failed(2, "--seconds must be 1 to 60", url("hunter2", "gate"), "--seconds", "0");
    server.find("gate").stall();
    failed(
        1,
        "no picture within ingest.first-frame-timeout",
        url("hunter2", "gate"),
        "--set",
        "ingest.first-frame-timeout=500ms");
  }

  private String url(String password, String path) {
    return server.url(path).replace("rtsp://", "rtsp://viewer:" + password + "@");
  }

  private static void failed(int exitCode, String why, String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "camera";
    all[1] = "test";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    CommandLineRun run = CommandLineRun.of(all);
    assertEquals(exitCode, run.exitCode(), run.err());
    assertTrue(run.err().startsWith("facestream: ") && run.err().contains(why), run.err());
    assertEquals(1, run.err().strip().lines().count(), run.err());
    assertEquals("", run.out());
    assertFalse(run.err().contains("hunter2") || run.err().contains("s3cr3t"), run.err());
  }

  private static String value(CommandLineRun run, String key) {
    Matcher line = Pattern.compile("(?m)^" + key + " +(.*)$").matcher(run.out());
    assertTrue(line.find(), run.out());
    return line.group(1);
  }
}

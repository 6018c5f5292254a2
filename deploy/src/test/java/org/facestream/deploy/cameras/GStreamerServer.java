package org.facestream.deploy.cameras;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** GStreamer's RTSP server, a process of its own, where the machine has it. */
final class GStreamerServer implements CameraServer {
  /** Debian's, which has python3-gi; another first in the path may not. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final String NEEDED =
      "import gi; gi.require_version('GstRtspServer', '1.0');"
          + " from gi.repository import Gst, GstRtspServer; Gst.init(None);"
          + " assert Gst.ElementFactory.find('openh264enc') or Gst.ElementFactory.find('x264enc')";

  private static final String MISSING =
      "skipped: GStreamer's RTSP server is not here; .ci/gstreamer installs it";

  private static Boolean installed;

  private final Path script;
  private final String access;
  private Process process;
  private int port;

  /**
   * @param folder for its script
   * @param access {@code open}, {@code basic:USER:PASSWORD} or {@code digest:USER:PASSWORD}
   */
  GStreamerServer(Path folder, String access) {
    this.script = folder.resolve("gstreamer_rtsp.py");
    this.access = access;
    try (InputStream from = GStreamerServer.class.getResourceAsStream("/gstreamer_rtsp.py")) {
      Files.write(script, from.readAllBytes());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    restart();
  }

  /** Skips the test, with a word, where GStreamer's server is not there. */
  static void assumeInstalled() {
    Assumptions.assumeTrue(installed(), MISSING);
  }

  static synchronized boolean installed() {
    if (installed == null) {
      try {
        Process asked =
            new ProcessBuilder(PYTHON, "-c", NEEDED)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        installed = asked.waitFor(60, TimeUnit.SECONDS) && asked.exitValue() == 0;
        asked.destroyForcibly();
      } catch (IOException noPython) {
        installed = false;
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
      if (!installed) {
        System.out.println(MISSING);
      }
    }
    return installed;
  }

  @Override
  public String url() {
    return "rtsp://127.0.0.1:" + port + "/" + PATH;
  }

  @Override
  public void freeze() {
    signal("STOP");
  }

  @Override
  public void thaw() {
    signal("CONT");
  }

  @Override
  public void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void restart() {
    try {
      process =
          new ProcessBuilder(PYTHON, script.toString(), String.valueOf(port), access, PATH)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      BufferedReader output = process.inputReader();
      String line = output.readLine();
      if (line == null || !line.startsWith("port ")) {
        throw new IllegalStateException("GStreamer's server says: " + line);
      }
      port = Integer.parseInt(line.substring(5).strip());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Changes the size of the picture, in mid-stream; somebody must be watching. */
  void resize(int width, int height) {
    try {
      process
          .getOutputStream()
          .write("size %s %d %d\n".formatted(PATH, width, height).getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void close() {
    kill();
  }
}

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

  /** What some of it needs, as Python that fails where it is not there. */
  enum Extra {
    H265("assert Gst.ElementFactory.find('x265enc')"),
    TLS("from gi.repository import Gio; assert Gio.TlsBackend.get_default().supports_tls()");

    private final String needed;

    Extra(String needed) {
      this.needed = needed;
    }
  }

  private static final String MISSING =
      "skipped: GStreamer's RTSP server is not here; .ci/gstreamer installs it";

  private static Boolean installed;

  private final Path script;
  private final String access;
  private final String codec;
  private Process process;
  private int port;

  /**
   * @param folder for its script
   * @param access {@code open}, {@code basic:USER:PASSWORD}, {@code digest:USER:PASSWORD} or {@code
   *     tls:FILE}
   */
  GStreamerServer(Path folder, String access) {
    this(folder, access, "h264");
  }

  /**
   * @param codec {@code h264} or {@code h265}
   */
  GStreamerServer(Path folder, String access, String codec) {
    this.script = folder.resolve("gstreamer_rtsp.py");
    this.access = access;
    this.codec = codec;
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

  /** The same for what not every installation of it has. */
  static void assumeInstalled(Extra extra) {
    assumeInstalled();
    boolean here = runs(NEEDED + "; " + extra.needed);
    if (!here) {
      System.out.println("skipped: GStreamer has no " + extra + "; .ci/gstreamer installs it");
    }
    Assumptions.assumeTrue(here, "GStreamer has no " + extra);
  }

  static synchronized boolean installed() {
    if (installed == null) {
      installed = runs(NEEDED);
      if (!installed) {
        System.out.println(MISSING);
      }
    }
    return installed;
  }

  private static boolean runs(String python) {
    try {
      Process asked =
          new ProcessBuilder(PYTHON, "-c", python)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean runs = asked.waitFor(60, TimeUnit.SECONDS) && asked.exitValue() == 0;
      asked.destroyForcibly();
      return runs;
    } catch (IOException noPython) {
      return false;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public String url() {
    return (access.startsWith("tls:") ? "rtsps" : "rtsp") + "://127.0.0.1:" + port + "/" + PATH;
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
          new ProcessBuilder(PYTHON, script.toString(), String.valueOf(port), access, codec, PATH)
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
      new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
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

package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What our own server does not send: H.265, for FFmpeg here cannot encode it, and RTSP over TLS.
 */
class OtherStreamsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static IngestSite site;

  @BeforeAll
  static void start() {
    GStreamerServer.assumeInstalled();
    site = new IngestSite(folder.resolve("kafka"), Map.of());
  }

  @AfterAll
  static void stop() {
    if (site != null) {
      site.close();
    }
  }

  @Test
  void picturesOfH265Come() {
    GStreamerServer.assumeInstalled(GStreamerServer.Extra.H265);
    try (GStreamerServer server = new GStreamerServer(folder, "open", "h265")) {
      assertEquals("hevc", comes("h265", server).codec());
    }
  }

  @Test
  void picturesComeOverTls() throws Exception {
    GStreamerServer.assumeInstalled(GStreamerServer.Extra.TLS);
    try (GStreamerServer server = new GStreamerServer(folder, "tls:" + certificate())) {
      assertTrue(server.url().startsWith("rtsps://"), server.url());
      assertEquals("h264", comes("encrypted", server).codec());
    }
  }

  private static CameraReport comes(String camera, GStreamerServer server) {
    site.add(camera, server.url());
    try {
      site.await(camera, CameraState.LIVE, PATIENCE);
      site.awaitReport(camera, CameraState.LIVE, PATIENCE);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  site.observations().frames(camera).size() >= 5
                      && site.registry().reports().get(camera).width() != null);
      CameraReport report = site.registry().reports().get(camera);
      assertEquals(List.of(320, 240), List.of(report.width(), report.height()));
      assertEquals(0, site.count("facestream.camera.decode.errors", camera));
      return report;
    } finally {
      site.registry().remove(camera);
    }
  }

  /** A camera's own: nobody has signed it. */
  private static Path certificate() throws Exception {
    Path store = folder.resolve("camera.p12");
    char[] password = "changeit".toCharArray();
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "camera",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=camera",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(password))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(keytool.waitFor(60, TimeUnit.SECONDS) && keytool.exitValue() == 0, "keytool");
    KeyStore keys = KeyStore.getInstance(store.toFile(), password);
    return Files.writeString(
        folder.resolve("camera.pem"),
        pem("CERTIFICATE", keys.getCertificate("camera").getEncoded())
            + pem("PRIVATE KEY", keys.getKey("camera", password).getEncoded()),
        StandardCharsets.US_ASCII);
  }

  private static String pem(String what, byte[] bytes) {
    byte[] end = {'\n'};
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, end).encodeToString(bytes), what);
  }
}

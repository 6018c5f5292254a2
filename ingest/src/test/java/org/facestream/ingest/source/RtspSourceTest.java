package org.facestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.Transport;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.packet.Next;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an RTSP server may make us do, and over what its video comes. */
class RtspSourceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Patience ALWAYS = new Patience(PATIENCE, PATIENCE, PATIENCE);

  @TempDir private Path folder;

  @Test
  void videoComesInDatagramsWhenTheCameraSaysSo() throws IOException, SourceException {
    Path file = TestVideo.write(folder.resolve("a.ts"), "libopenh264", 320, 240, 10, 60);
    SourceRules rules =
        new SourceRules(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    try (TestRtspCamera server = TestRtspCamera.sending(file);
        CallDeadline deadline = new CallDeadline()) {
      Camera camera = Camera.of("a", "rtsp://127.0.0.1:" + server.port() + "/s");
      SourceUrl url = rules.resolve(camera.withTransport(Transport.UDP));
      try (VideoSource source = open(url, deadline)) {
        for (int i = 0; i < 20; i++) {
          assertTrue(source.next());
          assertEquals(320, source.jpeg(640, 85).orElseThrow().width());
        }
        assertEquals("h264", source.codec());
      }
      assertTrue(
          server.requests().stream().anyMatch(line -> line.contains("client_port=")),
          server.requests()::toString);
      SourceUrl tcp = rules.resolve(camera);
      assertThrows(SourceException.class, () -> open(tcp, deadline).close());
    }
  }

  @Test
  void whoFellBehindLeavesOutWhatWaitedAndGoesOnAtAFreshKeyFrame()
      throws IOException, SourceException, InterruptedException {
    Path file = TestVideo.write(folder.resolve("a.ts"), "libopenh264", 160, 120, 10, 300);
    Wish wish = new Wish(10, Optional.empty(), Optional.of(Duration.ofMillis(500)));
    try (TestRtspCamera server = TestRtspCamera.sending(file, 100);
        CallDeadline deadline = new CallDeadline()) {
      SourceUrl url =
          new SourceUrl(SourceUrl.Kind.RTSP_UDP, "rtsp://127.0.0.1:" + server.port() + "/s");
      try (VideoSource source = VideoSource.open(url, ALWAYS, wish, deadline)) {
        for (int i = 0; i < 5; i++) {
          assertEquals(Next.PICTURE, source.advance());
        }
        assertFalse(source.behind());
        final long before = source.timestamp();
        Thread.sleep(3_200);
        int leftOut = 0;
        Next step = source.advance();
        while (step == Next.PICTURE && !source.behind()) {
          // The decoder may hold one back.
          step = source.advance();
        }
        while (step == Next.LEFT_OUT) {
          leftOut++;
          step = source.advance();
        }
        assertEquals(Next.PICTURE, step);
        assertTrue(source.behind());
        assertTrue(leftOut >= 15, "left out: " + leftOut);
        long gone = (source.timestamp() - before) / 100_000_000;
        assertEquals(leftOut, gone, 4, "what was left out lies between the two pictures");
        assertEquals(160, source.jpeg(640, 85).orElseThrow().width());
        assertEquals(0, source.damaged());
        assertTrue(source.passed() > 2_000_000_000L, "of the stream: " + source.passed());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SourceUrl.Kind.class,
      names = {"RTSP", "RTSP_UDP"})
  void aRedirectionIsNotFollowedNotWithASinglePacket(SourceUrl.Kind kind) throws IOException {
    try (ServerSocket elsewhere = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TestRtspCamera server =
            TestRtspCamera.redirecting(
                "rtsp://127.0.0.1:" + elsewhere.getLocalPort() + "/latest/meta-data");
        CallDeadline deadline = new CallDeadline()) {
      SourceUrl url = new SourceUrl(kind, "rtsp://u:s3cr3t@127.0.0.1:" + server.port() + "/s");
      SourceException failed =
          assertThrows(SourceException.class, () -> open(url, deadline).close());
      assertEquals(Fault.BAD_ANSWER, failed.fault());
      assertTrue(failed.getMessage().contains("redirect"), failed.getMessage());
      assertTrue(server.requests().size() >= 1, "the redirection was sent");
      elsewhere.setSoTimeout(300);
      assertThrows(SocketTimeoutException.class, elsewhere::accept);
    }
  }

  @Test
  void whatIsRefusedIsRefusedWithoutAConnection() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String place = "127.0.0.1:" + server.getLocalPort();
      SourceRules limited =
          new SourceRules(
              Optional.empty(),
              Optional.of(java.util.List.of("192.0.2.7")),
              Optional.empty(),
              Map.of("URL", "http://" + place + "/"));
      for (String url :
          new String[] {
            "http://" + place + "/",
            "https://" + place + "/",
            "tcp://" + place,
            "tls://" + place,
            "rtmp://" + place + "/s",
            "hls+http://" + place + "/a.m3u8",
            "concat:http://" + place + "/|http://" + place + "/",
            "subfile,,start,0,end,9,,:http://" + place + "/",
            "${env:URL}",
            "rtsp://" + place + "/s",
            "rtsp://192.0.2.7@" + place + "/s",
          }) {
        Camera camera = Camera.of("a", url);
        SourceException refused =
            assertThrows(SourceException.class, () -> limited.resolve(camera));
        assertTrue(refused.fault() == Fault.URL_REFUSED, () -> url + ": " + refused.getMessage());
      }
      server.setSoTimeout(200);
      assertThrows(SocketTimeoutException.class, server::accept);
    }
  }

  @Test
  void datagramsBesideAnEncryptedConnectionAreRefused() {
    SourceRules rules =
        new SourceRules(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    Camera camera = Camera.of("a", "rtsps://192.0.2.7/s").withTransport(Transport.UDP);
    SourceException refused = assertThrows(SourceException.class, () -> rules.resolve(camera));
    assertEquals(Fault.URL_REFUSED, refused.fault());
  }

  private static VideoSource open(SourceUrl url, CallDeadline deadline) throws SourceException {
    return VideoSource.open(url, ALWAYS, deadline);
  }
}

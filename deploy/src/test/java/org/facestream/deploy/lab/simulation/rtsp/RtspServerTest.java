package org.facestream.deploy.lab.simulation.rtsp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("bare")
class RtspServerTest {
  /** A client must see some pictures before it knows a stream: they come the sooner. */
  private static final int FPS = 25;

  private static H264Loop video;

  private RtspServer server;

  @BeforeAll
  static void encode() {
    video = new H264Loop(MovingPattern.h264(320, 240, 20).units(), FPS);
  }

  @BeforeEach
  void start() {
    server = new RtspServer();
    server.add("gate", video);
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", ""})
  void playsBeyondTheEndOfItsLoop(String transport) throws IOException {
    // Slow enough that a busy machine leaves none out.
    server.add("slow", new H264Loop(video.units(), MovingPattern.FPS));
    try (Viewer viewer = new Viewer(server.url("slow"), transport)) {
      // FFmpeg gives a stream's first picture no timestamp.
      viewer.next();
      double last = Double.NEGATIVE_INFINITY;
      for (int i = 0; i <= video.frames(); i++) {
        Viewer.Seen seen = viewer.next();
        assertEquals(320, seen.width());
        assertEquals(240, seen.height());
        assertEquals(0, seen.errors());
        if (i > 0) {
          assertEquals(1.0 / MovingPattern.FPS, seen.seconds() - last, 0.001);
        }
        last = seen.seconds();
      }
    }
    await().atMost(20, SECONDS).until(() -> server.find("slow").clients() == 0);
    assertEquals(0, server.find("slow").dropped());
  }

  @Test
  void senderReportsTellTheTimeOfCapture() throws IOException {
    try (Viewer viewer = new Viewer(server.url("gate"), "tcp")) {
      viewer.next();
      Instant began = Instant.ofEpochMilli(viewer.realTimeMicros() / 1000);
      Duration off = Duration.between(began, Instant.now()).abs();
      assertTrue(off.compareTo(Duration.ofSeconds(5)) < 0, () -> "off by " + off);
    }
  }

  @Test
  void playsMotionJpeg() throws IOException {
    server.add("yard", MovingPattern.mjpeg(320, 240, 5));
    try (Viewer viewer = new Viewer(server.url("yard"), "tcp")) {
      for (int i = 0; i < 10; i++) {
        Viewer.Seen seen = viewer.next();
        assertEquals(320, seen.width());
        assertEquals(240, seen.height());
        assertEquals(0, seen.errors());
      }
    }
  }

  @Test
  void servesSeveralClientsOfSeveralStreams() throws IOException {
    server.add("door/left", new H264Loop(MovingPattern.h264(160, 120, 10).units(), FPS));
    List<Viewer> viewers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        viewers.add(new Viewer(server.url("gate"), "tcp"));
        viewers.add(new Viewer(server.url("door/left"), "tcp"));
      }
      for (Viewer viewer : viewers) {
        assertEquals(viewers.indexOf(viewer) % 2 == 0 ? 320 : 160, viewer.next().width());
      }
      assertEquals(3, server.find("gate").clients());
      assertEquals(3, server.find("door/left").clients());
    } finally {
      viewers.forEach(Viewer::close);
    }
  }

  @Test
  void goesAwayAndComesBackOnTheSamePort() throws IOException {
    int port = server.port();
    try (Viewer viewer = new Viewer(server.url("gate"), "tcp")) {
      viewer.next();
      server.stop();
      assertThrows(IOException.class, () -> readOn(viewer));
    }
    assertThrows(IOException.class, () -> new Viewer(server.url("gate"), "tcp").close());
    server.start();
    assertEquals(port, server.port());
    try (Viewer viewer = new Viewer(server.url("gate"), "tcp")) {
      viewer.next();
      server.disconnectAll();
      assertThrows(IOException.class, () -> readOn(viewer));
    }
  }

  @Test
  void aStalledStreamGoesOnWhereTheClockIs() throws Exception {
    LiveStream gate = server.find("gate");
    try (Viewer viewer = new Viewer(server.url("gate"), "tcp")) {
      viewer.next();
      double before = viewer.next().seconds();
      long stalled = System.nanoTime();
      gate.stall();
      Thread.sleep(1000);
      assertEquals(1, gate.clients());
      gate.resume();
      double silent = (System.nanoTime() - stalled) / 1e9;
      // What was on its way when it stalled comes first. A busy machine's clock is late, but where
      // it had stopped there would be no gap at all.
      double last = before;
      double longest = 0;
      for (int i = 0; i < 2 * FPS && longest < silent / 2; i++) {
        double now = viewer.next().seconds();
        longest = Math.max(longest, now - last);
        last = now;
      }
      assertEquals(silent, longest, silent / 2);
    }
  }

  @Test
  void removedStreamsAreGone() throws IOException {
    try (Viewer viewer = new Viewer(server.url("gate"), "tcp")) {
      viewer.next();
      server.remove("gate");
      assertThrows(IOException.class, () -> readOn(viewer));
    }
    assertTrue(ask("DESCRIBE " + server.url("gate"), "").startsWith("RTSP/1.0 404"));
  }

  @Test
  void anyoneWhoDoesNotReadLosesFramesAndHoldsUpNobody() throws Exception {
    // Some 2 MB a second.
    server.add("wide", new H264Loop(MovingPattern.h264(1280, 720, 10).units(), 50));
    try (Socket lazy = new Socket();
        Viewer viewer = new Viewer(server.url("wide"), "tcp")) {
      // Before it connects: the window that it then offers keeps the kernel's part small.
      lazy.setReceiveBufferSize(4096);
      lazy.connect(new InetSocketAddress("127.0.0.1", server.port()));
      String url = server.url("wide");
      send(lazy, "SETUP " + url + "/track0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
      send(lazy, "PLAY " + url, "");
      LiveStream wide = server.find("wide");
      Instant giveUp = Instant.now().plusSeconds(40);
      while (wide.dropped() == 0 && Instant.now().isBefore(giveUp)) {
        assertEquals(0, viewer.next().errors());
      }
      assertTrue(wide.dropped() > 0);
      assertEquals(0, viewer.next().errors());
      assertEquals(2, wide.clients());
    }
    await().atMost(20, SECONDS).until(() -> server.find("wide").clients() == 0);
  }

  @Test
  void refusesUdpWithTheRightNumber() throws IOException {
    String answer =
        ask(
            "SETUP " + server.url("gate") + "/track0",
            "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n");
    assertTrue(answer.startsWith("RTSP/1.0 461"), answer);
  }

  @Test
  void answersWhateverItIsAsked() throws IOException {
    assertTrue(ask("OPTIONS *", "").contains("DESCRIBE"));
    assertTrue(ask("OPTIONS *", "").toLowerCase().contains("cseq: 7"));
    assertTrue(ask("PLAY " + server.url("gate"), "").startsWith("RTSP/1.0 455"));
    assertTrue(ask("RECORD " + server.url("gate"), "").startsWith("RTSP/1.0 405"));
    assertTrue(ask("TEARDOWN " + server.url("gate"), "").startsWith("RTSP/1.0 200"));
    assertTrue(
        ask("GET_PARAMETER " + server.url("gate"), "Content-Length: 4\r\n", "ping")
            .startsWith("RTSP/1.0 200"));
    assertTrue(ask("DESCRIBE rtsp://[:::/%", "").startsWith("RTSP/1.0 404"));
    assertEquals("", ask("OPTIONS *", "X: " + "x".repeat(20_000) + "\r\n"));
  }

  @Test
  void passesOnlyWhoKnowsThePassword() throws IOException {
    for (Access access :
        List.of(new Access.Basic("guard", "s3cret:x"), new Access.Digest("guard", "s3cret:x"))) {
      assertFalse(access.toString().contains("s3cret"));
      try (RtspServer locked = new RtspServer(0, access)) {
        locked.add("gate", video);
        locked.start();
        String address = "127.0.0.1:" + locked.port() + "/gate";
        try (Viewer viewer = new Viewer("rtsp://guard:s3cret%3Ax@" + address, "tcp")) {
          assertEquals(320, viewer.next().width());
        }
        assertThrows(
            IOException.class, () -> new Viewer("rtsp://guard:wrong@" + address, "tcp").close());
        assertThrows(IOException.class, () -> new Viewer("rtsp://" + address, "tcp").close());
      }
    }
  }

  @Test
  void saysThatItsPortIsTaken() throws IOException {
    try (ServerSocket other = new ServerSocket(0);
        RtspServer late = new RtspServer(other.getLocalPort(), Access.OPEN)) {
      UserError error = assertThrows(UserError.class, late::start);
      assertTrue(error.getMessage().contains(String.valueOf(other.getLocalPort())));
    }
  }

  @Test
  void endsItsThreads() {
    server.close();
    await()
        .atMost(20, SECONDS)
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("rtsp-server")));
  }

  /** Reads what is still on its way, and then what comes after it. */
  private static void readOn(Viewer viewer) throws IOException {
    for (int i = 0; i < 100; i++) {
      viewer.next();
    }
  }

  private String ask(String line, String headers) throws IOException {
    return ask(line, headers, "");
  }

  /** One request with a report in front of it, as clients send them; all of the answer. */
  private String ask(String line, String headers, String body) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(new byte[] {'$', 1, 0, 4, 1, 2, 3, 4});
      String request = line + " RTSP/1.0\r\nCSeq: 7\r\n" + headers + "\r\n" + body;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void send(Socket socket, String line, String headers) throws IOException {
    String request = line + " RTSP/1.0\r\nCSeq: 7\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    byte[] answer = new byte[4096];
    socket.getInputStream().read(answer);
  }
}

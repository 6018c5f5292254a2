package org.facestream.deploy.cameras;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that must not be opened, with somebody at the other end who would notice. */
class RefusedSourcesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static IngestSite site;

  /** On every address of this machine, of which only 127.0.0.1 is allowed. */
  private static Listener trap;

  @BeforeAll
  static void start() throws IOException {
    trap = new Listener(InetAddress.getByName("0.0.0.0"), "");
    site =
        new IngestSite(
            folder.resolve("kafka"),
            Map.of("ingest.hosts", "127.0.0.1", "ingest.backoff-cap", "500ms"));
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
    trap.close();
  }

  @Test
  void nothingIsOpenedThatIsNotACameraOfAnAllowedHost() throws Exception {
    Path file = Files.writeString(folder.resolve("secret.mp4"), "no video");
    String place = "127.0.0.1:" + trap.port();
    List<String> urls =
        List.of(
            "file://" + file,
            "FILE:" + file,
            file.toString(),
            "concat:" + file + "|http://" + place + "/",
            "concat:http://" + place + "/a|http://" + place + "/b",
            "subfile,,start,0,end,9,,:http://" + place + "/",
            "subfile,,start,0,end,9,,:" + file,
            "data:video/mp4;base64,AAAA",
            "http://127.0.0.2:" + trap.port() + "/video",
            "https://127.0.0.2:" + trap.port() + "/video",
            "tcp://" + place,
            "rtmp://" + place + "/live",
            "ftp://" + place + "/video",
            "crypto+http://" + place + "/",
            "async:http://" + place + "/",
            "pipe:0",
            "rtsp://169.254.169.254/latest/meta-data",
            "rtsp://2852039166/",
            "rtsp://metadata.google.internal/",
            "rtsp://[fd00:ec2::254]/",
            "rtsp://[fe80::a9fe:a9fe%25lo]/",
            "rtsp://[::ffff:127.0.0.1]:" + trap.port() + "/gate",
            "rtsp://[::7f00:1]:" + trap.port() + "/gate",
            "rtsp://[64:ff9b::a9fe:a9fe]/",
            "rtsp://[2002:a9fe:a9fe::]/",
            "rtsp://viewer:" + trap.port() + "#9@127.0.0.1:" + trap.port() + "/gate",
            "rtsp://127.0.0.1:" + trap.port() + "#9@127.0.0.2/gate",
            "rtsp://127.0.0.2:" + trap.port() + "/gate",
            "rtsp://localhost:" + trap.port() + "/gate",
            "rtsp://127.0.0.1@127.0.0.2:" + trap.port() + "/gate",
            "rtsp://[::1]:" + trap.port() + "/gate");
    List<Camera> cameras = new ArrayList<>();
    for (String url : urls) {
      cameras.add(Camera.of("refused-" + cameras.size(), url));
    }
    site.registry().apply(cameras, false);
    for (Camera camera : cameras) {
      site.awaitReport(camera.id(), CameraState.BACKOFF, PATIENCE);
      assertEquals(List.of("url-refused"), reasons(camera.id()), camera.url());
    }
    assertEquals(List.of(), trap.requests());
    Figures.print(13, "%d addresses refused (url-refused), %d connections", urls.size(), 0);
  }

  /** An allowed camera that sends the worker elsewhere. */
  @Test
  void aRedirectIsNotFollowed() throws Exception {
    List<String> targets =
        List.of(
            "rtsp://127.0.0.2:" + trap.port() + "/gate",
            "rtsp://127.0.0.1:" + trap.port() + "/gate",
            "http://127.0.0.1:" + trap.port() + "/gate");
    try (Closing closing = new Closing()) {
      for (String target : targets) {
        Listener camera =
            closing.add(
                new Listener(
                    InetAddress.getLoopbackAddress(),
                    "RTSP/1.0 302 Moved\r\nCSeq: %s\r\nLocation: " + target + "\r\n\r\n"));
        String id = "redirected-" + targets.indexOf(target);
        site.add(id, "rtsp://guard:secret@127.0.0.1:" + camera.port() + "/gate");
        site.awaitReport(id, CameraState.BACKOFF, PATIENCE);
        Figures.print(
            13,
            "redirect to %s: %s, asked %s",
            target.replaceAll(":\\d+", ""),
            reasons(id),
            camera.requests().get(0).split(": ")[1].split(" ")[0]);
        site.registry().remove(id);
      }
      assertEquals(List.of(), trap.requests(), "a redirect was followed");
    }
  }

  @Test
  void aCameraThatIsTooLargeIsNoKafkaThatDoesNotAnswer() {
    Camera large =
        Camera.of("large", "rtsp://127.0.0.1/s").withTags(Collections.nCopies(200_000, "north"));
    String why = assertThrows(UserError.class, () -> site.registry().add(large)).getMessage();
    assertTrue(why.startsWith("Camera 'large' is larger than Kafka accepts"), why);
  }

  private static List<String> reasons(String camera) {
    return site.observations().reports(camera, CameraState.BACKOFF).stream()
        .map(CameraReport::reason)
        .distinct()
        .toList();
  }

  /** Writes down who connects and what is asked first, and gives one and the same answer. */
  private static final class Listener implements AutoCloseable {
    private final ServerSocket socket;
    private final String answer;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /**
     * @param answer with {@code %s} for the number of the request; empty for none
     */
    Listener(InetAddress address, String answer) throws IOException {
      this.socket = new ServerSocket(0, 50, address);
      this.answer = answer;
      Thread thread = new Thread(this::accept, "listener");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return socket.getLocalPort();
    }

    List<String> requests() {
      return requests;
    }

    private void accept() {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          client.setSoTimeout(500);
          answer(client);
        } catch (IOException gone) {
          requests.addAll(socket.isClosed() ? List.of() : List.of("a connection: " + gone));
        }
      }
    }

    private void answer(Socket client) throws IOException {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
      String first = in.readLine();
      requests.add("from " + client.getRemoteSocketAddress() + ": " + first);
      String number = "1";
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        number = line.startsWith("CSeq: ") ? line.substring(6) : number;
      }
      client.getOutputStream().write(answer.formatted(number).getBytes(US_ASCII));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

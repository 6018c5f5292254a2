package org.facestream.ingest.source.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.source.Patience;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Motion JPEG from the JDK's HTTP server. */
class HttpCameraTest {
  private static final String MULTIPART = "multipart/x-mixed-replace; boundary=frame";

  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private byte[] jpeg;

  @BeforeEach
  void start() throws IOException {
    try (Mat red = new Mat(48, 64, opencv_core.CV_8UC3, new Scalar(200, 20, 20, 0))) {
      jpeg = Picture.jpeg(red, 85);
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @ParameterizedTest
  @CsvSource({
    "multipart/x-mixed-replace; boundary=frame, --frame, true",
    "multipart/x-mixed-replace; boundary=frame, --frame, false",
    "multipart/x-mixed-replace;boundary=--frame, --frame, true",
    "'multipart/x-mixed-replace; boundary=\"a b\"', --a b, false",
    "multipart/mixed, --anything, true"
  })
  void picturesComeAsTheyWereSent(String type, String delimiter, boolean length) throws Exception {
    serve("/video", exchange -> send(exchange, type, delimiter, length, 3));
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open("http", "/video?camera=1", deadline)) {
      for (int i = 0; i < 3; i++) {
        assertTrue(source.next());
        assertArrayEquals(jpeg, source.jpeg(640, 85).orElseThrow().jpeg());
      }
      assertEquals("mjpeg", source.codec());
      assertEquals(64, source.width());
      assertEquals("ended", assertThrows(SourceException.class, source::next).reason());
      assertEquals(0, source.damaged());
    }
  }

  @Test
  void userAndPasswordAreGivenWhenTheyAreAskedFor() throws Exception {
    String basic = "Basic " + Base64.getEncoder().encodeToString("gate:p@ss:w/rd".getBytes(UTF_8));
    serve(
        "/basic",
        exchange -> {
          if (asked(exchange, "Basic realm=\"camera\"") && basic.equals(authorizations.get(1))) {
            send(exchange, MULTIPART, "--frame", true, 1);
          }
        });
    assertOnePicture("http", "gate:p%40ss%3Aw%2Frd@", "/basic");
    assertEquals(2, authorizations.size(), "not before it is asked for");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MD5", "SHA-256"})
  void aDigestIsGivenWhereItIsOffered(String algorithm) throws Exception {
    serve(
        "/digest",
        exchange -> {
          String challenge =
              "Digest realm=\"camera\", qop=\"auth,auth-int\", nonce=\"n0nce\", opaque=\"x\", algorithm="
                  + algorithm;
          if (asked(exchange, challenge)) {
            send(exchange, MULTIPART, "--frame", true, 1);
          }
        });
    assertOnePicture("http", "gate:secret@", "/digest?x=1");
    String given = authorizations.get(1);
    String first = hash(algorithm, "gate:camera:secret");
    String second = hash(algorithm, "GET:/digest?x=1");
    String whole =
        String.join(":", first, "n0nce", "00000001", part(given, "cnonce"), "auth", second);
    assertEquals(hash(algorithm, whole), part(given, "response"));
    assertEquals("x", part(given, "opaque"));
  }

  @Test
  void oneHeaderMayHoldSeveralChallengesAndAUserIsUtf8() throws Exception {
    HttpAccess access = new HttpAccess("J\u00f6rg", "p\u00e4ss");
    // What the header says is a character for each byte here.
    String realm = new String("T\u00fcr, Digest nonce=".getBytes(UTF_8), ISO_8859_1);
    String digest = "Digest realm=\"" + realm + "\", qop=auth,auth-int, nonce=\"n\", stale = FALSE";
    String basic = "Basic realm=\"a \\\" b, Digest c\"";
    for (String header :
        List.of(digest + ", " + basic, basic + "," + digest, "Negotiate, " + digest + " , NTLM")) {
      String given = access.authorization(List.of(header), "/v").orElseThrow();
      assertTrue(given.startsWith("Digest "), given);
      assertEquals("J\u00f6rg", new String(part(given, "username").getBytes(ISO_8859_1), UTF_8));
      assertEquals(realm, part(given, "realm"));
      String first = hash("MD5", "J\u00f6rg:T\u00fcr, Digest nonce=:p\u00e4ss");
      String second = hash("MD5", "GET:/v");
      String whole =
          String.join(":", first, "n", "00000001", part(given, "cnonce"), "auth", second);
      assertEquals(hash("MD5", whole), part(given, "response"), header);
    }
    String only = "Digest realm=\"x\", algorithm=MD4, nonce=\"n\", " + basic;
    assertTrue(access.authorization(List.of(only), "/v").orElseThrow().startsWith("Basic "));
  }

  @ParameterizedTest
  @CsvSource({
    "401, unauthorized, user or password",
    "403, unauthorized, 403",
    "404, not-found, no such stream",
    "503, bad-answer, 503"
  })
  void whatIsRefusedSaysWhy(int status, String reason, String words) {
    serve(
        "/video",
        exchange -> {
          exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"camera\"");
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    SourceException refused = refused("/video");
    assertEquals(reason, refused.reason());
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "text/html, no-video, text/html",
    "image/jpeg, bad-answer, single picture",
    "video/mp4, no-video, video/mp4"
  })
  void whatIsNoMotionJpegSaysWhatItIs(String type, String reason, String words) {
    serve(
        "/video",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", type);
          exchange.sendResponseHeaders(200, 0);
          exchange.close();
        });
    SourceException refused = refused("/video");
    assertEquals(reason, refused.reason());
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }

  @Test
  void aRedirectionIsNotFollowed() {
    List<String> trap = new CopyOnWriteArrayList<>();
    serve(
        "/trap",
        exchange -> {
          trap.add("asked");
          send(exchange, MULTIPART, "--frame", true, 1);
        });
    serve(
        "/video",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + port() + "/trap");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    SourceException refused = refused("/video");
    assertEquals("bad-answer", refused.reason());
    assertTrue(refused.getMessage().contains("redirects"), refused.getMessage());
    assertEquals(List.of(), trap);
  }

  @Test
  void aCameraThatStallsIsLeft() throws Exception {
    serve(
        "/stall",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", MULTIPART);
          exchange.sendResponseHeaders(200, 0);
          part(exchange.getResponseBody(), "--frame", true);
          // Half of the next one.
          exchange
              .getResponseBody()
              .write("--frame\r\nContent-Length: 9000\r\n\r\n##".getBytes(US_ASCII));
          exchange.getResponseBody().flush();
          await();
        });
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = open("http", "/stall", deadline, Duration.ofMillis(700))) {
      assertTrue(source.next());
      assertEquals("read-timeout", assertThrows(SourceException.class, source::next).reason());
    }
  }

  @Test
  void aServerThatSaysNothingIsLeftAndSoIsOneThatNobodyWants() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      SourceUrl url =
          new SourceUrl(SourceUrl.Kind.HTTP, "http://127.0.0.1:" + silent.getLocalPort() + "/");
      Duration soon = Duration.ofMillis(500);
      Duration minute = Duration.ofMinutes(1);
      try (CallDeadline deadline = new CallDeadline()) {
        assertEquals("connect-timeout", fault(url, soon, deadline).reason());
      }
      try (CallDeadline deadline = new CallDeadline()) {
        threads.execute(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(300);
                deadline.stop();
              } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
              }
            });
        assertEquals("stopped", fault(url, minute, deadline).reason());
      }
    }
  }

  /** A byte of its hello now and then: no read waits for long, and the handshake has no end. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerWhoseHandshakeTricklesIsLeft(boolean stopped) throws Exception {
    try (ServerSocket slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        CallDeadline deadline = new CallDeadline()) {
      AtomicBoolean heardOut = new AtomicBoolean();
      threads.execute(() -> trickle(slow, heardOut));
      if (stopped) {
        CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS).execute(deadline::stop);
      }
      SourceUrl url =
          new SourceUrl(SourceUrl.Kind.HTTPS, "https://127.0.0.1:" + slow.getLocalPort() + "/");
      Duration patience = stopped ? Duration.ofMinutes(1) : Duration.ofMillis(500);
      assertEquals(
          stopped ? "stopped" : "connect-timeout", fault(url, patience, deadline).reason());
      assertFalse(heardOut.get());
    }
  }

  private static void trickle(ServerSocket server, AtomicBoolean heardOut) {
    try (Socket peer = server.accept()) {
      OutputStream out = peer.getOutputStream();
      out.write(new byte[] {22, 3, 3, 0x3f, 0});
      // Ten seconds, so that it ends for whoever waits for it.
      for (int i = 0; i < 200; i++) {
        out.write(2);
        TimeUnit.MILLISECONDS.sleep(50);
      }
      heardOut.set(true);
    } catch (IOException left) {
      // As it should be.
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whereNobodyListensOrNobodyIsKnownIsSaid() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    for (Map.Entry<String, String> each :
        Map.of("127.0.0.1:" + free, "connection-refused", "nowhere.invalid", "unknown-host")
            .entrySet()) {
      SourceUrl url =
          new SourceUrl(SourceUrl.Kind.HTTP, "http://gate:hunter2@" + each.getKey() + "/v");
      try (CallDeadline deadline = new CallDeadline()) {
        SourceException failed = fault(url, Duration.ofSeconds(20), deadline);
        assertEquals(each.getValue(), failed.reason());
        assertFalse(failed.getMessage().contains("hunter2"));
      }
    }
  }

  /** With a certificate of its own, as cameras have. */
  @Test
  void picturesComeOverTls() throws Exception {
    server.stop(0);
    HttpsServer secure =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    secure.setHttpsConfigurator(new HttpsConfigurator(certificate()));
    secure.setExecutor(threads);
    secure.start();
    server = secure;
    serve("/video", exchange -> send(exchange, MULTIPART, "--frame", false, 1));
    assertOnePicture("https", "", "/video");
  }

  private SSLContext certificate() throws Exception {
    Path keys = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "c",
                "-keyalg",
                "EC",
                "-dname",
                "CN=camera",
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, keytool.waitFor(), said);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private void serve(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            answer.to(exchange);
          }
        });
  }

  /** Whether it came with an answer to the challenge, which it is asked for otherwise. */
  private boolean asked(HttpExchange exchange, String challenge) throws IOException {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    authorizations.add(String.valueOf(given));
    if (given != null) {
      return true;
    }
    Headers headers = exchange.getResponseHeaders();
    headers.add("WWW-Authenticate", "Unheard-of realm=\"camera\"");
    headers.add("WWW-Authenticate", challenge);
    exchange.sendResponseHeaders(401, -1);
    return false;
  }

  private void send(
      HttpExchange exchange, String type, String delimiter, boolean length, int pictures)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, 0);
    OutputStream body = exchange.getResponseBody();
    for (int i = 0; i < pictures; i++) {
      part(body, delimiter, length);
    }
    body.write((delimiter + "--\r\n").getBytes(US_ASCII));
  }

  private void part(OutputStream body, String delimiter, boolean length) throws IOException {
    String head = delimiter + "\r\nContent-Type: image/jpeg\r\n";
    head += length ? "Content-Length: " + jpeg.length + "\r\n\r\n" : "\r\n";
    body.write(head.getBytes(US_ASCII));
    body.write(jpeg);
    body.write("\r\n".getBytes(US_ASCII));
    body.flush();
  }

  private void await() {
    try {
      over.await();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private void assertOnePicture(String scheme, String user, String path) throws Exception {
    SourceUrl.Kind kind = scheme.equals("https") ? SourceUrl.Kind.HTTPS : SourceUrl.Kind.HTTP;
    SourceUrl url = new SourceUrl(kind, scheme + "://" + user + "127.0.0.1:" + port() + path);
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = VideoSource.open(url, patience(Duration.ofSeconds(30)), deadline)) {
      assertTrue(source.next());
    }
  }

  private VideoSource open(String scheme, String path, CallDeadline deadline) throws Exception {
    return open(scheme, path, deadline, Duration.ofSeconds(30));
  }

  private VideoSource open(String scheme, String path, CallDeadline deadline, Duration read)
      throws Exception {
    SourceUrl url = new SourceUrl(SourceUrl.Kind.HTTP, scheme + "://127.0.0.1:" + port() + path);
    Duration enough = Duration.ofSeconds(30);
    return VideoSource.open(url, new Patience(enough, enough, read), deadline);
  }

  private SourceException refused(String path) {
    SourceUrl url =
        new SourceUrl(SourceUrl.Kind.HTTP, "http://gate:hunter2@127.0.0.1:" + port() + path);
    try (CallDeadline deadline = new CallDeadline()) {
      SourceException failed = fault(url, Duration.ofSeconds(30), deadline);
      assertFalse(failed.getMessage().contains("hunter2"), failed.getMessage());
      return failed;
    }
  }

  private static SourceException fault(SourceUrl url, Duration patience, CallDeadline deadline) {
    return assertThrows(
        SourceException.class, () -> VideoSource.open(url, patience(patience), deadline).close());
  }

  private static Patience patience(Duration time) {
    return new Patience(time, time, time);
  }

  private static String part(String header, String name) {
    Matcher value = Pattern.compile("[ ,]" + name + "=\"([^\"]*)\"").matcher(header);
    assertTrue(value.find(), header);
    return value.group(1);
  }

  private static String hash(String algorithm, String text) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(UTF_8)));
  }
}

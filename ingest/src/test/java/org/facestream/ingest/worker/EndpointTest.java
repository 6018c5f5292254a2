package org.facestream.ingest.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EndpointTest {
  private final Telemetry telemetry = new Telemetry();
  private final Closing clients = new Closing();
  private final HttpClient http = HttpClient.newHttpClient();
  private Endpoint endpoint;

  @BeforeEach
  void listen() {
    WorkerConfig config =
        Settings.load(
                List.of(WorkerConfig.class),
                Optional.empty(),
                Map.of(),
                Map.of("worker.http-port", "0"))
            .get(WorkerConfig.class);
    endpoint = new Endpoint(config, telemetry, List::of);
  }

  @AfterEach
  void close() {
    clients.close();
    endpoint.close();
    telemetry.close();
  }

  /** A client that begins a request and does not go on. */
  private void slowClient() throws IOException {
    Socket slow = clients.add(new Socket(InetAddress.getLoopbackAddress(), endpoint.port()));
    slow.getOutputStream().write("GET /metr".getBytes(UTF_8));
    slow.getOutputStream().flush();
  }

  private int livez() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + "/livez"))
            .timeout(Duration.ofSeconds(2))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  @Test
  void slowClientsDoNotHoldUpWhoAsksForHealth() throws Exception {
    for (int i = 0; i < 3; i++) {
      slowClient();
    }
    assertEquals(200, livez());
  }

  @Test
  void manySlowClientsAreCutOff() throws Exception {
    for (int i = 0; i < 100; i++) {
      slowClient();
    }
    await()
        .atMost(Duration.ofSeconds(40))
        .until(
            () -> {
              try {
                return livez() == 200;
              } catch (IOException busy) {
                return false;
              }
            });
  }
}

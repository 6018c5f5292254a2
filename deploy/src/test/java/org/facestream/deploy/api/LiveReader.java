package org.facestream.deploy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/** Reads a stream of server-sent events on a thread of its own, as a browser does. */
final class LiveReader implements AutoCloseable {
  private final InputStream body;
  private final Thread thread;
  private final List<Received> received = new CopyOnWriteArrayList<>();

  /** An event of the stream. */
  record Received(String kind, String id, String data) {
    /** The id of the identity event in it. */
    String eventId() {
      try {
        return Json.LENIENT.readTree(data).path("eventId").asText();
      } catch (IOException malformed) {
        throw new IllegalStateException(malformed);
      }
    }
  }

  /** Connects; the server must accept. */
  LiveReader(String address, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address));
    headers.forEach(request::header);
    HttpResponse<InputStream> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    body = answer.body();
    assertEquals(200, answer.statusCode());
    assertEquals(
        "text/event-stream;charset=utf-8",
        answer
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .toLowerCase(Locale.ROOT)
            .replace(" ", ""));
    thread = new Thread(this::read, "live-reader");
    thread.start();
  }

  private void read() {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8))) {
      String id = "";
      String kind = "message";
      StringBuilder data = new StringBuilder();
      for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          if (data.length() > 0) {
            received.add(new Received(kind, id, data.toString()));
          }
          kind = "message";
          data.setLength(0);
        } else if (line.startsWith("id:")) {
          id = line.substring(3).strip();
        } else if (line.startsWith("event:")) {
          kind = line.substring(6).strip();
        } else if (line.startsWith("data:")) {
          data.append(line.substring(5).strip());
        }
      }
    } catch (IOException closed) {
      // The test or the server ended it.
    }
  }

  /** Everything so far. */
  List<Received> received() {
    return received;
  }

  /** Ids of the identity events so far. */
  List<String> eventIds() {
    return received.stream()
        .filter(each -> each.kind().equals("message"))
        .map(Received::eventId)
        .toList();
  }

  /** Whether the server has ended it. */
  boolean isOver() {
    return !thread.isAlive();
  }

  @Override
  public void close() throws Exception {
    body.close();
    thread.join(5_000);
  }
}

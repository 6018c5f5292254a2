package org.facestream.deploy.command.enrol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;

/** The face collection of a recognition service, read through CompreFace's own API. */
final class CompreFaceServer {
  private static final int PAGE = 1_000;
  private static final int TRIES = 3;
  private static final int LARGEST = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String RECOGNITION = "/api/v1/recognition";

  /** Never follows a redirection: it would get the key. */
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private final String address;
  private final String key;

  /** A picture of the collection. */
  record Image(String id, String subject) {}

  /** Asks nothing yet. */
  CompreFaceServer(String address, String key) {
    this.address = address.replaceAll("/+$", "");
    this.key = key;
    if (!this.address.matches("https?://[^/?#@\\s]+(/[^?#\\s]*)?")) {
      throw new UserError("The address of CompreFace must be such as http://compreface:8000.");
    }
    if (!key.matches("[!-~]{1,200}")) {
      throw new UserError("--key-file must hold the API key of a recognition service, one line.");
    }
  }

  /** The names of everyone, those without a picture included. */
  List<String> subjects() {
    List<String> names = new ArrayList<>();
    json(RECOGNITION + "/subjects").path("subjects").forEach(each -> names.add(each.asText()));
    return names;
  }

  /** Every picture, those of one subject together. */
  List<Image> images() {
    List<Image> images = new ArrayList<>();
    int pages = 1;
    for (int page = 0; page < pages; page++) {
      JsonNode answer = json(RECOGNITION + "/faces?page=" + page + "&size=" + PAGE);
      if (!answer.path("faces").isArray()) {
        throw new UserError("%s answers, but not as CompreFace does.".formatted(address));
      }
      pages = answer.path("total_pages").asInt(1);
      answer
          .path("faces")
          .forEach(
              each ->
                  images.add(
                      new Image(each.path("image_id").asText(), each.path("subject").asText())));
    }
    images.sort(Comparator.comparing(Image::subject).thenComparing(Image::id));
    return images.stream().distinct().toList();
  }

  /** A picture; no bytes where CompreFace did not keep it. */
  byte[] picture(Image image) throws IOException {
    String id = URLEncoder.encode(image.id(), UTF_8);
    return get(RECOGNITION + "/faces/" + id + "/img");
  }

  private JsonNode json(String path) {
    try {
      return Json.LENIENT.readTree(get(path));
    } catch (IOException failed) {
      throw new UserError(
          "CompreFace at %s cannot be read: %s. Check the address and the key."
              .formatted(address, UserError.reason(failed)),
          failed);
    }
  }

  private byte[] get(String path) throws IOException {
    IOException last = new IOException("no answer");
    for (int tried = 0; tried < TRIES; tried++) {
      try {
        HttpResponse<InputStream> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(address + path))
                    .header("x-api-key", key)
                    .timeout(PATIENCE)
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
          byte[] bytes = body.readNBytes(LARGEST);
          if (answer.statusCode() == 200) {
            return bytes;
          }
          last = new IOException("it answers with status " + answer.statusCode());
          if (answer.statusCode() < 500 && answer.statusCode() != 429) {
            throw last;
          }
        }
        Thread.sleep(500L << tried);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("it was interrupted", interrupted);
      } catch (java.net.ConnectException | java.net.http.HttpTimeoutException away) {
        last = new IOException("it does not answer", away);
      }
    }
    throw last;
  }
}

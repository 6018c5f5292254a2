package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * A client of the HTTP API for tests. It checks every answer against the API's own document: the
 * status must be one of the route's, and the body must be of the type that is given there.
 */
public final class ApiClient {
  private final HttpClient http = HttpClient.newHttpClient();
  private final String server;
  private final Map<String, String> headers;
  private final JsonNode document;
  private final Map<Pattern, String> paths = new LinkedHashMap<>();
  private final SchemaRegistry schemas = SchemaRegistry.withDialect(Dialects.getDraft202012());

  /** A file of a form. */
  public record Part(String name, @Nullable String file, byte[] content) {
    /** A text. */
    public static Part text(String name, String text) {
      return new Part(name, null, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Reads the document.
   *
   * @param server such as {@code http://127.0.0.1:18080}
   * @param headers that each request has, such as the key
   */
  public ApiClient(String server, Map<String, String> headers) throws Exception {
    this.server = server;
    this.headers = Map.copyOf(headers);
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(server + "/api/v1/openapi.json")).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    document = Json.LENIENT.readTree(answer.body());
    List<String> all = new ArrayList<>();
    document.path("paths").fieldNames().forEachRemaining(all::add);
    // A path without a parameter goes before one with it.
    all.sort((one, other) -> Integer.compare(braces(one), braces(other)));
    for (String path : all) {
      paths.put(Pattern.compile(path.replaceAll("\\{\\w+}", "[^/]+")), path);
    }
  }

  private ApiClient(ApiClient document, Map<String, String> headers) {
    this.server = document.server;
    this.headers = Map.copyOf(headers);
    this.document = document.document;
    this.paths.putAll(document.paths);
  }

  /** The same server and document, with other headers. */
  public ApiClient with(Map<String, String> others) {
    return new ApiClient(this, others);
  }

  private static int braces(String path) {
    return path.length() - path.replace("{", "").length();
  }

  /** The document. */
  public JsonNode document() {
    return document;
  }

  /** Sends a request without a body. */
  public HttpResponse<byte[]> send(String method, String path) throws Exception {
    return send(method, path, BodyPublishers.noBody(), null);
  }

  /** Sends JSON. */
  public HttpResponse<byte[]> send(String method, String path, String json) throws Exception {
    return send(method, path, BodyPublishers.ofString(json), "application/json");
  }

  /** Sends a form. */
  public HttpResponse<byte[]> form(String path, Part... parts) throws Exception {
    String boundary = "facestream-test-boundary";
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Part part : parts) {
      String file = part.file() == null ? "" : "; filename=\"" + part.file() + "\"";
      body.writeBytes(
          ("--"
                  + boundary
                  + "\r\nContent-Disposition: form-data; name=\""
                  + part.name()
                  + "\""
                  + file
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.UTF_8));
      body.writeBytes(part.content());
      body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    body.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return send(
        "POST",
        path,
        BodyPublishers.ofByteArray(body.toByteArray()),
        "multipart/form-data; boundary=" + boundary);
  }

  /** The JSON of an answer with this status. */
  public static JsonNode json(int status, HttpResponse<byte[]> answer) throws Exception {
    assertEquals(status, answer.statusCode(), () -> text(answer));
    return Json.LENIENT.readTree(answer.body());
  }

  /** The body of an answer as text. */
  public static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private HttpResponse<byte[]> send(
      String method, String path, BodyPublisher body, @Nullable String type) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path)).method(method, body);
    headers.forEach(request::header);
    if (type != null) {
      request.header("Content-Type", type);
    }
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    check(method, path, answer);
    return answer;
  }

  private void check(String method, String path, HttpResponse<byte[]> answer) {
    String plain = path.replaceAll("\\?.*", "");
    String known =
        paths.entrySet().stream()
            .filter(each -> each.getKey().matcher(plain).matches())
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
    assertNotNull(known, "the document has no path for " + plain);
    String what = method + " " + known + " " + answer.statusCode() + ": " + text(answer);
    JsonNode responses =
        document.path("paths").path(known).path(method.toLowerCase(Locale.ROOT)).path("responses");
    String status = String.valueOf(answer.statusCode());
    JsonNode response =
        responses.has(status) ? responses.path(status) : responses.path(status.charAt(0) + "XX");
    if (response.has("$ref")) {
      response = document.at(response.path("$ref").asText().substring(1));
    }
    assertTrue(!response.isMissingNode(), "an answer that the document does not have: " + what);
    JsonNode content = response.path("content");
    String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    if (content.isMissingNode() || answer.statusCode() == 304) {
      assertEquals(0, answer.body().length, what);
      return;
    }
    JsonNode media = content.path(type);
    assertTrue(
        !media.isMissingNode(), "a type that the document does not have, " + type + ": " + what);
    if (media.has("schema") && type.endsWith("json")) {
      ObjectNode schema = media.path("schema").deepCopy();
      schema.set("components", document.path("components"));
      Schema checked = schemas.getSchema(schema.toString(), InputFormat.JSON);
      List<Error> errors = checked.validate(text(answer), InputFormat.JSON);
      assertTrue(errors.isEmpty(), () -> errors + " in " + what);
    }
  }
}

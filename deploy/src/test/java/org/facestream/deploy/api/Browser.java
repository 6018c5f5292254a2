package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.json.Json;

/** Keeps the cookies that the API sets, and the token against forged requests, as a page would. */
final class Browser {
  final Map<String, String> cookies = new TreeMap<>();
  private final ApiClient client;
  private final Map<String, String> headers;
  String token = "";

  /** Every {@code Set-Cookie} of the last answer. */
  List<String> set = List.of();

  /**
   * @param headers that a proxy adds
   */
  Browser(ApiClient client, Map<String, String> headers) {
    this.client = client;
    this.headers = headers;
  }

  HttpResponse<byte[]> logIn(String name, String password) throws Exception {
    String body = Json.text(Map.of("name", name, "password", password));
    HttpResponse<byte[]> answer = send("POST", "/api/v1/session", body, Map.of());
    if (answer.statusCode() == 201) {
      token = Json.LENIENT.readTree(answer.body()).path("csrfToken").asText();
    }
    return answer;
  }

  /** Logs in with a one-time password, and sets another. */
  Browser begin(String name, String oneTime, String password) throws Exception {
    JsonNode me = ApiClient.json(201, logIn(name, oneTime));
    assertEquals("true", me.path("mustChangePassword").asText());
    me = ApiClient.json(200, setPassword(null, password));
    token = me.path("csrfToken").asText();
    return this;
  }

  HttpResponse<byte[]> setPassword(String current, String password) throws Exception {
    Map<String, String> body = new HashMap<>();
    body.put("current", current);
    body.put("password", password);
    return send("PUT", "/api/v1/me/password", Json.text(body));
  }

  HttpResponse<byte[]> send(String method, String path) throws Exception {
    return send(method, path, "", Map.of("X-CSRF-Token", token));
  }

  HttpResponse<byte[]> send(String method, String path, String json) throws Exception {
    return send(method, path, json, Map.of("X-CSRF-Token", token));
  }

  HttpResponse<byte[]> send(String method, String path, String json, Map<String, String> more)
      throws Exception {
    Map<String, String> all = new HashMap<>(headers);
    all.putAll(more);
    if (!cookies.isEmpty()) {
      all.put(
          "Cookie",
          cookies.entrySet().stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .collect(Collectors.joining("; ")));
    }
    ApiClient with = client.with(all);
    HttpResponse<byte[]> answer =
        json.isEmpty() ? with.send(method, path) : with.send(method, path, json);
    set = answer.headers().allValues("Set-Cookie");
    for (String cookie : set) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      if (pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
    return answer;
  }

  /** The session's cookie, over plain HTTP. */
  String session() {
    return cookies.getOrDefault("facestream-session", "");
  }
}

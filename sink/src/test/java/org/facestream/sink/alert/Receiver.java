package org.facestream.sink.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;
import org.facestream.ingest.worker.json.Json;

/** A real web server that takes alerts, and answers as a test wants. */
final class Receiver implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** What came, in the order in which it came. */
  final List<Post> posts = new CopyOnWriteArrayList<>();

  /** Headers of the next answers. */
  final Map<String, String> headers = new ConcurrentHashMap<>();

  /** The status for what came; -1 for no answer. */
  volatile ToIntFunction<Post> answer = post -> 204;

  /** A request. */
  record Post(String signature, String authorization, byte[] body, long nanos) {
    JsonNode json() {
      try {
        return Json.LENIENT.readTree(body);
      } catch (IOException malformed) {
        throw new AssertionError(malformed);
      }
    }

    String id() {
      return json().path("id").asText();
    }
  }

  Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          Post post =
              new Post(
                  exchange.getRequestHeaders().getFirst("X-Facestream-Signature"),
                  exchange.getRequestHeaders().getFirst("Authorization"),
                  exchange.getRequestBody().readAllBytes(),
                  System.nanoTime());
          posts.add(post);
          int status = answer.applyAsInt(post);
          if (status > 0) {
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
          }
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook/hunter2";
  }

  void reset() {
    posts.clear();
    headers.clear();
    answer = post -> 204;
  }

  List<String> ids() {
    return posts.stream().map(Post::id).toList();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

package org.facestream.ingest.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.UserError;

/**
 * {@code /metrics} for Prometheus, {@code /livez} and {@code /readyz} for the supervisor of the
 * process. Live and ready answer 200 or 503, with a line per stage.
 */
public final class Endpoint implements AutoCloseable {
  /** The supervisor is answered while another client is slow. */
  private static final int THREADS = 4;

  private static final int WAITING = 64;

  // Read once, when the JDK's server is first used. Slower clients are disconnected, so that they
  // cannot occupy all threads for long.
  static {
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "5");
    System.getProperties().putIfAbsent("sun.net.httpserver.maxRspTime", "10");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  /**
   * Listens at once.
   *
   * @throws UserError when the port is in use or the address does not belong to this machine
   */
  public Endpoint(WorkerConfig config, Telemetry telemetry, Supplier<List<Stage>> stages) {
    try {
      server = HttpServer.create(new InetSocketAddress(config.httpHost(), config.httpPort()), 16);
    } catch (BindException inUse) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "Port %d on %s cannot be used (%s). Stop the program that uses it, or choose "
                  + "another port with --set worker.http-port=PORT.",
              config.httpPort(),
              config.httpHost(),
              inUse.getMessage()),
          inUse);
    } catch (IOException | IllegalArgumentException failed) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "Cannot listen on %s:%d (%s): check worker.http-host and worker.http-port.",
              config.httpHost(),
              config.httpPort(),
              failed.getMessage()),
          failed);
    }
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "http-endpoint");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext(
        "/metrics",
        exchange ->
            answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", telemetry.scrape()));
    server.createContext(
        "/livez",
        exchange -> {
          List<Stage> now = stages.get();
          boolean live = now.stream().allMatch(Stage::live);
          answer(
              exchange,
              live ? 200 : 503,
              "text/plain; charset=utf-8",
              now.stream()
                  .map(stage -> stage.name() + ": " + (stage.live() ? "live" : "stuck") + "\n")
                  .collect(Collectors.joining()));
        });
    server.createContext(
        "/readyz",
        exchange -> {
          List<Stage> now = stages.get();
          boolean ready = !now.isEmpty() && now.stream().allMatch(stage -> stage.health().ready());
          answer(
              exchange,
              ready ? 200 : 503,
              "text/plain; charset=utf-8",
              now.stream()
                  .map(
                      stage ->
                          stage.name()
                              + ": "
                              + (stage.health().ready()
                                  ? "ready"
                                  : "not ready, " + stage.health().reason())
                              + "\n")
                  .collect(Collectors.joining()));
        });
    server.start();
  }

  /** The port in use, also when the configuration requested a free one. */
  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

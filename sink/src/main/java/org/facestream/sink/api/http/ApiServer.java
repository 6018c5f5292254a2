package org.facestream.sink.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;

/**
 * Serves routes. Whatever fails becomes one kind of answer, in one place: a {@link Problem}. Each
 * request is checked in the same order: who calls, the role, the parameters' names.
 */
public final class ApiServer implements AutoCloseable {
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration IN_ORDER = Duration.ofSeconds(5);
  private static final int WAITING = 1000;
  private static final int HEADER_BYTES = 16_384;
  private static final int IN_MEMORY = 1 << 20;

  /** What browsers are to refuse; answers are data of people, so nothing keeps them. */
  private static final Map<String, String> SAFE =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri"
              + " 'none'; form-action 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-store");

  private final Access access;
  private final Proxies proxies;
  private final Failures failures;
  private final Telemetry telemetry;
  private final List<Route> routes;
  private final Javalin javalin;

  /**
   * Listens at once.
   *
   * @param routes of all rooms; the document and the page of all of them are added
   * @param version of facestream, for the document
   * @throws UserError when the port is in use or the address is not this machine's
   */
  public ApiServer(
      ApiConfig config, Access access, List<Route> routes, String version, Telemetry telemetry) {
    this.access = access;
    this.proxies = new Proxies(config.trustedProxies().orElse(List.of()));
    this.failures = new Failures(config.uploadBytes());
    this.telemetry = telemetry;
    this.routes = withDocument(routes, version);
    this.javalin = Javalin.create(settings -> configure(settings, config));
    try {
      javalin.start();
    } catch (RuntimeException failed) {
      close();
      throw new UserError(
          "The HTTP API cannot listen on %s:%s (%s). Stop the program that uses the port, or choose another with api.host and api.port."
              .formatted(config.host(), config.port(), reason(failed)),
          failed);
    }
  }

  private static String reason(Throwable failed) {
    return failed.getCause() == null
        ? String.valueOf(failed.getMessage())
        : String.valueOf(failed.getCause().getMessage());
  }

  private static List<Route> withDocument(List<Route> routes, String version) {
    List<Route> all = new ArrayList<>(routes);
    ObjectNode[] document = new ObjectNode[1];
    String[] page = new String[1];
    all.add(
        Route.get("/api/v1/openapi.json", Role.anyone, "The document of this API, OpenAPI 3.1.")
            .answer(ObjectNode.class)
            .handle(call -> call.answer(document[0])));
    all.add(
        Route.get("/api/v1/docs", Role.anyone, "The document of this API as a page.")
            .answer(new Content("text/html", null))
            .handle(call -> call.context().html(page[0])));
    all.add(
        Route.get("/api/v1/docs.css", Role.anyone, "The style of the page.")
            .answer(new Content("text/css", null))
            .handle(call -> call.context().contentType("text/css").result(ReadablePage.STYLE)));
    document[0] = OpenApiDocument.of(all, version);
    page[0] = ReadablePage.of(all);
    return List.copyOf(all);
  }

  private void configure(JavalinConfig settings, ApiConfig config) {
    settings.startup.showJavalinBanner = false;
    settings.startup.showOldJavalinVersionWarning = false;
    settings.startup.startupWatcherEnabled = false;
    settings.http.maxRequestSize = config.uploadBytes();
    settings.jetty.multipartConfig.maxTotalRequestSize(config.uploadBytes(), SizeUnit.BYTES);
    settings.jetty.multipartConfig.maxFileSize(config.uploadBytes(), SizeUnit.BYTES);
    // Larger ones are in a temporary file until the answer.
    settings.jetty.multipartConfig.maxInMemoryFileSize(IN_MEMORY, SizeUnit.BYTES);
    settings.http.prefer405over404 = true;
    QueuedThreadPool threads =
        new QueuedThreadPool(
            config.threads(),
            Math.min(8, config.threads()),
            (int) IDLE.toMillis(),
            new ArrayBlockingQueue<>(WAITING));
    threads.setName("api");
    settings.jetty.threadPool = threads;
    settings.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(HEADER_BYTES);
        });
    settings.jetty.addConnector((server, http) -> connector(server, http, config));
    settings.jetty.modifyServer(server -> server.setStopTimeout(IN_ORDER.toMillis()));
    for (Route route : routes) {
      settings.routes.addEndpoint(
          new Endpoint(
              HandlerType.findOrCreate(route.method().name()),
              route.path(),
              context -> serve(context, route)));
    }
    // Javalin has a handler of its own for this one.
    settings.routes.exception(
        HttpResponseException.class, (failed, context) -> failures.answer(context, failed));
    settings.routes.exception(
        Exception.class, (failed, context) -> failures.answer(context, failed));
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, ApiConfig config) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setIdleTimeout(IDLE.toMillis());
    return connector;
  }

  private void serve(Context context, Route route) {
    long begun = System.nanoTime();
    SAFE.forEach(context::header);
    try {
      Call call = new Call(context, route, access, proxies.peer(context));
      call.admit();
      checkParameters(context, route);
      failures.checkLength(context);
      route.handler().handle(call);
    } catch (Exception failed) {
      failures.answer(context, failed, route);
    } finally {
      Timer.builder("facestream.api.request.time")
          .description("Time from a request to its answer")
          .publishPercentileHistogram()
          .tags(
              "route",
              route.method() + " " + route.path(),
              "status",
              String.valueOf(context.statusCode()))
          .register(telemetry.registry())
          .record(Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  private static void checkParameters(Context context, Route route) {
    boolean lenient = route.answer().dialect().lenient();
    Set<String> known = new TreeSet<>();
    for (Parameter parameter : route.parameters()) {
      if (parameter.place() == Parameter.Place.query) {
        known.add(parameter.name());
        Collection<String> given = context.queryParams(parameter.name());
        if (parameter.required() && given.isEmpty()) {
          throw Problem.invalid("The parameter %s is missing.".formatted(parameter.name()));
        }
        if (!parameter.repeated() && given.size() > 1 && !lenient) {
          throw Problem.invalid("Give the parameter %s once.".formatted(parameter.name()));
        }
      }
    }
    Set<String> unknown = new TreeSet<>(context.queryParamMap().keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty() && !lenient) {
      throw Problem.invalid(
          known.isEmpty()
              ? "This takes no parameters in the query."
              : "A parameter is not known. Known are: "
                  + known.stream().collect(Collectors.joining(", "))
                  + ".");
    }
  }

  /** What is served. */
  public List<Route> routes() {
    return routes;
  }

  /** The port in use, also when a free one was asked for. */
  public int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}

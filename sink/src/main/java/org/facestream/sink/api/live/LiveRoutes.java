package org.facestream.sink.api.live;

import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes about what is seen now. */
public final class LiveRoutes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveRoutes.class);

  /** Of a camera that one caller goes on looking at, the trail has one entry in this time. */
  private static final Duration ONE_LOOK = Duration.ofMinutes(5);

  private final KafkaClients clients;
  private final StreamPlaces places;
  private final LatestFrames frames;
  private final RecentLooks looks = new RecentLooks(ONE_LOOK);
  private final ExecutorService streams;
  private volatile boolean closing;

  /** Opens nothing yet. */
  public LiveRoutes(ApiConfig config, KafkaClients clients, Telemetry telemetry) {
    this.clients = clients;
    this.places = new StreamPlaces(config.streams(), config.streamsPerCaller());
    this.frames = new LatestFrames(clients);
    AtomicInteger number = new AtomicInteger();
    // No more threads than places.
    this.streams =
        Executors.newCachedThreadPool(
            task -> new Thread(task, "api-stream-" + number.incrementAndGet()));
    telemetry.registry().gauge("facestream.api.streams", places, taken -> (double) taken.taken());
  }

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(
                "/api/v1/events/live",
                Role.viewer,
                "Receive identity events as they come, as server-sent events.")
            .query("person", Parameter.Type.text, "Id or name of a person.")
            .query("unknown", Parameter.Type.flag, "Only unknown people.")
            .repeated("camera", "Id of a camera.")
            .query(
                "after", Parameter.Type.text, "As Last-Event-ID, for whoever cannot set headers.")
            .header("Last-Event-ID", "Id of the last event that was received: goes on after it.")
            .answer(new Content("text/event-stream", null))
            .handle(this::events),
        Route.get("/api/v1/cameras/{camera}/snapshot", Role.viewer, "Read a camera's newest frame.")
            .answer(Content.JPEG)
            .handle(this::snapshot));
  }

  private void events(Call call) {
    Map<String, Object> what = new LinkedHashMap<>();
    call.query("person").ifPresent(person -> what.put("person", person));
    List<String> cameras = call.queries("camera");
    if (!cameras.isEmpty()) {
      what.put("camera", String.join(" ", cameras));
    }
    Predicate<IdentityEvent> wanted = wanted(call, cameras);
    Caller caller = call.caller();
    if (closing) {
      throw Problem.unavailable("This process ends; try again.", null);
    }
    places.take(caller);
    boolean begun = false;
    EventStream stream = null;
    try {
      Topics.ensure(clients, List.of(IdentityTopic.TOPIC));
      stream =
          new EventStream(
              clients, call, wanted, call.header("Last-Event-ID").or(() -> call.query("after")));
      call.look("event.stream", what);
      begin(call.context(), stream, caller);
      begun = true;
    } finally {
      if (!begun) {
        end(stream, caller);
      }
    }
  }

  private static Predicate<IdentityEvent> wanted(Call call, List<String> cameras) {
    boolean unknown = call.flag("unknown");
    Optional<String> person = call.query("person");
    if (unknown && person.isPresent()) {
      throw Problem.invalid("Give person or unknown, not both.");
    }
    return event ->
        (cameras.isEmpty() || cameras.contains(event.camera()))
            && (!unknown || event.personId() == null)
            && person.map(who -> is(event, who)).orElse(true);
  }

  private static boolean is(IdentityEvent event, String person) {
    return event.personId() != null
        && (event.personId().equals(person) || event.name().equalsIgnoreCase(person.strip()));
  }

  private void begin(Context context, EventStream stream, Caller caller) {
    context.status(200).contentType("text/event-stream; charset=utf-8");
    // Nginx would gather events otherwise.
    context.header("X-Accel-Buffering", "no");
    context.async(
        config -> {
          config.executor = streams;
          config.timeout = 0;
        },
        () -> {
          try {
            stream.run(new SseClient(context), () -> closing);
          } catch (RuntimeException failed) {
            // Its caller begins again after the last event that came.
            log.debug("a stream of events ended: {}", failed.toString());
          } finally {
            end(stream, caller);
          }
        });
  }

  private void end(@Nullable EventStream stream, Caller caller) {
    places.giveBack(caller);
    if (stream != null) {
      stream.close();
    }
  }

  private void snapshot(Call call) throws InterruptedException {
    String camera = call.path("camera");
    call.requireCamera(camera, "camera");
    Frame frame =
        frames
            .newest(camera)
            .orElseThrow(
                () ->
                    Problem.notFound(
                        "No frame of this camera came in the last seconds. GET"
                            + " /api/v1/cameras/{camera} has its state."));
    looks.take(call.caller(), camera, () -> call.look("camera.snapshot", Map.of("camera", camera)));
    call.context().header("X-Capture-Time", frame.captureTime().toString());
    call.answer(frame.jpeg(), "image/jpeg", frame.epoch() + "-" + frame.sequence(), Duration.ZERO);
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    streams.shutdown();
    if (!streams.awaitTermination(5, TimeUnit.SECONDS)) {
      streams.shutdownNow();
    }
    frames.close();
  }
}

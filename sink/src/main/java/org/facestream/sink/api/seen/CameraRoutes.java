package org.facestream.sink.api.seen;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.jspecify.annotations.Nullable;

/** Routes about cameras and their states. */
public final class CameraRoutes {
  private static final String CAMERAS = "/api/v1/cameras";

  private final KafkaClients clients;

  public CameraRoutes(KafkaClients clients) {
    this.clients = clients;
  }

  /**
   * A camera.
   *
   * @param url with its password masked
   * @param tags as they were given
   * @param state what its worker reported last, or null when no worker did
   */
  record CameraItem(
      String id, String url, boolean enabled, List<String> tags, @Nullable State state) {
    static CameraItem of(Camera camera, @Nullable CameraReport report) {
      return new CameraItem(
          camera.id(),
          MaskedUrl.of(camera.url()),
          camera.enabled(),
          camera.tags(),
          report == null ? null : State.of(report));
    }
  }

  /**
   * What a worker reported.
   *
   * @param state connecting, live, stalled, backoff or off
   * @param reason of the state, or null
   * @param since when the state began
   * @param at when it was reported: a worker that runs reports every few seconds
   * @param fpsIn pictures a second from the camera, or null when it is not live
   * @param fpsOut of these, published
   */
  record State(
      String state,
      @Nullable String reason,
      Instant since,
      Instant at,
      @Nullable Double fpsIn,
      @Nullable Double fpsOut) {
    static State of(CameraReport report) {
      return new State(
          report.state().label(),
          report.reason(),
          report.since(),
          report.at(),
          report.fpsIn(),
          report.fpsOut());
    }
  }

  /** The cameras that the caller may see, by id. */
  record CameraList(List<CameraItem> items) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(CAMERAS, Role.viewer, "List the cameras and their states.")
            .answer(CameraList.class)
            .handle(this::list),
        Route.get(CAMERAS + "/{camera}", Role.viewer, "Read a camera and its state.")
            .answer(CameraItem.class)
            .handle(this::show));
  }

  private List<CameraItem> visible(Call call) {
    CameraRegistry registry = new CameraRegistry(clients);
    Map<String, CameraReport> reports = registry.reports();
    return registry.list().stream()
        .filter(camera -> call.caller().sees(camera.id()))
        .map(camera -> CameraItem.of(camera, reports.get(camera.id())))
        .toList();
  }

  private void list(Call call) {
    call.answer(new CameraList(visible(call)));
  }

  private void show(Call call) {
    call.answer(
        visible(call).stream()
            .filter(camera -> camera.id().equals(call.path("camera")))
            .findFirst()
            .orElseThrow(() -> Problem.notFound("There is no camera of this id.")));
  }
}

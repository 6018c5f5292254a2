package org.facestream.deploy.command.camera;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    header = "List the registered cameras and their states; passwords are masked.",
    description = {
      "",
      "States: connecting, live, stalled, backoff (with the reason), off; disabled; and unknown when",
      "no worker has reported the camera for 90 seconds: a report is valid for 30 seconds, and the",
      "clocks may differ by a minute. A live camera is shown with its published and received frames",
      "per second, and with its losses; `behind` means that its worker cannot read it in time. --json",
      "contains all counts."
    })
final class CameraListCommand extends Subcommand {
  private static final String DISABLED = "disabled";
  private static final String UNKNOWN = "unknown";

  /** How far a worker's clock may be behind this machine's before its cameras seem forgotten. */
  private static final long CLOCKS_DIFFER = Duration.ofMinutes(1).toMillis();

  @Mixin private KafkaOptions kafka;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() {
    List<Camera> cameras;
    Map<String, CameraReport> reports;
    try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
      CameraRegistry registry = new CameraRegistry(connection.clients());
      cameras = registry.list();
      reports = registry.reports();
    }
    Instant now = Instant.now();
    if (json) {
      out().println(json(cameras, reports, now));
      return 0;
    }
    for (Camera camera : cameras) {
      CameraReport report = reports.get(camera.id());
      String state = state(camera, report, now);
      CameraReport told = state.equals(UNKNOWN) || state.equals(DISABLED) ? null : report;
      out()
          .printf(
              "%-16s  %-10s  %8s  %-34s  %s%s%s%n",
              camera.id(),
              state,
              told == null ? "" : age(told.since(), now),
              told == null ? "" : detail(told, now),
              MaskedUrl.of(camera.url()),
              camera.closeUpUrl() == null
                  ? ""
                  : "  close-ups from " + MaskedUrl.of(camera.closeUpUrl()),
              camera.tags().isEmpty() ? "" : "  " + camera.tags());
    }
    if (cameras.isEmpty()) {
      err().println("There is no camera yet: `facestream camera add ID URL`.");
    }
    return 0;
  }

  static String state(Camera camera, @Nullable CameraReport report, Instant now) {
    if (!camera.enabled()) {
      return DISABLED;
    }
    // A worker that runs it would have reported another state since it was enabled.
    if (report == null || (report.state() == CameraState.OFF && DISABLED.equals(report.reason()))) {
      return UNKNOWN;
    }
    // The state off is reported once.
    boolean silent =
        report.state() != CameraState.OFF
            && silence(report, now) > CameraStatusTopic.SILENT + CLOCKS_DIFFER;
    return silent ? UNKNOWN : report.state().label();
  }

  private static long silence(CameraReport report, Instant now) {
    return Duration.between(report.at(), now).toMillis();
  }

  static String detail(CameraReport report, Instant now) {
    if (report.state() != CameraState.OFF && silence(report, now) > CameraStatusTopic.SILENT) {
      // It stopped, or one of the two clocks is wrong: a reader can tell by looking twice.
      return String.format(Locale.ROOT, "last report %d s ago", silence(report, now) / 1000);
    }
    if (report.state() != CameraState.LIVE || report.fpsIn() == null || report.codec() == null) {
      return report.reason() == null ? "" : report.reason();
    }
    String rates =
        String.format(
            Locale.ROOT,
            "%.1f of %.1f fps, %s %d x %d",
            report.fpsOut(),
            report.fpsIn(),
            report.codec(),
            report.width(),
            report.height());
    String losses =
        report.droppedPerSecond().entrySet().stream()
            .map(loss -> String.format(Locale.ROOT, "%.1f %s", loss.getValue(), loss.getKey()))
            .collect(Collectors.joining(", "));
    return losses.isEmpty() ? rates : rates + "; losses per second: " + losses;
  }

  private static String age(Instant since, Instant now) {
    long seconds = Math.max(0, Duration.between(since, now).toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 120) {
      return minutes + " min";
    }
    return minutes < 48 * 60 ? minutes / 60 + " h" : minutes / (24 * 60) + " d";
  }

  private static String json(List<Camera> cameras, Map<String, CameraReport> reports, Instant now) {
    ArrayNode all = Json.LENIENT.createArrayNode();
    for (Camera camera : cameras) {
      ObjectNode node = Json.LENIENT.valueToTree(camera);
      node.put("url", MaskedUrl.of(camera.url()));
      if (camera.closeUpUrl() != null) {
        node.put("closeUpUrl", MaskedUrl.of(camera.closeUpUrl()));
      }
      CameraReport report = reports.get(camera.id());
      node.put("state", state(camera, report, now));
      if (report != null) {
        node.putPOJO("status", report);
      }
      all.add(node);
    }
    return Json.text(all);
  }
}

package org.facestream.ingest.camera;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.IngestConfig;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;

class FrameOutletTest {
  private static final Polygon CORNER =
      Polygon.of(List.of(List.of(0.0, 0.0), List.of(0.5, 0.0), List.of(0.0, 0.5)));

  @Test
  void whatWasKeptBeforeTheMasksChangedIsNotPublishedWithTheOldOnes() {
    Settings settings =
        Settings.load(
            List.of(KafkaConfig.class, IngestConfig.class),
            Optional.empty(),
            Map.of(),
            Map.of(
                "kafka.bootstrap-servers", "127.0.0.1:1",
                "ingest.motion-keep-alive", "1h",
                "ingest.motion-post-roll", "0s"));
    IngestConfig config = settings.get(IngestConfig.class);
    KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
    try (Telemetry telemetry = new Telemetry();
        FramePublisher publisher = new FramePublisher(config, clients, telemetry)) {
      Camera camera = Camera.of("a", "rtsp://192.0.2.7/s").withMotion(MotionOptions.DEFAULT);
      FrameOutlet outlet =
          new FrameOutlet(camera, 1, config, publisher, telemetry, Optional.empty());
      Optional<Luma> still = Optional.of(new Luma(160, 90, new byte[160 * 90]));
      for (int i = 0; i < 5; i++) {
        offer(outlet, i, List.of(), still);
      }
      assertEquals(0, heldBack(telemetry), "all but the first are kept");
      offer(outlet, 5, List.of(CORNER), Optional.empty());
      assertEquals(4, heldBack(telemetry));
      offer(outlet, 6, List.of(CORNER), still);
      offer(outlet, 7, List.of(CORNER), Optional.empty());
      assertEquals(4, heldBack(telemetry), "with the same masks it goes first");
    }
  }

  private static void offer(FrameOutlet outlet, int i, List<Polygon> masks, Optional<Luma> luma) {
    outlet.offer(
        i * 100_000_000L,
        Instant.ofEpochMilli(i * 100),
        new EncodedPicture(1, 1, new byte[1]),
        masks,
        luma);
  }

  private static double heldBack(Telemetry telemetry) {
    return telemetry.registry().get("facestream.held.back").counter().count();
  }
}

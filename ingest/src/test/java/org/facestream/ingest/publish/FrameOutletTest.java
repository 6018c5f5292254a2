package org.facestream.ingest.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.MotionOptions;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.TestVideo;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.clock.Sampled;
import org.facestream.ingest.source.picture.Look;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameOutletTest {
  private static final Polygon CORNER =
      Polygon.of(List.of(List.of(0.0, 0.0), List.of(0.5, 0.0), List.of(0.0, 0.5)));

  @TempDir private Path folder;

  @Test
  void whatWasKeptBeforeTheMasksChangedIsNotPublishedAndOnlyWhatIsPublishedIsEncoded()
      throws SourceException {
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
    // The first counts as movement; a square comes in the sixth and in the eighth.
    Path file =
        TestVideo.write(
            folder.resolve("a.mp4"),
            "libopenh264",
            320,
            240,
            10,
            9,
            TestVideo.Coding.USUAL,
            (frame, i) -> TestVideo.square(frame, i == 5 || i == 7 ? 40 : -1, 100));
    try (Telemetry telemetry = new Telemetry();
        FramePublisher publisher = new FramePublisher(config, clients, telemetry);
        VideoSource source = VideoSource.open(file)) {
      Camera camera = Camera.of("a", "rtsp://192.0.2.7/s").withMotion(MotionOptions.DEFAULT);
      FrameOutlet outlet =
          new FrameOutlet(camera, 1, config, publisher, telemetry, Optional.empty());
      int[] heldBack = new int[9];
      int[] encoded = new int[9];
      for (int i = 0; i < 9; i++) {
        assertTrue(source.next());
        List<Polygon> masks = i < 5 ? List.of() : List.of(CORNER);
        outlet.offer(
            new Sampled<>(i * 100_000_000L, Instant.ofEpochMilli(i * 100), source.picture()),
            new Look(160, 85, masks));
        heldBack[i] = (int) telemetry.registry().get("facestream.held.back").counter().count();
        encoded[i] = (int) telemetry.part("ingest", "encode").count();
      }
      assertEquals(0, heldBack[4], "all but the first are kept");
      assertEquals(1, encoded[4], "and not encoded");
      assertEquals(4, heldBack[5]);
      assertEquals(2, encoded[5]);
      assertEquals(4, heldBack[7], "with the same masks it goes first");
      assertEquals(4, encoded[7]);
      outlet.end();
      assertEquals(4, encoded[8]);
      assertEquals(5, (int) telemetry.registry().get("facestream.held.back").counter().count());
    }
  }
}

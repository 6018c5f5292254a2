package org.facestream.detector;

import io.micrometer.core.instrument.Counter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.Area;
import org.facestream.ingest.frame.CloseUpRequestBuilder;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.CloseUpTrust;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.Telemetry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests larger pictures of published faces from cameras with a larger stream, and tracks the
 * results. For one thread.
 */
final class CloseUpRequests {
  private static final Logger log = LoggerFactory.getLogger(CloseUpRequests.class);

  /** A face of this area in pixels has the best size quality: see {@code QualityMeter}. */
  private static final double LARGE_ENOUGH = 112;

  /** Maximum burst of requests, which is the number for two seconds on average. */
  private static final double BURST = 10;

  private static final double PER_SECOND = 5;

  private final String topic;
  private final Telemetry telemetry;
  private final Set<String> cameras = new HashSet<>();
  private final Map<String, Account> accounts = new HashMap<>();

  private static final class Account {
    private final CloseUpTrust trust = new CloseUpTrust();
    private double room = BURST;
    private long since = System.nanoTime();

    boolean take(long now) {
      room = Math.min(BURST, room + PER_SECOND * (now - since) / TimeUnit.SECONDS.toNanos(1));
      since = now;
      boolean enough = room >= 1;
      room -= enough ? 1 : 0;
      return enough;
    }
  }

  /**
   * @param topic full name of the topic of requests
   */
  CloseUpRequests(String topic, Telemetry telemetry) {
    this.topic = topic;
    this.telemetry = telemetry;
  }

  /**
   * Applies the settings of a camera.
   *
   * @param camera null when it was removed
   */
  void take(String id, @Nullable Camera camera) {
    if (camera != null && camera.closeUpUrl() != null) {
      cameras.add(id);
    } else {
      cameras.remove(id);
      accounts.remove(id);
    }
  }

  /**
   * The request for a face that is being published; usually none.
   *
   * @param meters count it when the turn is durable
   */
  Optional<ProducerRecord<String, byte[]>> ask(Face face, DetectorMeters meters) {
    Box box = face.box();
    if (!cameras.contains(face.camera()) || box.area() >= LARGE_ENOUGH * LARGE_ENOUGH) {
      return Optional.empty();
    }
    long now = System.nanoTime();
    Account account = account(face.camera());
    if (!account.trust.given(now)) {
      meters.count(() -> count(face.camera(), "switched-off"));
      return Optional.empty();
    }
    if (!account.take(now)) {
      meters.count(() -> count(face.camera(), "too-many"));
      return Optional.empty();
    }
    meters.count(() -> count(face.camera(), "asked"));
    return Optional.of(
        CloseUpTopic.toRecord(
            topic,
            CloseUpRequestBuilder.builder()
                .camera(face.camera())
                .epoch(face.epoch())
                .sequence(face.frameSequence())
                .captureTime(face.captureTime())
                .track(face.track())
                .face(face.id())
                .frameWidth(face.frameWidth())
                .frameHeight(face.frameHeight())
                .box(new Area(box.left(), box.top(), box.right(), box.bottom()))
                .build()));
  }

  /** A close-up showed the face. */
  void succeeded(String camera) {
    account(camera).trust.succeeded();
    count(camera, "published");
  }

  /** A close-up showed no face where one should be. */
  void failed(String camera) {
    count(camera, "no-face");
    if (account(camera).trust.failed(System.nanoTime())) {
      log.warn(
          "camera {}: its close-ups do not show the requested faces; pausing them for {} s",
          camera,
          CloseUpTrust.PAUSE.toSeconds());
    }
  }

  private Account account(String camera) {
    return accounts.computeIfAbsent(camera, id -> new Account());
  }

  void count(String camera, String outcome) {
    Counter.builder("facestream.close.ups")
        .description("Requests for close-ups, by outcome")
        .tags("stage", DetectorProcessor.STAGE, "camera", camera, "outcome", outcome)
        .register(telemetry.registry())
        .increment();
  }
}

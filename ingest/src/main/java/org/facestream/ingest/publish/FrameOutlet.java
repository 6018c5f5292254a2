package org.facestream.ingest.publish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.motion.Luma;
import org.facestream.ingest.motion.LumaScaler;
import org.facestream.ingest.motion.MotionDetector;
import org.facestream.ingest.motion.MotionGate;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.clock.Sampled;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.KeptPicture;
import org.facestream.ingest.source.picture.Look;
import org.facestream.ingest.source.picture.PictureEncoder;
import org.facestream.ingest.source.picture.SourcePicture;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;

/**
 * Masks, encodes and publishes the sampled pictures of one session as frames: all of them, or those
 * that pass the motion gate; with or without waiting for Kafka. Only published pictures are
 * encoded. One thread uses it.
 */
public final class FrameOutlet {
  private final String camera;
  private final long epoch;
  private final FramePublisher publisher;
  private final Optional<MotionDetector> detector;
  private final MotionGate gate;
  private final LumaScaler scaler = new LumaScaler();
  private final PictureEncoder encoder = new PictureEncoder();
  private final Counter still;
  private final Timer encodeTime;
  private final Optional<BooleanSupplier> patience;
  private List<Polygon> masks = List.of();
  private long sequence;
  private long heldBack;

  /**
   * @param patience for a replay, which must not lose frames, ends the waiting for Kafka; empty to
   *     drop frames when Kafka's buffer is full
   */
  public FrameOutlet(
      Camera camera,
      long epoch,
      IngestConfig config,
      FramePublisher publisher,
      Telemetry telemetry,
      Optional<BooleanSupplier> patience) {
    this.camera = camera.id();
    this.epoch = epoch;
    this.publisher = publisher;
    this.detector = Optional.ofNullable(camera.motion()).map(MotionDetector::new);
    this.gate =
        new MotionGate(config.motionKeepAlive(), config.motionPreRoll(), config.motionPostRoll());
    this.still = CameraCounts.still(camera.id(), telemetry);
    this.encodeTime = telemetry.part("ingest", "encode");
    this.patience = patience;
  }

  /** A recording begins; an unfinished one before it ends. */
  public void begin() {
    patience.ifPresent(stopped -> publisher.publishBoundary(camera, stopped));
  }

  /** Publishes or holds back the next picture. */
  public void offer(Sampled<SourcePicture> sampled, Look look) {
    if (detector.isEmpty()) {
      publish(sampled, look);
      return;
    }
    if (!look.masks().equals(masks)) {
      // Pictures with former masks are not published any more.
      masks = look.masks();
      gate.forget();
    }
    Optional<Luma> luma = sampled.picture().frame().map(scaler::scale);
    long time = sampled.time();
    if (gate.passes(luma.isEmpty() || detector.get().moves(luma.get(), time), time)) {
      publish(gate.release(), look);
      publish(sampled, look);
    } else {
      encoder.keep(sampled.picture(), look).ifPresent(kept -> gate.keep(sampled.with(kept)));
    }
    countHeldBack();
  }

  private void publish(Sampled<SourcePicture> sampled, Look look) {
    encodeTime
        .record(() -> encoder.encode(sampled.picture(), look))
        .ifPresent(jpeg -> publish(sampled.captured(), jpeg));
  }

  /** Kept pictures are published before the current one. */
  private void publish(List<Sampled<KeptPicture>> before, Look look) {
    try (Closing closing = new Closing()) {
      before.forEach(each -> closing.add(each.picture()));
      for (Sampled<KeptPicture> each : before) {
        publish(each.captured(), encodeTime.record(() -> encoder.encode(each.picture(), look)));
      }
    }
  }

  private void publish(Instant captured, EncodedPicture picture) {
    Frame frame =
        new Frame(
            camera,
            epoch,
            sequence++,
            captured,
            picture.width(),
            picture.height(),
            "",
            picture.jpeg());
    patience.ifPresentOrElse(
        stopped -> publisher.publishPatiently(frame, stopped), () -> publisher.publish(frame));
  }

  /** The source has ended. */
  public void end() {
    try (Closing closing = new Closing()) {
      closing.add(scaler);
      closing.add(encoder);
      closing.add(gate);
    }
    countHeldBack();
    patience.ifPresent(stopped -> publisher.publishBoundary(camera, stopped));
  }

  private void countHeldBack() {
    still.increment(gate.heldBack() - heldBack);
    heldBack = gate.heldBack();
  }
}

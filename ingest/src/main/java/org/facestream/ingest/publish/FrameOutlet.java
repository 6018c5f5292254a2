package org.facestream.ingest.publish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.motion.MotionDetector;
import org.facestream.ingest.motion.MotionGate;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.CurrentPicture;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.Luma;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;

/**
 * Publishes the sampled pictures of one session as frames: all of them, or those that pass the
 * motion gate; with or without waiting for Kafka. Only published pictures are encoded. One thread
 * uses it.
 */
public final class FrameOutlet {
  private final String camera;
  private final long epoch;
  private final FramePublisher publisher;
  private final Optional<MotionDetector> detector;
  private final MotionGate gate;
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

  /**
   * Publishes or holds back the next picture.
   *
   * @param time of the picture in its stream, nanoseconds
   */
  public void offer(long time, Instant captured, CurrentPicture picture) {
    if (detector.isEmpty()) {
      publish(captured, picture);
      return;
    }
    if (!picture.masks().equals(masks)) {
      // Pictures with former masks are not published any more.
      masks = picture.masks();
      gate.forget();
    }
    Optional<Luma> luma = picture.luma();
    if (gate.passes(luma.isEmpty() || detector.get().moves(luma.get(), time), time)) {
      publish(gate.release(), picture);
      publish(captured, picture);
    } else {
      picture.keep().ifPresent(kept -> gate.keep(new MotionGate.Timed(time, captured, kept)));
    }
    countHeldBack();
  }

  private void publish(Instant captured, CurrentPicture picture) {
    encodeTime.record(() -> picture.jpeg()).ifPresent(jpeg -> publish(captured, jpeg));
  }

  /** Kept pictures are published before the current one. */
  private void publish(List<MotionGate.Timed> before, CurrentPicture next) {
    try (Closing closing = new Closing()) {
      before.forEach(each -> closing.add(each.picture()));
      for (MotionGate.Timed each : before) {
        publish(each.captured(), encodeTime.record(() -> next.jpeg(each.picture())));
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
    gate.close();
    countHeldBack();
    patience.ifPresent(stopped -> publisher.publishBoundary(camera, stopped));
  }

  private void countHeldBack() {
    still.increment(gate.heldBack() - heldBack);
    heldBack = gate.heldBack();
  }
}

package org.facestream.ingest.camera;

import io.micrometer.core.instrument.Counter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.facestream.ingest.IngestConfig;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.worker.Telemetry;

/**
 * Where the sampled pictures of one session leave it as frames: all of them, or what the motion
 * gate lets through; in passing, or waiting for room. One thread uses it.
 */
final class FrameOutlet {
  private final String camera;
  private final long epoch;
  private final FramePublisher publisher;
  private final Optional<MotionDetector> detector;
  private final MotionGate gate;
  private final Counter still;
  private final Optional<BooleanSupplier> patience;
  private List<Polygon> masks = List.of();
  private long sequence;
  private long heldBack;

  /**
   * @param patience for a replay, of which nothing may be lost, what ends the waiting for room;
   *     empty for what is dropped when there is none
   */
  FrameOutlet(
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
    this.patience = patience;
  }

  /** Whether {@link #offer} wants to see what moves. */
  boolean gated() {
    return detector.isPresent();
  }

  /**
   * Takes the next picture.
   *
   * @param time of the picture in its stream, nanoseconds
   * @param masked with what it was blacked out; what was kept with other masks is not shown any
   *     more
   * @param luma the picture small and grey; used when {@link #gated}
   */
  void offer(
      long time,
      Instant captured,
      EncodedPicture picture,
      List<Polygon> masked,
      Optional<Luma> luma) {
    if (detector.isEmpty()) {
      publish(captured, picture);
      return;
    }
    if (!masked.equals(masks)) {
      masks = masked;
      gate.forget();
    }
    boolean moves = luma.isEmpty() || detector.get().moves(luma.get(), time);
    List<MotionGate.Timed> through =
        gate.offer(moves, new MotionGate.Timed(time, captured, picture));
    through.forEach(each -> publish(each.captured(), each.picture()));
    countHeldBack();
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

  /** Nothing comes any more. */
  void end() {
    gate.forget();
    countHeldBack();
  }

  private void countHeldBack() {
    still.increment(gate.heldBack() - heldBack);
    heldBack = gate.heldBack();
  }
}

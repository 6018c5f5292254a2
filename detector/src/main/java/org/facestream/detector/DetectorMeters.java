package org.facestream.detector;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.FaceSelector;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.worker.Telemetry;

/**
 * The metrics of a detector. Counts of a turn are published when the turn is committed, but not
 * when it failed, because its records are delivered again. For one thread.
 */
final class DetectorMeters implements AutoCloseable {
  private static final String STAGE = DetectorProcessor.STAGE;
  private static final int LONGEST_CAMERA = 64;

  private final Telemetry telemetry;
  private final Clock clock;
  private final Gauge liveTracks;
  private final Gauge device;
  private final AtomicInteger live = new AtomicInteger();

  /** Counts of the current turn, and of finished turns that are not committed. */
  private final List<Runnable> turn = new ArrayList<>();

  private final List<Runnable> done = new ArrayList<>();

  /**
   * @param clock for the age of frames when they are done
   * @param device that the networks run on
   */
  DetectorMeters(Telemetry telemetry, Clock clock, Device device) {
    this.telemetry = telemetry;
    this.clock = clock;
    this.liveTracks =
        Gauge.builder("facestream.tracks.live", live, AtomicInteger::get)
            .description("Faces that are being followed on all cameras of this worker together")
            .tags("stage", STAGE)
            .register(telemetry.registry());
    this.device =
        Gauge.builder("facestream.device", () -> 1)
            .description("1 for the device that the networks of a stage run on")
            .tags("stage", STAGE, "device", device.toString())
            .register(telemetry.registry());
  }

  /** A turn begins; counts of a failed turn are discarded. */
  void begin() {
    turn.clear();
  }

  /** The turn succeeded. */
  void keep() {
    done.addAll(turn);
    turn.clear();
  }

  void committed() {
    done.forEach(Runnable::run);
    done.clear();
  }

  void aborted() {
    done.clear();
  }

  void live(int tracks) {
    live.set(tracks);
  }

  /** Adds another count of this turn. */
  void count(Runnable counting) {
    turn.add(counting);
  }

  void took(Frame frame) {
    turn.add(telemetry.in(STAGE, label(frame))::increment);
  }

  /**
   * A frame was chosen for detection.
   *
   * @param now when it was chosen; it is then not older than the maximum age
   */
  void chosen(Frame frame, Instant now) {
    Duration age = Duration.between(frame.captureTime(), now);
    turn.add(() -> telemetry.chosenAge(STAGE).record(age.isNegative() ? Duration.ZERO : age));
  }

  void dropped(Frame frame, String reason, int count) {
    turn.add(() -> telemetry.dropped(STAGE, label(frame), reason).increment(count));
  }

  /**
   * A frame is done.
   *
   * @param found good detections in it
   */
  void selected(Source source, FaceSelector.Selection selection, int found) {
    Frame frame = source.frame();
    String camera = label(frame);
    turn.add(() -> detected(camera).increment(found));
    turn.add(() -> telemetry.out(STAGE, camera).increment(selection.faces().size()));
    dropped(frame, "unconfirmed-track", selection.unconfirmed());
    dropped(frame, "not-best-shot", selection.heldBack());
    if (FrameTopic.isReplay(source.record())) {
      // Its age has no meaning.
      return;
    }
    turn.add(
        () -> {
          Duration age = Duration.between(frame.captureTime(), clock.instant());
          telemetry.sinceCapture(STAGE, camera).record(age.isNegative() ? Duration.ZERO : age);
        });
  }

  private Counter detected(String camera) {
    return Counter.builder("facestream.faces.detected")
        .description("Faces that the detector found, published or not")
        .tags("stage", STAGE, "camera", camera)
        .register(telemetry.registry());
  }

  /** Keys come from outside; only well-formed ones become labels. */
  static String label(Frame frame) {
    return frame.camera().length() > LONGEST_CAMERA ? "unknown" : frame.camera();
  }

  @Override
  public void close() {
    telemetry.registry().remove(liveTracks);
    telemetry.registry().remove(device);
  }
}

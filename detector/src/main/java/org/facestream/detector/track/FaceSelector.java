package org.facestream.detector.track;

import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Quality;
import org.facestream.detector.face.QualityMeter;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Frame;

/**
 * Processes one camera's next frame: follows its faces, chooses those to publish, and crops them.
 */
public final class FaceSelector {
  private final Tracker tracker;
  private final BestShotRule rule;
  private final FaceCropper cropper;
  private final Timer tracking;
  private final Timer cropping;

  /**
   * @param tracking timer of tracking and quality
   * @param cropping timer of cropping and encoding
   */
  public FaceSelector(
      TrackConfig tracks,
      BestShotConfig bestShots,
      CropConfig crops,
      Timer tracking,
      Timer cropping) {
    this.tracker = new Tracker(tracks);
    this.rule = new BestShotRule(bestShots);
    this.cropper = new FaceCropper(crops);
    this.tracking = tracking;
    this.cropping = cropping;
  }

  /**
   * The result of a frame.
   *
   * @param after the camera's tracks
   * @param faces to publish
   * @param unconfirmed good detections whose track is not confirmed yet
   * @param heldBack faces that the best-shot rule holds back
   */
  public record Selection(CameraTracks after, List<Face> faces, int unconfirmed, int heldBack) {}

  /**
   * Processes a frame.
   *
   * @param before the camera's tracks after its last frame
   * @param rgb the decoded frame, CV_8UC3, red first
   * @param detections in the frame, weak ones too
   * @param goodScore from which a detection is a face
   * @param zones of the camera
   */
  public Selection select(
      CameraTracks before,
      Frame frame,
      Mat rgb,
      List<Detection> detections,
      float goodScore,
      CameraZones zones) {
    FrameId id = new FrameId(frame.camera(), frame.epoch(), frame.sequence());
    long captured = frame.captureTime().toEpochMilli();
    long begun = System.nanoTime();
    List<Tracker.Observation> seen =
        detections.stream()
            .map(found -> new Tracker.Observation(found.box(), found.score() >= goodScore))
            .toList();
    Tracker.Step step = tracker.next(before, id, captured, rgb.cols(), rgb.rows(), seen);
    List<Track> tracks = new ArrayList<>(step.state().tracks());
    List<Face> faces = new ArrayList<>();
    long cutting = 0;
    int unconfirmed = 0;
    int heldBack = 0;
    for (int i = 0; i < detections.size(); i++) {
      int at = step.tracks()[i];
      if (at < 0 || !seen.get(i).good()) {
        continue;
      }
      Track track = tracks.get(at);
      if (!track.confirmed()) {
        unconfirmed++;
        continue;
      }
      Detection found = detections.get(i);
      Quality quality = QualityMeter.measure(rgb, found.box(), found.landmarks(), found.score());
      List<String> in = zones.of(found.box(), rgb.cols(), rgb.rows());
      if (!rule.wants(track, quality.overall(), found.score(), captured, in)) {
        heldBack++;
        continue;
      }
      tracks.set(at, track.sent(quality.overall(), found.score(), captured, in));
      long cut = System.nanoTime();
      FaceCropper.Crop crop = cropper.cut(rgb, found.box(), found.landmarks());
      cutting += System.nanoTime() - cut;
      faces.add(face(frame, rgb, id.face(i), track.id(), found, crop, quality, in));
    }
    CameraTracks state = step.state();
    tracking.record(System.nanoTime() - begun - cutting, TimeUnit.NANOSECONDS);
    cropping.record(cutting, TimeUnit.NANOSECONDS);
    return new Selection(
        new CameraTracks(state.width(), state.height(), state.lastFrame(), tracks),
        faces,
        unconfirmed,
        heldBack);
  }

  private static Face face(
      Frame frame,
      Mat rgb,
      String id,
      String track,
      Detection found,
      FaceCropper.Crop crop,
      Quality quality,
      List<String> zones) {
    return FaceBuilder.builder()
        .id(id)
        .camera(frame.camera())
        .epoch(frame.epoch())
        .frameSequence(frame.sequence())
        .captureTime(frame.captureTime())
        .track(track)
        .frameWidth(rgb.cols())
        .frameHeight(rgb.rows())
        .box(found.box())
        .landmarks(found.landmarks())
        .cropLandmarks(crop.landmarks())
        .score(found.score())
        .quality(quality)
        .zones(zones)
        .jpeg(crop.jpeg())
        .build();
  }
}

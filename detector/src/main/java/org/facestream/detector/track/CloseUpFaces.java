package org.facestream.detector.track;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.facestream.detector.face.QualityMeter;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Area;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.Picture;

/**
 * Creates faces from close-ups: the face at the expected place, with a larger crop and the quality
 * of its real size, but with the track, frame and place of the requested one.
 */
public final class CloseUpFaces {
  /** Appended to the id of the requested face. */
  private static final String SUFFIX = "-close";

  /** Minimum overlap with the expected place; a neighbouring face has less. */
  private static final float SAME_PLACE = 0.4f;

  private final FaceCropper cropper;

  public CloseUpFaces(CropConfig crops) {
    this.cropper = new FaceCropper(crops);
  }

  /** The expected place of the face in the close-up, in its pixels. */
  public static Box expected(CloseUp closeUp) {
    Area box = closeUp.of().box();
    Scale scale = new Scale(closeUp);
    return new Box(
        scale.inX(box.left()),
        scale.inY(box.top()),
        scale.inX(box.right()),
        scale.inY(box.bottom()));
  }

  /**
   * The face; empty when there is none at the expected place.
   *
   * @param picture of the close-up, decoded
   * @param detections in it
   * @param goodScore from which a detection is a face
   */
  public Optional<Face> find(
      CloseUp closeUp, Picture picture, List<Detection> detections, float goodScore) {
    Box expected = expected(closeUp);
    return detections.stream()
        .filter(each -> each.score() >= goodScore && each.box().iou(expected) >= SAME_PLACE)
        .max(Comparator.comparingDouble(each -> each.box().iou(expected)))
        .map(found -> face(closeUp, picture, found));
  }

  private Face face(CloseUp closeUp, Picture picture, Detection found) {
    CloseUpRequest of = closeUp.of();
    Scale scale = new Scale(closeUp);
    Quality quality =
        QualityMeter.measure(picture.rgb(), found.box(), found.landmarks(), found.score());
    FaceCropper.Crop crop = cropper.cut(picture.rgb(), found.box(), found.landmarks());
    Box box = found.box();
    return FaceBuilder.builder()
        .id(of.face() + SUFFIX)
        .camera(of.camera())
        .epoch(of.epoch())
        .frameSequence(of.sequence())
        .captureTime(of.captureTime())
        .track(of.track())
        .frameWidth(of.frameWidth())
        .frameHeight(of.frameHeight())
        .box(
            new Box(
                scale.outX(box.left()),
                scale.outY(box.top()),
                scale.outX(box.right()),
                scale.outY(box.bottom())))
        .landmarks(
            Landmarks.of(
                found.landmarks().points().stream()
                    .map(point -> new Point(scale.outX(point.x()), scale.outY(point.y())))
                    .toList()))
        .cropLandmarks(crop.landmarks())
        .score(found.score())
        .quality(quality)
        .jpeg(crop.jpeg())
        .build();
  }

  /** Maps pixels of the frame to those of the close-up, and back. */
  private static final class Scale {
    private final Area shown;
    private final double wider;
    private final double higher;

    Scale(CloseUp closeUp) {
      shown = closeUp.shown();
      wider = closeUp.width() / shown.width();
      higher = closeUp.height() / shown.height();
    }

    float inX(double x) {
      return (float) ((x - shown.left()) * wider);
    }

    float inY(double y) {
      return (float) ((y - shown.top()) * higher);
    }

    float outX(double x) {
      return (float) (shown.left() + x / wider);
    }

    float outY(double y) {
      return (float) (shown.top() + y / higher);
    }
  }
}

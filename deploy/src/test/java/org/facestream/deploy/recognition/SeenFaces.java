package org.facestream.deploy.recognition;

import java.time.Instant;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Quality;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.ingest.frame.Picture;

/** Faces of the portraits' people, as a detector publishes them. */
public final class SeenFaces {
  private SeenFaces() {}

  /** As a camera would see the person: another size, other light, other noise. */
  public static Face seen(
      Mtcnn mtcnn,
      int person,
      double brightness,
      String camera,
      String track,
      long sequence,
      Instant captured) {
    try (Picture photograph = Portraits.portrait(person);
        Mat bordered = new Mat();
        Mat large = new Mat();
        Scalar grey = new Scalar(90, 100, 110, 0);
        Size size = new Size((int) (photograph.width() * 4.4), (int) (photograph.height() * 4.4))) {
      int border = (int) (photograph.width() * .4);
      opencv_core.copyMakeBorder(
          photograph.rgb(),
          bordered,
          border,
          border,
          border,
          border,
          opencv_core.BORDER_CONSTANT,
          grey);
      opencv_imgproc.resize(bordered, large, size, 0, 0, opencv_imgproc.INTER_LINEAR);
      Mat lit = new Mat();
      large.convertTo(lit, -1, brightness, 0);
      try (Picture picture = Picture.owning(lit)) {
        Detection face =
            mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0).stream()
                .findFirst()
                .orElseThrow(() -> new AssertionError("no face found of person " + person));
        return FaceBuilder.builder()
            .id(track + "-" + sequence)
            .camera(camera)
            .epoch(1)
            .frameSequence(sequence)
            .captureTime(captured)
            .track(track)
            .frameWidth(picture.width())
            .frameHeight(picture.height())
            .box(face.box())
            .landmarks(face.landmarks())
            .cropLandmarks(face.landmarks())
            .score(face.score())
            .quality(new Quality(.8f, .8f, .8f, .8f, .8f, 0, 0, 0))
            .jpeg(picture.jpeg(90))
            .build();
      }
    }
  }

  /** As the detector crops it. */
  public static Face cropped(Face face) throws Exception {
    int side = Math.round(2 * Math.max(face.box().width(), face.box().height()));
    try (Picture picture = Picture.decodeFrame(face.jpeg())) {
      int left = Math.round((face.box().left() + face.box().right() - side) / 2);
      int top = Math.round((face.box().top() + face.box().bottom() - side) / 2);
      left = Math.max(0, Math.min(left, picture.width() - side));
      top = Math.max(0, Math.min(top, picture.height() - side));
      try (Rect place = new Rect(left, top, side, side);
          Mat part = new Mat(picture.rgb(), place)) {
        return face.with()
            .cropLandmarks(face.landmarks().within(left, top, 1))
            .jpeg(Picture.jpeg(part, 90))
            .build();
      }
    }
  }

  /** Another face of the same picture. */
  static Face like(
      Face face, String id, String track, Landmarks cropLandmarks, float score, byte[] jpeg) {
    return face.with()
        .id(id)
        .track(track)
        .cropLandmarks(cropLandmarks)
        .score(score)
        .jpeg(jpeg)
        .build();
  }
}

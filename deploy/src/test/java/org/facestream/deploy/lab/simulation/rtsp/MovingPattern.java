package org.facestream.deploy.lab.simulation.rtsp;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.frame.Picture;

/** Video for tests: a white square that moves over noise. */
public final class MovingPattern {
  public static final int FPS = 10;

  private MovingPattern() {}

  public static H264Loop h264(int width, int height, int frames) {
    List<AccessUnit> units = new ArrayList<>();
    try (H264Encoder encoder = new H264Encoder(width, height, FPS, 24)) {
      for (int i = 0; i < frames; i++) {
        try (Mat picture = picture(width, height, i)) {
          units.addAll(encoder.encode(picture));
        }
      }
      units.addAll(encoder.finish());
    }
    return new H264Loop(units, FPS);
  }

  public static MjpegLoop mjpeg(int width, int height, int frames) {
    List<byte[]> jpegs = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      try (Mat picture = picture(width, height, i)) {
        jpegs.add(Picture.jpeg(picture, 80));
      }
    }
    return new MjpegLoop(jpegs, FPS);
  }

  private static Mat picture(int width, int height, int frame) {
    Mat picture = new Mat(height, width, opencv_core.CV_8UC3);
    try (Mat low = new Mat(1, 1, opencv_core.CV_64F, new Scalar(0));
        Mat high = new Mat(1, 1, opencv_core.CV_64F, new Scalar(24))) {
      opencv_core.randu(picture, low, high);
    }
    Rect square = new Rect(frame * 8 % (width - 40), height / 4, 40, 40);
    opencv_imgproc.rectangle(picture, square, Scalar.WHITE, opencv_imgproc.FILLED, 8, 0);
    return picture;
  }
}

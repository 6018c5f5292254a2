package org.facestream.deploy.lab.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.lab.simulation.rtsp.AccessUnit;
import org.facestream.deploy.lab.simulation.rtsp.H264Encoder;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;

/**
 * The same pictures in two sizes.
 *
 * @param small by a factor in width and height
 * @param large as they are
 */
record TwoSizes(H264Loop small, H264Loop large) {
  private static final int FINE = 24;
  private static final int COARSER = 28;

  /**
   * Encodes them.
   *
   * @param factor the large ones are so many times as wide; sizes become even
   * @param draw draws the picture of a number, RGB of the format's size
   */
  static TwoSizes of(Format format, int factor, int frames, BiConsumer<Integer, Mat> draw) {
    int width = format.width() / factor / 2 * 2;
    int height = format.height() / factor / 2 * 2;
    List<AccessUnit> small = new ArrayList<>();
    List<AccessUnit> large = new ArrayList<>();
    try (Mat drawn = new Mat();
        Mat scaled = new Mat();
        Size size = new Size(width, height);
        H264Encoder smaller = new H264Encoder(width, height, format.fps(), COARSER);
        H264Encoder larger = new H264Encoder(format.width(), format.height(), format.fps(), FINE)) {
      for (int frame = 0; frame < frames; frame++) {
        draw.accept(frame, drawn);
        opencv_imgproc.resize(drawn, scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
        small.addAll(smaller.encode(scaled));
        large.addAll(larger.encode(drawn));
      }
      small.addAll(smaller.finish());
      large.addAll(larger.finish());
    }
    return new TwoSizes(new H264Loop(small, format.fps()), new H264Loop(large, format.fps()));
  }
}

package org.facestream.deploy.lab.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.deploy.lab.simulation.rtsp.AccessUnit;
import org.facestream.deploy.lab.simulation.rtsp.H264Encoder;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.ingest.worker.Closing;

/**
 * Where a camera hangs: what it sees when nobody is there, and how people look in it. Loops of it
 * are encoded here.
 */
final class Place implements AutoCloseable {
  private static final int QUANTISER = 24;

  private final Format format;
  private final long seed;
  private final Closing closing = new Closing();
  private final Backdrop backdrop;
  private final Grain grain;

  /** Draws a frame of a loop. */
  @FunctionalInterface
  interface Painter {
    /**
     * @param frame of the loop, from 0
     * @param into becomes RGB of the place's size
     */
    void draw(int frame, Mat into);
  }

  /** As {@link Backdrop} has it. */
  Place(Format format, String photograph, Scalar wall, int courses, long seed) {
    this.format = format;
    this.seed = seed;
    this.backdrop =
        closing.add(new Backdrop(photograph, wall, courses, format.width(), format.height(), seed));
    this.grain = closing.add(new Grain(format.width(), format.height(), seed));
  }

  /** Where a frame's grain begins. */
  int shift(int frame) {
    return Grain.shift(new Random(seed + frame));
  }

  /** Draws the place without anybody. */
  void drawEmpty(Mat into) {
    backdrop.rgb().copyTo(into);
  }

  /** The pose of somebody who walks here, as {@link Walk#at} has it. */
  Pose pose(Walk walk, double time, long seed) {
    return walk.at(time, format.width(), format.height(), backdrop.floor(), seed);
  }

  /**
   * Puts a person into a frame.
   *
   * @param shift of the frame's grain
   */
  void draw(Mat into, Cutout person, Pose pose, int shift) {
    person.draw(into, pose, backdrop.floor(), grain, shift);
  }

  /** Adds grain to a whole frame, with a strength relative to that on people. */
  void addGrain(Mat into, int shift, double times) {
    try (Mat part = grain.part(shift, format.width(), format.height())) {
      opencv_core.addWeighted(into, 1, part, times, -times * Grain.MEAN, into);
    }
  }

  /** Encodes a loop of a number of frames. */
  H264Loop encode(int frames, Painter painter) {
    List<AccessUnit> units = new ArrayList<>();
    try (Mat picture = new Mat();
        H264Encoder encoder =
            new H264Encoder(format.width(), format.height(), format.fps(), QUANTISER)) {
      for (int frame = 0; frame < frames; frame++) {
        painter.draw(frame, picture);
        units.addAll(encoder.encode(picture));
      }
      units.addAll(encoder.finish());
    }
    if (units.size() != frames) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "the encoder returned %d of %d frames", units.size(), frames));
    }
    return new H264Loop(units, format.fps());
  }

  @Override
  public void close() {
    closing.close();
  }
}

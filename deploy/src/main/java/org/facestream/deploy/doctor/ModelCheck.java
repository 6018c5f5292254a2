package org.facestream.deploy.doctor;

import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;

/** Whether the detector's models are whole and run on the CPU. */
public final class ModelCheck implements Check {
  @Override
  public String subject() {
    return "models";
  }

  @Override
  public Result run() {
    return run(Device.CPU);
  }

  static Result run(Device device) {
    try (Mtcnn mtcnn = new Mtcnn(device, 1);
        Scalar grey = new Scalar(90, 90, 90, 0);
        Picture picture = Picture.owning(new Mat(240, 320, opencv_core.CV_8UC3, grey))) {
      mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT);
      return new Good("checksums are correct; they run on " + mtcnn.device());
    } catch (UserError refused) {
      return new Bad(String.valueOf(refused.getMessage()));
    } catch (RuntimeException | LinkageError failed) {
      return new Bad("do not run on %s (%s)".formatted(device, failed));
    }
  }
}

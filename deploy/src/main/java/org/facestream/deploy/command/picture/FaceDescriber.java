package org.facestream.deploy.command.picture;

import java.util.List;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.QualityMeter;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.jspecify.annotations.Nullable;

/** Detector and descriptor network for commands that work on pictures. */
public final class FaceDescriber implements AutoCloseable {
  private final Closing closing = new Closing();
  private final Mtcnn mtcnn;
  private final MtcnnOptions options;
  private final Descriptors descriptors;

  /**
   * Loads the networks on the configured devices.
   *
   * @param model name or path; null for the configured one
   * @throws UserError where a model is not known or damaged, or a device cannot run it
   */
  public FaceDescriber(Settings settings, @Nullable String model) {
    DetectorConfig detector = settings.get(DetectorConfig.class);
    RecognizerConfig recognizer = settings.get(RecognizerConfig.class);
    options = new CascadeOptions().mtcnn(detector);
    int threads = Runtime.getRuntime().availableProcessors();
    try {
      descriptors =
          closing.add(
              new Descriptors(
                  DescriptorModel.of(model == null ? recognizer.model() : model),
                  Device.parse(recognizer.device()).with(CudaOptions.of(recognizer.cuda())),
                  threads));
      mtcnn =
          closing.add(
              new Mtcnn(Device.parse(detector.device()).with(CudaOptions.of(detector.cuda())), 1));
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
  }

  public Descriptors descriptors() {
    return descriptors;
  }

  /** The faces of a picture, best first. */
  List<Detection> faces(Picture picture) {
    return mtcnn.detect(List.of(picture), options).get(0);
  }

  /** The same as a camera's faces are judged: with their quality. */
  public List<SeenFace> seen(Picture picture) {
    return faces(picture).stream()
        .map(
            face ->
                new SeenFace(
                    face.box(),
                    face.landmarks(),
                    face.score(),
                    QualityMeter.measure(picture.rgb(), face.box(), face.landmarks(), face.score())
                        .overall()))
        .toList();
  }

  /** The landmarks of a picture's faces, best first. */
  List<Landmarks> landmarks(Picture picture) {
    return faces(picture).stream().map(Detection::landmarks).toList();
  }

  @Override
  public void close() {
    closing.close();
  }
}

package org.facestream.sink.api.picture;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.kafka.common.errors.InterruptException;
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

/** Detector and descriptor network for single pictures. Safe for use by several threads. */
public final class FaceDescriber implements AutoCloseable {
  private final Closing closing = new Closing();

  /** Those that nobody uses at the moment. */
  private final BlockingQueue<Mtcnn> detectors;

  private final MtcnnOptions options;
  private final Descriptors descriptors;

  /**
   * Loads the networks on the configured devices.
   *
   * @param model name or path; null for the configured one
   * @throws UserError where a model is not known or damaged, or a device cannot run it
   */
  public FaceDescriber(Settings settings, @Nullable String model) {
    this(settings, model, 1);
  }

  /**
   * For several threads.
   *
   * @param parallel number of pictures in which faces are searched for at once; a GPU is not shared
   *     out
   */
  FaceDescriber(Settings settings, @Nullable String model, int parallel) {
    DetectorConfig detector = settings.get(DetectorConfig.class);
    RecognizerConfig recognizer = settings.get(RecognizerConfig.class);
    options = DetectorConfig.mtcnn(detector);
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / parallel);
    try {
      descriptors =
          closing.add(
              new Descriptors(
                  DescriptorModel.of(model == null ? recognizer.model() : model),
                  Device.parse(recognizer.device()).with(CudaOptions.of(recognizer.cuda())),
                  threads));
      Device wanted = Device.parse(detector.device()).with(CudaOptions.of(detector.cuda()));
      Mtcnn first = closing.add(new Mtcnn(wanted, 1));
      int count = first.device().kind() == Device.Kind.CUDA ? 1 : parallel;
      detectors = new ArrayBlockingQueue<>(count);
      detectors.add(first);
      while (detectors.size() < count) {
        detectors.add(closing.add(new Mtcnn(first.device(), 1)));
      }
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
  }

  public Descriptors descriptors() {
    return descriptors;
  }

  /** The faces of a picture, best first. */
  public List<Detection> faces(Picture picture) {
    Mtcnn free;
    try {
      free = detectors.take();
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
    try {
      return free.detect(List.of(picture), options).get(0);
    } finally {
      detectors.add(free);
    }
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
  public List<Landmarks> landmarks(Picture picture) {
    return faces(picture).stream().map(Detection::landmarks).toList();
  }

  @Override
  public void close() {
    closing.close();
  }
}

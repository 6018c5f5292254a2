package org.facestream.deploy;

import org.facestream.detector.DetectorConfig;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.Enrolment;
import org.facestream.recognizer.gallery.EnrolmentRules;

/** Enrolment with the same detector and descriptor model that the stages are configured with. */
public final class Enroller implements AutoCloseable {
  private final Closing closing = new Closing();
  private final Enrolment enrolment;

  /**
   * Loads the models and reads the gallery.
   *
   * @throws org.facestream.ingest.worker.config.UserError when the model is not known, the device
   *     cannot run it, or no broker answers
   */
  public Enroller(Settings settings, KafkaClients clients, EnrolmentRules rules) {
    int threads = Runtime.getRuntime().availableProcessors();
    DetectorConfig detector = settings.get(DetectorConfig.class);
    RecognizerConfig recognizer = settings.get(RecognizerConfig.class);
    try {
      Mtcnn mtcnn =
          closing.add(
              new Mtcnn(
                  Device.parse(detector.device()).with(CudaOptions.of(detector.cuda())), threads));
      Descriptors descriptors =
          closing.add(
              new Descriptors(
                  DescriptorModel.of(recognizer.model()),
                  Device.parse(recognizer.device()).with(CudaOptions.of(recognizer.cuda())),
                  threads));
      enrolment = closing.add(new Enrolment(clients, rules, mtcnn, descriptors));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  public Enrolment enrolment() {
    return enrolment;
  }

  @Override
  public void close() {
    closing.close();
  }
}

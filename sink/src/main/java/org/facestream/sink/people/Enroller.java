package org.facestream.sink.people;

import java.util.ArrayList;
import java.util.List;
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
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;

/**
 * Enrolment with the same detector and descriptor model that the stages are configured with, and by
 * the rules that are configured.
 */
public final class Enroller implements AutoCloseable {
  /** A large photograph takes 150 MB, and each thread may have one. */
  private static final int MOST_THREADS = 4;

  private final Closing closing = new Closing();
  private final Settings settings;
  private final Enrolment enrolment;

  /**
   * Loads the models and reads the gallery.
   *
   * @param confirmed whether faces that look like another person's are enrolled
   * @param trail takes down who is enrolled
   * @throws org.facestream.ingest.worker.config.UserError when the terms do not suffice, the model
   *     is not known, the device cannot run it, or no broker answers
   */
  public Enroller(
      Settings settings,
      KafkaClients clients,
      boolean confirmed,
      EnrolmentTerms terms,
      AuditTrail trail) {
    this(settings, clients, rules(settings).withConfirmed(confirmed).withTerms(terms), trail);
  }

  private Enroller(
      Settings settings, KafkaClients clients, EnrolmentRules rules, AuditTrail trail) {
    this.settings = settings;
    DetectorConfig detector = settings.get(DetectorConfig.class);
    RecognizerConfig recognizer = settings.get(RecognizerConfig.class);
    rules.check();
    try {
      List<Mtcnn> detectors =
          detectors(Device.parse(detector.device()).with(CudaOptions.of(detector.cuda())));
      Descriptors descriptors =
          closing.add(
              new Descriptors(
                  DescriptorModel.of(recognizer.model()),
                  Device.parse(recognizer.device()).with(CudaOptions.of(recognizer.cuda())),
                  1));
      enrolment = closing.add(new Enrolment(clients, rules, detectors, descriptors, trail));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  /** For counter-examples, which need no terms. */
  public static Enroller ofCounterExamples(
      Settings settings, KafkaClients clients, AuditTrail trail) {
    return new Enroller(settings, clients, rules(settings).ofCounterExamples(), trail);
  }

  /**
   * Says early that terms do not suffice for a reference.
   *
   * @throws org.facestream.ingest.worker.config.UserError when they do not
   */
  public static void check(Settings settings, EnrolmentTerms terms) {
    rules(settings).withTerms(terms).check();
  }

  private static EnrolmentRules rules(Settings settings) {
    return EnrolmentRules.of(
        settings.get(GalleryConfig.class), settings.get(RecognizerConfig.class).threshold());
  }

  /** One per thread; a GPU is not shared out. */
  private List<Mtcnn> detectors(Device wanted) {
    List<Mtcnn> detectors = new ArrayList<>();
    detectors.add(closing.add(new Mtcnn(wanted, 1)));
    Device found = detectors.get(0).device();
    if (found.kind() != Device.Kind.CUDA) {
      int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
      while (detectors.size() < threads) {
        detectors.add(closing.add(new Mtcnn(found, 1)));
      }
    }
    return detectors;
  }

  /** Goes on by other terms, for somebody else; the models and what was read stay. */
  public Enrolment under(boolean confirmed, EnrolmentTerms terms, AuditTrail trail) {
    enrolment.proceed(rules(settings).withConfirmed(confirmed).withTerms(terms), trail);
    return enrolment;
  }

  /** Goes on with counter-examples, for somebody else. */
  public Enrolment underNoTerms(AuditTrail trail) {
    enrolment.proceed(rules(settings).ofCounterExamples(), trail);
    return enrolment;
  }

  public Enrolment enrolment() {
    return enrolment;
  }

  @Override
  public void close() {
    closing.close();
  }
}

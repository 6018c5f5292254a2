package org.facestream.deploy.recognition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real networks and a real broker; each test has topics of its own. */
@Timeout(180)
abstract class EnrolmentCase {
  static EmbeddedKafka broker;
  static List<Mtcnn> detectors;
  static Descriptors descriptors;

  @BeforeAll
  static void open(@TempDir Path folder) {
    broker = new EmbeddedKafka(folder, 0);
    detectors = List.of(new Mtcnn(Device.CPU, 1), new Mtcnn(Device.CPU, 1));
    descriptors = new Descriptors(DescriptorModel.of("resnet34-128"), Device.CPU, 1);
  }

  @AfterAll
  static void close() {
    descriptors.close();
    detectors.forEach(Mtcnn::close);
    broker.close();
  }

  static KafkaClients clients(String prefix) {
    return KafkaClients.of(
        broker.bootstrapServers(), Map.of("kafka.topic-prefix", prefix, "kafka.partitions", "3"));
  }

  static Enrolment enrolment(KafkaClients clients, EnrolmentRules rules) {
    return new Enrolment(clients, rules, detectors, descriptors, AuditTrail.NONE);
  }
}

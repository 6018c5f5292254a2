package org.facestream.deploy.endtoend;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.facestream.deploy.lab.simulation.DemoCameras;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.sink.people.Enroller;

/** The demonstration's cameras and its enrolled people, on any broker. */
final class DemoSetting {
  private DemoSetting() {}

  /** Returns when both are in Kafka. */
  static void apply(Settings settings, KafkaClients clients, DemoCameras cameras) {
    new CameraRegistry(clients).apply(cameras.cameras(), true);
    try (Enroller enroller =
        new Enroller(settings, clients, false, EnrolmentTerms.NONE, AuditTrail.NONE)) {
      for (DemoPerson person : DemoPeople.enrolled()) {
        assertInstanceOf(
            EnrolmentResult.Enrolled.class,
            enroller
                .enrolment()
                .enrol(person.name(), person.photograph(), DemoPeople.portrait(person)));
      }
    }
  }
}

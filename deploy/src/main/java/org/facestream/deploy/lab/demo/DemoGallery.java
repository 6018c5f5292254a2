package org.facestream.deploy.lab.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.people.Enroller;

/** Enrols those of the demonstration's people who are to be known. */
public final class DemoGallery {
  private DemoGallery() {}

  /** The names of those who are enrolled now. */
  public static List<String> enrol(Settings settings, KafkaClients clients) {
    GalleryConfig demanded = settings.get(GalleryConfig.class);
    EnrolmentTerms terms = terms(demanded);
    try (Enroller enroller =
        new Enroller(settings, clients, false, terms, AuditTrail.of(demanded))) {
      for (DemoPerson person : DemoPeople.enrolled()) {
        EnrolmentResult result =
            enroller
                .enrolment()
                .enrol(person.name(), person.photograph(), DemoPeople.portrait(person));
        if (result instanceof EnrolmentResult.Refused refused) {
          throw new IllegalStateException(person.id() + ": " + refused.message());
        }
      }
    }
    return DemoPeople.enrolled().stream().map(DemoPerson::name).toList();
  }

  /** Ids of those who were forgotten, or merged into somebody else, since. */
  public static List<String> withdrawn(KafkaClients clients) {
    List<People.Entry> there = new People(clients).list();
    return DemoPeople.enrolled().stream()
        .filter(
            person ->
                there.stream()
                    .map(People.Entry::person)
                    .noneMatch(
                        one ->
                            one.id().equals(person.id())
                                || PersonName.same(one.name(), person.name())))
        .map(DemoPerson::id)
        .toList();
  }

  /** Also a gallery that demands terms can be shown. */
  private static EnrolmentTerms terms(GalleryConfig demanded) {
    return new EnrolmentTerms(
        demanded.requireConsent() ? Optional.of("demo") : Optional.empty(),
        demanded.requireExpiry()
            ? Optional.of(Instant.now().plus(Duration.ofHours(1)))
            : Optional.empty());
  }
}

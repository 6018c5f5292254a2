package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real photographs and networks, a real broker: from faces to identity events. */
@Timeout(180)
class RecognizerStageTest extends RecognizerStageCase {
  /** Two seconds on a machine that has little else to do. */
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void knownAreNamedUnknownAreNotAndTheGalleryIsLive() {
    KafkaClients clients = clients("live");
    enrol(clients, 1, 2, 3);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("live", telemetry)) {
      assertFalse(stage.health().ready());
      stage.start();
      awaitReady(stage);
      // Ready means that everybody who was enrolled is there.
      assertTrue(telemetry.scrape().contains("facestream_gallery_people 3.0"));
      for (int i = 0; i < 3; i++) {
        send(clients, face(1, .8 + i * .1, "door", "one", i));
        send(clients, face(5, .8 + i * .1, "door", "five", i));
        send(clients, face(3, .8 + i * .1, "gate", "three", i));
      }
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.ended, "five"));
      assertEquals("Person 1", only(events, is(IdentityEvent.Type.started, "one")).name());
      assertEquals("Person 3", only(events, is(IdentityEvent.Type.started, "three")).name());
      IdentityEvent unknown = only(events, is(IdentityEvent.Type.started, "five"));
      assertEquals(IdentityEvent.UNKNOWN, unknown.name());
      assertTrue(unknown.distance() > descriptors.model().threshold());
      assertTrue(unknown.galleryVersion() >= 3);
      assertTrue(unknown.gallery().covers(new People(clients).galleryVersion()));

      // Enrolled while running: used without a restart.
      enrol(clients, 5);
      await()
          .atMost(SOON)
          .until(() -> telemetry.scrape().contains("facestream_gallery_people 4.0"));
      send(clients, face(5, .9, "door", "five again", 10));
      assertEquals(
          "Person 5",
          only(
                  events(clients, is(IdentityEvent.Type.started, "five again")),
                  is(IdentityEvent.Type.started, "five again"))
              .name());

      // Forgotten while running: not known any more.
      new People(clients).forget("Person 1");
      await()
          .atMost(SOON)
          .until(() -> telemetry.scrape().contains("facestream_gallery_people 3.0"));
      send(clients, face(1, .9, "door", "one again", 11));
      assertEquals(
          IdentityEvent.UNKNOWN,
          only(
                  events(clients, is(IdentityEvent.Type.started, "one again")),
                  is(IdentityEvent.Type.started, "one again"))
              .name());
    }
  }

  @Test
  void anUnknownPersonIsTheSameVisitorOnTwoCameras() {
    KafkaClients clients = clients("visitors");
    enrol(clients, 1);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage =
            stage(
                "visitors",
                Map.of("recognizer.visitors", "on", "recognizer.visitor-min-quality", "0.05"),
                telemetry)) {
      stage.start();
      awaitReady(stage);
      String first = visitor(clients, 5, "door", "one", 1);
      assertTrue(first.matches("visitor-[0-9a-f]{12}"), first);
      await()
          .atMost(PATIENCE)
          .until(() -> telemetry.scrape().contains("facestream_visitors_known 1.0"));
      assertEquals(first, visitor(clients, 5, "yard", "two", 20));
      assertNotEquals(first, visitor(clients, 3, "yard", "three", 40));
    }
  }

  private static String visitor(
      KafkaClients clients, int person, String camera, String track, int sequence) {
    for (int face = 0; face < 3; face++) {
      send(clients, face(person, .9 + .05 * face, camera, track, sequence + face));
    }
    return events(clients, is(IdentityEvent.Type.ended, track)).stream()
        .filter(is(IdentityEvent.Type.ended, track))
        .findFirst()
        .orElseThrow()
        .visitorId();
  }

  @Test
  void whatExpiredIsErasedFromTheTopicByItself() {
    KafkaClients clients = clients("expired");
    enrol(clients, 1, 2, 3);
    String topic = clients.name(GalleryTopic.TOPIC);
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(GalleryTopic.toRecord(topic, until(clients, 1, Instant.now())));
      producer.send(
          GalleryTopic.toRecord(topic, until(clients, 3, Instant.now().plusSeconds(3_600))));
    }
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage =
            stage(
                "expired",
                Map.of("gallery.erase-expired-after", "0s", "gallery.erase-interval", "200ms"),
                telemetry)) {
      stage.start();
      await()
          .atMost(PATIENCE)
          .until(() -> telemetry.scrape().contains("facestream_gallery_people 2.0"));
      await()
          .atMost(PATIENCE)
          .until(() -> telemetry.scrape().contains("facestream_gallery_erased_total 1.0"));
      assertEquals(
          List.of("person-2", "person-3"),
          new People(clients).list().stream().map(entry -> entry.person().id()).toList());
    }
  }

  private static Reference until(KafkaClients clients, int person, Instant expiry) {
    Reference one = new People(clients).show("Person " + person).references().get(0);
    return one.withExpiry(expiry);
  }

  @Test
  void whoIsForgottenWhileBeforeACameraIsNotNamedAnyMore() {
    KafkaClients clients = clients("forgotten");
    enrol(clients, 1, 2);
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage =
            stage("forgotten", Map.of("recognizer.track-timeout", "1m"), telemetry)) {
      stage.start();
      awaitReady(stage);
      send(clients, face(1, .9, "door", "one", 0));
      assertEquals(
          "Person 1", events(clients, is(IdentityEvent.Type.started, "one")).get(0).name());

      People.Forgotten gone = new People(clients).forget("Person 1");
      List<IdentityEvent> told = events(clients, is(IdentityEvent.Type.updated, "one"));
      IdentityEvent updated = only(told, is(IdentityEvent.Type.updated, "one"));
      assertEquals(IdentityEvent.UNKNOWN, updated.name());
      assertNull(updated.distance());
      await().atMost(PATIENCE).until(() -> version(telemetry) >= gone.galleryVersion().sum());

      // The camera goes on without them: the track ends.
      Instant later = Instant.now().plus(Duration.ofMinutes(2));
      send(clients, SeenFaces.seen(mtcnn, 2, .9, "door", "two", 1, later));
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.ended, "one"));
      IdentityEvent ended = only(events, is(IdentityEvent.Type.ended, "one"));
      assertEquals(IdentityEvent.UNKNOWN, ended.name());
      assertNull(ended.personId());
      assertNull(ended.distance());
    }
  }

  @Test
  void aFaceThatIsHardlyOneIsHeldBackAndASurerOneIsNot() {
    KafkaClients clients = clients("score");
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC));
    Face face = face(4, 1, "door", "four", 0);
    send(clients, scored(face, "hardly", .89f));
    send(clients, scored(face, "surely", .91f));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("score", telemetry)) {
      stage.start();
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.started, "surely"));
      assertEquals(.91, only(events, event -> true).score(), 1e-3);
      await()
          .atMost(PATIENCE)
          .until(() -> telemetry.dropped("recognizer", "door", "low-score").count() == 1);
    }
  }

  @Test
  void camerasAndWatchlistsHaveThresholdsOfTheirOwn() {
    KafkaClients clients = clients("thresholds");
    enrol(clients, 1, 2);
    new People(clients).watch("Person 2", Optional.of("wanted"));
    Map<String, String> options =
        Map.of(
            "recognizer.camera-thresholds", "gate=0.01",
            "recognizer.watchlist-thresholds", "wanted=0.9");
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("thresholds", options, telemetry)) {
      stage.start();
      awaitReady(stage);
      for (String camera : List.of("door", "gate")) {
        send(clients, face(1, .8, camera, "one at " + camera, 0));
        send(clients, face(2, .8, camera, "two at " + camera, 1));
      }
      Set<String> tracks = Set.of("one at door", "two at door", "one at gate", "two at gate");
      Map<String, String> names = new HashMap<>();
      events(
              clients,
              event -> {
                if (event.type() == IdentityEvent.Type.ended) {
                  names.put(event.track(), event.name() + " " + event.watchlist());
                }
                return names.keySet().containsAll(tracks);
              })
          .forEach(event -> assertTrue(tracks.contains(event.track())));
      assertEquals(
          Map.of(
              "one at door", "Person 1 null",
              "one at gate", "unknown null",
              "two at door", "Person 2 wanted",
              "two at gate", "Person 2 wanted"),
          names);
    }
  }

  @Test
  void aWatchlistStaysWithThePersonThroughOtherNamesAndPictures() {
    KafkaClients clients = clients("watchlist");
    enrol(clients, 2);
    People people = new People(clients);
    assertNull(people.show("Person 2").person().watchlist());
    assertEquals("wanted", people.watch("Person 2", Optional.of("wanted")).person().watchlist());
    assertThrows(UserError.class, () -> people.watch("Person 2", Optional.of("Most Wanted")));
    assertThrows(UserError.class, () -> people.watch("Person 3", Optional.of("wanted")));
    assertEquals("wanted", people.rename("Person 2", "Person Two").person().watchlist());
    try (Enrolment enrolment =
        new Enrolment(
            clients, EnrolmentRules.DEFAULT, List.of(mtcnn), descriptors, AuditTrail.NONE)) {
      EnrolmentResult result =
          enrolment.enrol("Person Two", "test", face(2, .35, "door", "two", 0).jpeg());
      assertTrue(result instanceof EnrolmentResult.Enrolled, result::toString);
    }
    People.Entry watched = people.show("Person Two");
    assertEquals(2, watched.references().size());
    watched.references().forEach(one -> assertEquals("wanted", one.watchlist()));
    people.watch("Person Two", Optional.empty());
    people.show("Person Two").references().forEach(one -> assertNull(one.watchlist()));
  }

  private static Face scored(Face face, String track, float score) {
    return SeenFaces.like(face, track + "-0", track, face.cropLandmarks(), score, face.jpeg());
  }

  private static double version(Telemetry telemetry) {
    return telemetry.registry().get("facestream.gallery.version").gauge().value();
  }

  @Test
  void aRestartInTheMiddleOfATrackLosesAndDoublesNothing() {
    KafkaClients clients = clients("restart");
    enrol(clients, 2);
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("restart", telemetry)) {
      stage.start();
      awaitReady(stage);
      send(clients, face(2, .9, "door", "two", 0));
      events(clients, is(IdentityEvent.Type.started, "two"));
    }
    send(clients, face(2, 1, "door", "two", 1));
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("restart", telemetry)) {
      stage.start();
      List<IdentityEvent> events = events(clients, is(IdentityEvent.Type.ended, "two"));
      IdentityEvent ended = only(events, is(IdentityEvent.Type.ended, "two"));
      assertEquals(2, ended.faces());
      assertEquals("Person 2", ended.name());
      assertEquals(1, events.stream().filter(is(IdentityEvent.Type.started, "two")).count());
    }
  }
}

package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** A user corrects a track that lives, has ended, or is not remembered any more. */
class IdentityCorrectionsTest extends IdentityTopologyCase {
  private static final Instant AT = START.plusSeconds(30);
  private static final Correction.Verdict ADA = is("ada");

  private long number;

  private static Correction.Verdict is(String person) {
    return new Correction.Verdict(
        new Correction.Verdict.Who(person, person.toUpperCase(java.util.Locale.ROOT), null),
        false,
        List.of());
  }

  private static Correction.Verdict not(String... people) {
    return new Correction.Verdict(null, false, List.of(people));
  }

  private Correction correction(
      IdentityEvent event, IdentityEvent before, Correction.Verdict verdict) {
    return CorrectionBuilder.builder()
        .number(++number)
        .kind(Correction.Kind.is)
        .by("guard")
        .at(AT)
        .event(event)
        .before(before)
        .verdict(verdict)
        .gallery(replica.version())
        .build();
  }

  private List<IdentityEvent> correct(Correction correction) {
    ProducerRecord<String, byte[]> record = Correction.toRecord("matches", correction);
    matches.pipeInput(
        new TestRecord<>(record.key(), record.value(), record.headers(), record.timestamp()));
    return events();
  }

  private IdentityEvent corrected(
      IdentityEvent event, IdentityEvent before, Correction.Verdict verdict) {
    List<IdentityEvent> events = correct(correction(event, before, verdict));
    assertEquals(1, events.size(), events::toString);
    assertEquals(IdentityEvent.Type.corrected, events.get(0).type());
    return events.get(0);
  }

  @Test
  void aLiveTrackKeepsItAgainstLaterFacesUntilItIsUndone() {
    IdentityEvent started = face("t", 0, .8, "bob", .3, "ada", .8).get(0);
    IdentityEvent corrected = corrected(started, started, ADA);
    assertEquals("t.2 ADA", corrected.eventId() + " " + corrected.name());
    assertEquals("ada", corrected.personId());
    for (int i = 1; i < 6; i++) {
      assertEquals("", summary(face("t", i * 200, .8, "bob", .3, "ada", .8)));
    }
    IdentityEvent undone = corrected(corrected, started, Correction.Verdict.NONE);
    assertEquals("t.3 BOB", undone.eventId() + " " + undone.name());
    assertEquals(.3, undone.distance());
    corrected = corrected(undone, started, ADA);
    IdentityEvent ended = pass(TIMEOUT.plusMillis(500)).get(0);
    assertEquals("ended ADA", summary(List.of(ended)));
    assertEquals("t.5", ended.eventId());
    assertEquals(6, ended.faces());
    // What its faces said is remembered, though every event since the correction names Ada.
    assertEquals("BOB", corrected(ended, started, Correction.Verdict.NONE).name());
    assertTrue(telemetry.scrape().contains("type=\"corrected\""));
  }

  @Test
  void whoIsNamedByTheCorrectionHasTheDistanceThatWasMeasured() {
    IdentityEvent started = face("t", 0, .8, "bob", .3, "ada", .8).get(0);
    assertEquals("", summary(face("t", 200, .8, "ada", .44, "bob", .8)));
    IdentityEvent corrected = corrected(started, started, ADA);
    assertEquals(.44, corrected.distance());
    IdentityEvent other = corrected(corrected, started, is("eve"));
    assertNull(other.distance());
    assertNull(other.margin());
  }

  @Test
  void aPersonWhoItIsNotDoesNotCountAndAnotherMay() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .55).get(0);
    assertEquals("ADA", started.name());
    IdentityEvent corrected = corrected(started, started, not("ada"));
    assertEquals("unknown", corrected.name());
    assertNull(corrected.personId());
    assertNull(corrected.watchlist());
    String later = "";
    for (int i = 1; i < 10; i++) {
      later += summary(face("t", i * 200, .8, "ada", .3, "bob", .4));
    }
    assertEquals("updated BOB", later);
    assertEquals("ended BOB", summary(pass(TIMEOUT.plusMillis(500))));
  }

  @Test
  void whoWasExcludedComesBackWhenThatIsUndoneBeforeTheEnd() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .8).get(0);
    IdentityEvent corrected = corrected(started, started, not("ada"));
    IdentityEvent undone = corrected(corrected, started, Correction.Verdict.NONE);
    assertEquals("t.3 ADA", undone.eventId() + " " + undone.name());
    assertEquals("", summary(face("t", 200, .8, "ada", .3, "bob", .8)));
    assertEquals("ended ADA", summary(pass(TIMEOUT.plusMillis(500))));
  }

  @Test
  void whoWasExcludedComesBackThoughNoFaceFollows() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .8).get(0);
    IdentityEvent corrected = corrected(started, started, not("ada"));
    corrected(corrected, started, Correction.Verdict.NONE);
    IdentityEvent ended = pass(TIMEOUT.plusMillis(500)).get(0);
    assertEquals("ended ADA", summary(List.of(ended)));
    assertEquals("t.5 unknown", told(corrected(ended, started, not("ada"))));
  }

  private static String told(IdentityEvent event) {
    return event.eventId() + " " + event.name();
  }

  @Test
  void whoWasExcludedComesBackWhenThatIsUndoneAfterTheEnd() {
    IdentityEvent started = face("t", 0, .8, "ada", .3).get(0);
    IdentityEvent corrected = corrected(started, started, not("ada"));
    assertEquals("unknown", corrected.name());
    IdentityEvent ended = pass(TIMEOUT.plusMillis(500)).get(0);
    assertEquals("unknown", ended.name());
    assertEquals("ADA", corrected(ended, started, Correction.Verdict.NONE).name());
  }

  @Test
  void whatIsNoFaceIsNobody() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .8).get(0);
    IdentityEvent corrected =
        corrected(started, started, new Correction.Verdict(null, true, List.of()));
    assertEquals("unknown", corrected.name());
    assertNull(corrected.distance());
    assertEquals("", summary(face("t", 200, .8, "ada", .3, "bob", .8)));
    assertEquals("ended unknown", summary(pass(TIMEOUT.plusMillis(500))));
  }

  @Test
  void anEndedTrackStaysEnded() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .8).get(0);
    IdentityEvent ended = pass(TIMEOUT.plusMillis(500)).get(0);
    IdentityEvent corrected = corrected(ended, ended, is("bob"));
    assertEquals("t.3 BOB", corrected.eventId() + " " + corrected.name());
    assertEquals("", summary(pass(TIMEOUT.plusMillis(500))));
    assertEquals("", summary(face("t", 0, .8, "ada", .3, "bob", .8)), "late");
    // It goes on all the same: another person's face does not undo it.
    assertEquals("updated BOB", summary(face("t", 9000, .8, "ada", .3, "bob", .8)));
    assertEquals(started.track(), corrected.track());
  }

  @Test
  void aTrackThatIsNotRememberedIsCorrectedByWhatItsEventSays() {
    IdentityEvent started = face("t", 0, .8, "bob", .3, "ada", .8).get(0);
    IdentityEvent ended = pass(TIMEOUT.plusMillis(500)).get(0);
    driver.close();
    start(START.plus(Duration.ofDays(2)), Map.of());
    IdentityEvent corrected = corrected(ended, ended, ADA);
    assertEquals(
        ended
            .with()
            .eventId("t.3")
            .type(IdentityEvent.Type.corrected)
            .revision(3)
            .personId("ada")
            .name("ADA")
            .distance(null)
            .margin(null)
            .galleryVersion(corrected.galleryVersion())
            .build(),
        corrected);
    // The next one comes before the first is stored: the event that it has is older.
    IdentityEvent second = corrected(ended, ended, not("ada", "bob"));
    assertEquals("t.4 unknown", second.eventId() + " " + second.name());
    IdentityEvent undone = corrected(second, ended, Correction.Verdict.NONE);
    assertEquals("t.5 BOB 0.3", undone.eventId() + " " + undone.name() + " " + undone.distance());
    // Nobody comes back of it, and in the end nothing is left.
    assertEquals("", summary(pass(MAX_AGE.plus(TIMEOUT).plusSeconds(1))));
    face("u", Duration.ofDays(2).plusMinutes(20).toMillis(), .8, "bob", .3);
    pass(Duration.ofSeconds(1));
    assertFalse(kept().containsKey("door/t"));
    assertEquals(1, started.revision());
  }

  @Test
  void theTimeOfItsEventIsThatOfTheCorrection() {
    IdentityEvent started = face("t", 0, .8, "bob", .3).get(0);
    ProducerRecord<String, byte[]> record =
        Correction.toRecord("matches", correction(started, started, ADA));
    matches.pipeInput(
        new TestRecord<>(record.key(), record.value(), record.headers(), record.timestamp()));
    assertEquals(AT.toEpochMilli(), identities.readRecord().timestamp());
  }

  @Test
  void whatComesAgainIsAppliedOnce() {
    IdentityEvent started = face("t", 0, .8, "bob", .3).get(0);
    Correction first = correction(started, started, ADA);
    Correction second = correction(started, started, not("bob"));
    assertEquals("corrected unknown", summary(correct(second)));
    // It was made before the second, which includes it or undoes it.
    assertEquals("", summary(correct(first)));
    assertEquals("", summary(correct(second)));
    assertEquals(
        2.0,
        telemetry
            .registry()
            .get("facestream.dropped")
            .tag("reason", "duplicate")
            .counter()
            .count());
    // Nor after a restart.
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusSeconds(60), kept);
    assertEquals("", summary(correct(second)));
  }

  @Test
  void whatIsNoCorrectionBecomesADeadLetter() {
    IdentityEvent started = face("t", 0, .8, "bob", .3).get(0);
    ProducerRecord<String, byte[]> record =
        Correction.toRecord("matches", correction(started, started, ADA));
    matches.pipeInput(
        new TestRecord<>(
            record.key(), "{\"number\":1}".getBytes(UTF_8), record.headers(), record.timestamp()));
    assertEquals("", summary(events()));
    TestRecord<String, byte[]> letter = deadLetters.readRecord();
    assertEquals("bad-value", new String(letter.headers().lastHeader("reason").value(), UTF_8));
  }

  @Test
  void whoIsForgottenMeanwhileIsNotNamed() {
    IdentityEvent started = face("t", 0, .8, "bob", .3, "eve", .8).get(0);
    // Between the correction and the moment when it is read.
    Correction correction = correction(started, started, ADA);
    replica.forget("ada", 50);
    IdentityEvent corrected = correct(correction).get(0);
    assertEquals("unknown", corrected.name());
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("", summary(face("t", 200, .8, "bob", .3, "eve", .8)), "nor Bob, who it is not");
  }

  @Test
  void whoIsForgottenLaterLosesTheName() {
    IdentityEvent started = face("t", 0, .8, "bob", .3, "eve", .8).get(0);
    IdentityEvent corrected = corrected(started, started, ADA);
    replica.forget("ada", 100);
    assertEquals("updated unknown", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("ended unknown", summary(pass(TIMEOUT)));
    // Of a track that has ended, too.
    IdentityEvent bob = corrected(corrected, started, is("bob"));
    replica.forget("bob", 101);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("bob"), this::remembered);
    assertEquals("BOB", bob.name());
  }

  @Test
  void whoWasEnrolledAMomentAgoIsNamedThoughTheReplicaIsBehind() {
    IdentityEvent started = face("t", 0, .8, "bob", .3, "eve", .8).get(0);
    replica.forgotten.add("ada");
    replica.version = version;
    Correction correction = correction(started, started, ADA);
    IdentityEvent corrected =
        correct(correction.withGallery(GalleryVersion.ofNumber(version + 10))).get(0);
    assertEquals("ADA", corrected.name());
    assertEquals("", summary(pass(Duration.ofMillis(300))));
  }
}

package org.facestream.recognizer.gallery.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.junit.jupiter.api.Test;

/** References at known places of a plane. */
class HealthCheckTest {
  private static final DescriptorModel MODEL = DescriptorModel.of("resnet34-128");
  private static final HealthRules RULES = new HealthRules(.5f, .6f, .1f, .5f, 3);
  private static final Instant NOW = Instant.parse("2026-11-22T04:30:00Z");

  private final List<Reference> gallery = new ArrayList<>();

  private Reference add(String faceId, double x, double y) {
    String person = faceId.replaceAll("\\d", "");
    float[] descriptor = new float[MODEL.length()];
    descriptor[0] = (float) x;
    descriptor[1] = (float) y;
    descriptor[2] = 1;
    Reference reference =
        ReferenceBuilder.builder()
            .faceId(faceId)
            .personId(person)
            .name(person)
            .model(MODEL.name())
            .descriptor(descriptor)
            .thumbnail(new byte[0])
            .quality(.5f)
            .source("test")
            .enrolledAt(NOW)
            .build();
    gallery.add(reference);
    return reference;
  }

  private void review(Reference reference, String review) {
    gallery.remove(reference);
    gallery.add(reference.withReview(review));
  }

  private GalleryHealth check() {
    return HealthCheck.of(gallery, MODEL, RULES, NOW);
  }

  /** The doubt by face; in brackets where a user has to decide. */
  private Map<String, String> doubts() {
    Map<String, String> doubts = new TreeMap<>();
    for (GalleryHealth.OfPerson person : check().people()) {
      for (GalleryHealth.Finding finding : person.findings()) {
        String word = finding.doubt().word();
        assertEquals(
            null,
            doubts.put(
                finding.reference().faceId(),
                person.settled().contains(finding) ? word : "(" + word + ")"));
      }
    }
    return doubts;
  }

  @Test
  void aPictureOfAnotherEnrolledPersonIsFoundAndTheRightOnesAreNotDoubted() {
    add("ada1", 0, 0);
    add("ada2", .3, 0);
    add("ada3", 0, .3);
    add("bob1", 5, 5);
    add("bob2", 5.3, 5);
    // Nearer to each of hers than these are to each other.
    add("bob3", .2, .2);
    assertEquals(Map.of("bob3", "other"), doubts());
    GalleryHealth.Finding finding = check().people().get(1).findings().get(0);
    assertEquals("ada", finding.near().id());
    assertEquals(.224f, finding.distance(), .001f);
    assertEquals(6.788f, finding.own(), .001f);
    assertTrue(check().people().get(1).likelyWrong(false));
    assertFalse(check().people().get(1).likelyWrong(true));
  }

  @Test
  void severalPicturesOfAnotherPersonAreFoundThoughTheyAreTheMost() {
    add("ada1", 0, 0);
    add("ada2", .3, 0);
    add("bob1", 5, 5);
    add("bob2", .1, .2);
    add("bob3", .2, .3);
    assertEquals(Map.of("bob2", "other", "bob3", "other"), doubts());
  }

  @Test
  void aPictureOfAStrangerIsUnlikeTheOthers() {
    add("ada1", 0, 0);
    add("ada2", .5, 0);
    // From one to the next they resemble each other.
    add("ada3", 1, 0);
    add("ada4", 9, 9);
    add("bob1", 5, 5);
    assertEquals(Map.of("ada4", "unlike"), doubts());
  }

  @Test
  void whereNoPartIsTheLargerAUserDecides() {
    add("ada1", 0, 0);
    Reference other = add("ada2", 9, 9);
    assertEquals(Map.of("ada1", "(divided)", "ada2", "(divided)"), doubts());
    assertTrue(check().people().get(0).likelyWrong(true));
    review(other, Reference.KEPT);
    assertEquals(Map.of("ada1", "unlike"), doubts());
    review(gallery.get(1), "chosen");
    assertEquals(Map.of(), doubts());
    assertTrue(check().people().get(0).tooFew());
  }

  @Test
  void whatIsSetAsideExpiredOrOfAnotherModelIsNotCompared() {
    add("ada1", 0, 0);
    add("ada2", .3, 0);
    review(add("bob1", .1, .1), "other");
    Reference over = add("bob2", .1, .2);
    gallery.remove(over);
    gallery.add(over.withExpiry(NOW));
    Reference foreign = add("bob3", .1, .3);
    gallery.remove(foreign);
    gallery.add(foreign.withModel("another"));
    assertEquals(Map.of(), doubts());
    assertEquals(1, check().ofOtherModels());
    assertEquals(1, check().people().get(1).setAside());
    assertEquals(0, check().people().get(1).inUse());
  }

  @Test
  void whatAUserKeptIsNotDoubtedAgain() {
    add("ada1", 0, 0);
    add("ada2", .3, 0);
    add("bob1", 5, 5);
    add("bob2", 5, 5.4);
    review(add("bob3", .2, .2), Reference.KEPT);
    review(add("bob4", 8, 8), Reference.KEPT);
    Map<String, String> doubts = doubts();
    assertFalse(doubts.containsKey("bob3"), doubts::toString);
    assertFalse(doubts.containsKey("bob4"), doubts::toString);
  }

  @Test
  void theLastPictureOfAPersonStaysInUse() {
    add("ada1", 0, 0);
    add("ada2", .3, 0);
    add("bob1", .1, .1);
    assertEquals(Map.of("bob1", "(other)"), doubts());
  }

  @Test
  void ofManyPicturesTheMostDifferentStayAndOfAlikeOnesTheBest() {
    add("ada1", 0, 0);
    add("ada2", .5, 0);
    add("ada3", -.5, 0);
    add("ada4", .2, 0);
    add("ada5", .35, 0);
    Reference better = add("ada6", .52, 0);
    gallery.remove(better);
    gallery.add(better.withQuality(.9f));
    assertEquals(Map.of("ada1", "many", "ada2", "alike", "ada5", "many"), doubts());
  }

  @Test
  void aPictureIsRecognisedByTheOthersWhenNobodyElseIsNearer() {
    add("ada1", 0, 0);
    add("ada2", .3, 0);
    add("ada3", .3, .4);
    add("ada4", 9, 9);
    add("bob1", .35, .45);
    add("bob2", .35, .5);
    add("eve1", 5, 5);
    assertEquals(
        List.of(2, 2, 0),
        check().people().stream().map(GalleryHealth.OfPerson::recognised).toList());
  }

  private SeenCheck.Face seen(String track, String person, double x, double y) {
    float[] descriptor = new float[MODEL.length()];
    descriptor[0] = (float) x;
    descriptor[1] = (float) y;
    descriptor[2] = 1;
    return new SeenCheck.Face(track, Optional.ofNullable(person), descriptor);
  }

  private Map<String, String> confusing(SeenCheck.Face... faces) {
    SeenCheck check = new SeenCheck(gallery, MODEL, RULES.threshold(), NOW);
    check.add(List.of(faces));
    Map<String, String> confusing = new TreeMap<>();
    check
        .addTo(check(), gallery)
        .people()
        .forEach(
            one ->
                one.findings().stream()
                    .filter(each -> each.doubt() == GalleryHealth.Doubt.SEEN)
                    .forEach(
                        each ->
                            confusing.put(
                                each.reference().faceId(),
                                each.near() == null ? "nobody" : each.near().id())));
    return confusing;
  }

  @Test
  void aReferenceThatAttractsFacesOfOthersIsFound() {
    add("ada1", 0, 0);
    add("ada2", .55, 0);
    add("bob1", 5, 5);
    SeenCheck.Face[] ofBob = {
      seen("b1", "bob", .6, 0), seen("b2", "bob", .7, 0), seen("b3", "bob", .6, .1)
    };
    assertEquals(Map.of("ada2", "bob"), confusing(ofBob));
    assertEquals(Map.of(), confusing(ofBob[0], ofBob[1], seen("b2", "bob", .6, .1)), "two tracks");
    assertEquals(
        Map.of(),
        confusing(
            ofBob[0],
            ofBob[1],
            ofBob[2],
            seen("a1", "ada", .5, 0),
            seen("a2", "ada", .5, 0),
            seen("a3", "ada", .5, 0)),
        "as often its own");
    assertEquals(Map.of(), confusing(seen("far", null, 1.5, 0)), "no face of anybody's");
    assertEquals(Map.of("ada2", "nobody"), confusing(seen("denied", null, .6, 0)));
    review(gallery.get(1), Reference.KEPT);
    assertEquals(Map.of(), confusing(ofBob));
  }
}

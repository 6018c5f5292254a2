package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.test.TestRecord;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.VisitorReplica;
import org.junit.jupiter.api.Test;

/** Unknown tracks are linked to visitors, with the replica that a recognizer has. */
class IdentityVisitorsTest extends IdentityTopologyCase {
  private static final Duration RETENTION = Duration.ofDays(7);
  private static final VisitorRules RULES = new VisitorRules(.4, .5, RETENTION);
  private static final float[] ANN = {1, 0};
  private static final float[] ANN_AGAIN = {.99f, .1f};
  private static final float[] BEN = {0, 1};

  private final VisitorReplica visitors =
      new VisitorReplica(new DescriptorSpace("m", 2, Metric.EUCLIDEAN), RULES, telemetry);
  private long offset;

  @Override
  Visitors visitors() {
    return visitors;
  }

  /** What the topology wrote to the visitors topic. */
  private List<TestRecord<String, byte[]>> written() {
    return driver
        .createOutputTopic("visitors", new StringDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  /** The replica reads what was written; returns how much that was. */
  private int read() {
    List<TestRecord<String, byte[]>> written = written();
    written.forEach(look -> visitors.replica().accept(look.key(), look.value(), 0, offset++));
    return written.size();
  }

  private List<IdentityEvent> look(
      String camera, String track, long from, double quality, float[] look, Object... nearest) {
    List<IdentityEvent> events = new ArrayList<>();
    for (int face = 0; face < 3; face++) {
      events.addAll(
          send(match(camera, track, from + 200 * face, quality, nearest).withDescriptor(look)));
    }
    return events;
  }

  private IdentityEvent last(List<IdentityEvent> events) {
    return events.get(events.size() - 1);
  }

  private static Reference reference(TestRecord<String, byte[]> look)
      throws InvalidRecordException {
    return GalleryTopic.read(look.key(), look.value()).orElseThrow();
  }

  /** As `people ignore` and `people discard` do: the visitor's looks say it. */
  private void answer(Reference look, String answer, Instant expiry) {
    Reference answered = look.with().watchlist(answer).expiry(expiry).build();
    visitors
        .replica()
        .accept(look.faceId(), GalleryTopic.toRecord("visitors", answered).value(), 0, offset++);
  }

  private void erase(String faceId) {
    visitors.replica().accept(faceId, null, 0, offset++);
  }

  @Test
  void aStrangerWhoComesAgainIsTheSameVisitorOnAnotherCamera() throws Exception {
    List<IdentityEvent> first = look("door", "a", 0, .8, ANN);
    assertEquals("started unknown, updated unknown", summary(first));
    assertNull(first.get(0).visitorId());
    String ann = last(first).visitorId();
    assertTrue(ann.matches("visitor-[0-9a-f]{12}"), ann);
    Reference look = reference(written().get(0));
    assertEquals(ann, look.personId());
    assertEquals(START.plusMillis(400).plus(RETENTION), look.expiry());
    assertEquals(0, look.thumbnail().length);
    answer(look, null, look.expiry());

    IdentityEvent again = last(look("yard", "b", 1000, .8, ANN_AGAIN));
    assertEquals(ann, again.visitorId());
    // A clearly near look is kept too; the second of another person is founded.
    assertEquals(ann, reference(written().get(0)).personId());
    String ben = last(look("yard", "c", 2000, .8, BEN)).visitorId();
    assertNotEquals(ann, ben);
    assertEquals(1, read());

    // All of it also ends with the id, and a restart goes on with it.
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusSeconds(10), kept);
    Set<String> ended = new HashSet<>();
    pass(TIMEOUT.plusSeconds(1)).forEach(event -> ended.add(event.track() + event.visitorId()));
    assertEquals(Set.of("a" + ann, "b" + ann, "c" + ben), ended);
    assertEquals(0, read());
  }

  @Test
  void theSameTrackFoundsTheSameVisitorWheneverItIsProcessed() {
    String first = last(look("door", "a", 0, .8, ANN)).visitorId();
    driver.close();
    start(START, Map.of());
    assertEquals(first, last(look("door", "a", 0, .8, ANN)).visitorId());
  }

  @Test
  void ofTwoThatAreFoundedAtOnceTheOlderStays() {
    String first = last(look("door", "a", 0, .8, ANN)).visitorId();
    String second = last(look("yard", "b", 100, .8, ANN_AGAIN)).visitorId();
    String ended = last(look("gate", "c", 150, .8, ANN)).visitorId();
    assertEquals(3, new HashSet<>(List.of(first, second, ended)).size());
    // The gate's track has ended by then.
    driver.advanceWallClockTime(TIMEOUT.minusMillis(300));
    events();
    look("door", "a", 700, .8, ANN);
    look("yard", "b", 800, .8, ANN_AGAIN);
    assertEquals("ended unknown", summary(pass(Duration.ofMillis(600))));

    assertEquals(3, read());
    Map<String, IdentityEvent> told = new LinkedHashMap<>();
    pass(Duration.ofMillis(300)).forEach(event -> told.put(event.track(), event));
    assertEquals(Set.of("b", "c"), told.keySet());
    assertEquals("updated", told.get("b").type().name());
    assertEquals(first, told.get("b").visitorId());
    assertEquals("corrected", told.get("c").type().name());
    assertEquals(first, told.get("c").visitorId());
    // They moved their looks, and nothing more is to be said.
    assertEquals(2, read());
    assertEquals("", summary(pass(Duration.ofMillis(600))));
    assertEquals(first, last(look("hall", "d", 900, .8, ANN)).visitorId());
  }

  @Test
  void whoIsNamedLaterIsNoVisitor() {
    String ann = last(look("door", "a", 0, .8, ANN, "ada", .9)).visitorId();
    assertNotNull(ann);
    assertEquals(1, read());
    List<IdentityEvent> named = look("door", "a", 1000, .9, ANN, "ada", .3);
    assertEquals("ADA", last(named).name());
    assertNull(last(named).visitorId());
    List<TestRecord<String, byte[]>> written = written();
    assertEquals(1, written.size());
    assertNull(written.get(0).value());
    assertFalse(remembered().contains("visitor-"), this::remembered);
  }

  @Test
  void aVisitorWhoIsForgottenIsGoneFromTheTracksAndNotFoundedAgain() {
    String ann = last(look("door", "a", 0, .8, ANN)).visitorId();
    read();
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    look("gate", "b", 100, .8, ANN);
    assertEquals(1, read());
    look("gate", "b", 2000, .8, ANN);
    assertEquals("ended unknown", summary(pass(TIMEOUT.minusMillis(100))));
    look("gate", "b", 2900, .8, ANN);

    erase("a@0");
    List<IdentityEvent> updated = pass(Duration.ofMillis(300));
    // What has ended is corrected by who forgets.
    assertEquals("updated unknown", summary(updated));
    assertEquals("b", updated.get(0).track());
    assertNull(updated.get(0).visitorId());
    assertFalse(remembered().contains(ann), this::remembered);
    // The look that the second track kept is erased with the visitor's.
    List<TestRecord<String, byte[]>> written = written();
    assertEquals("b@100", written.get(0).key());
    assertNull(written.get(0).value());
    assertEquals("", summary(look("gate", "b", 3500, .8, ANN)));
    assertEquals(0, read());
  }

  @Test
  void whoIsIgnoredIsNobodyElse() throws Exception {
    String ann = last(look("door", "a", 0, .8, ANN)).visitorId();
    Reference look = reference(written().get(0));
    answer(look, null, look.expiry());
    pass(Duration.ofMillis(300));
    answer(look, "ignored", START.plusSeconds(60));
    List<IdentityEvent> answered = pass(Duration.ofMillis(300));
    assertEquals(Boolean.TRUE, answered.get(0).ignored());
    assertEquals(ann, answered.get(0).visitorId());

    // With the first face, and nearer than a person for whom the face would count.
    List<IdentityEvent> again =
        send(match("yard", "b", 1000, .9, "ada", .3).withDescriptor(ANN_AGAIN));
    assertEquals("started unknown", summary(again));
    assertEquals(Boolean.TRUE, again.get(0).ignored());
    assertEquals(ann, again.get(0).visitorId());
    // Somebody else is named as before.
    assertEquals("ADA", last(look("yard", "c", 1100, .9, BEN, "ada", .3)).name());
    // And the answer ends when it was said to end.
    List<IdentityEvent> later =
        send(match("yard", "d", 61_000, .9, "ada", .3).withDescriptor(ANN_AGAIN));
    assertEquals("ADA", last(later).name());
  }

  @Test
  void whatIsNoFaceFoundsNoVisitorAgain() throws Exception {
    look("door", "a", 0, .8, ANN);
    Reference look = reference(written().get(0));
    answer(look, "discarded", look.expiry());
    List<IdentityEvent> answered = pass(Duration.ofMillis(300));
    assertNull(answered.get(0).visitorId());
    List<IdentityEvent> again = look("door", "b", 1000, .8, ANN_AGAIN);
    assertEquals("started unknown", summary(again));
    assertNull(last(again).visitorId());
    pass(TIMEOUT.plusSeconds(1)).forEach(event -> assertNull(event.visitorId()));
    assertEquals(0, read());
  }

  @Test
  void badFacesAndRecordingsFoundNobody() {
    look("door", "a", 0, .4, ANN);
    // One good face is not enough.
    send(match("door", "b", 1000, .8).withDescriptor(BEN));
    pass(TIMEOUT.plusSeconds(1)).forEach(event -> assertNull(event.visitorId()));
    // Two are, when no more come.
    send(match("door", "c", 6000, .8).withDescriptor(BEN));
    send(match("door", "c", 6200, .8).withDescriptor(BEN));
    List<IdentityEvent> ended = pass(TIMEOUT.plusSeconds(1));
    assertNotNull(last(ended).visitorId());
    assertEquals(1, read());
  }
}

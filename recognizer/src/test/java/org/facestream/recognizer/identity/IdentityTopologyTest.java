package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.facestream.detector.face.Box;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdentityTopologyTest {
  private static final Instant START = Instant.parse("2026-11-22T05:00:00Z");
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final float THRESHOLD = .6f;

  private final Telemetry telemetry = new Telemetry();
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> matches;
  private TestOutputTopic<String, byte[]> identities;
  private TestOutputTopic<String, byte[]> deadLetters;
  private long version;
  private final Replica replica = new Replica();

  /** A gallery of everybody but those who were forgotten. */
  private static final class Replica implements KnownPeople {
    private final Set<String> forgotten = new HashSet<>();
    private long version = 1;

    @Override
    public long version() {
      return version;
    }

    @Override
    public boolean contains(String personId) {
      return !forgotten.contains(personId);
    }

    void forget(String personId, long asOf) {
      forgotten.add(personId);
      version = asOf;
    }
  }

  /** A store that holds, when the processor first sees it, what a changelog would have given. */
  private record RestoredStore(Map<String, byte[]> kept) implements KeyValueBytesStoreSupplier {
    @Override
    public String name() {
      return TrackProcessor.STORE;
    }

    @Override
    public KeyValueStore<Bytes, byte[]> get() {
      return new InMemoryKeyValueStore(name()) {
        @Override
        public void init(StateStoreContext context, StateStore root) {
          super.init(context, root);
          kept.forEach((key, value) -> put(Bytes.wrap(key.getBytes(UTF_8)), value));
        }
      };
    }

    @Override
    public String metricsScope() {
      return "in-memory";
    }
  }

  @BeforeEach
  void start() {
    start(START, Map.of());
  }

  private void start(Instant now, Map<String, byte[]> kept) {
    Topology topology =
        IdentityTopology.addTo(
            new Topology(),
            "matches",
            "identities",
            "dlq",
            new DecisionRules(2, .1, TIMEOUT),
            replica,
            telemetry,
            new RestoredStore(kept));
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "identity");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    driver = new TopologyTestDriver(topology, settings, now);
    matches = driver.createInputTopic("matches", new StringSerializer(), new ByteArraySerializer());
    identities =
        driver.createOutputTopic(
            "identities", new StringDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic("dlq", new StringDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
    telemetry.close();
  }

  private static Match.Candidate candidate(String person, double distance) {
    return new Match.Candidate(
        person, person.toUpperCase(java.util.Locale.ROOT), (float) distance, "ref-" + person);
  }

  private Match match(String camera, String track, long millis, double quality, Object... nearest) {
    List<Match.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < nearest.length; i += 2) {
      candidates.add(candidate((String) nearest[i], ((Number) nearest[i + 1]).doubleValue()));
    }
    return new Match(
        track + "@" + millis,
        camera,
        track,
        START.plusMillis(millis),
        new Box(10, 10, 60, 70),
        .99f,
        (float) quality,
        candidates,
        THRESHOLD,
        "m",
        ++version,
        new float[] {1});
  }

  private List<IdentityEvent> send(Match match) {
    ProducerRecord<String, byte[]> record = MatchTopic.toRecord("matches", match);
    matches.pipeInput(record.key(), record.value(), record.timestamp());
    return events();
  }

  private List<IdentityEvent> face(String track, long millis, double quality, Object... nearest) {
    return send(match("door", track, millis, quality, nearest));
  }

  private List<IdentityEvent> pass(Duration time) {
    driver.advanceWallClockTime(time);
    return events();
  }

  private List<IdentityEvent> events() {
    List<IdentityEvent> events = new ArrayList<>();
    for (TestRecord<String, byte[]> record : identities.readRecordsToList()) {
      EventSchema.check(record.value());
      try {
        IdentityEvent event = IdentityTopic.read(record.value());
        assertEquals(event.camera(), record.key());
        assertEquals(event.captureTime().toEpochMilli(), record.timestamp());
        assertEquals(event.track() + "." + event.revision(), event.eventId());
        events.add(event);
      } catch (InvalidRecordException invalid) {
        throw new AssertionError(invalid);
      }
    }
    return events;
  }

  private static String summary(List<IdentityEvent> events) {
    return events.stream()
        .map(event -> event.type() + " " + event.name())
        .collect(Collectors.joining(", "));
  }

  @Test
  void aConvincingFaceIsNamedAtOnce() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .8).get(0);
    assertEquals(IdentityEvent.Type.started, started.type());
    assertEquals("t.1", started.eventId());
    assertEquals("ada", started.personId());
    assertEquals("ADA", started.name());
    assertEquals(.3, started.distance());
    assertEquals(.5, started.margin());
    assertEquals(1, started.faces());
    assertEquals(.8, started.quality());
    assertEquals("t@0", started.bestFace());
    assertEquals(1, started.galleryVersion());
    assertEquals(List.of(), face("t", 200, .7, "ada", .31, "bob", .8));
  }

  @Test
  void lessConvincingFacesAreNamedTogether() {
    assertEquals("", summary(face("t", 0, .7, "ada", .5, "bob", .8)));
    assertEquals("", summary(face("t", 200, .7, "ada", .54, "bob", .8)));
    List<IdentityEvent> third = face("t", 400, .9, "ada", .49, "bob", .81);
    assertEquals("started ADA", summary(third));
    assertEquals(3, third.get(0).faces());
    assertEquals(.49, third.get(0).distance());
    assertEquals("t@400", third.get(0).bestFace());
    assertEquals(START, third.get(0).firstSeen());
  }

  @Test
  void facesAtTheThresholdNameNobody() {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      said.append(summary(face("t", i * 200L, .7, "ada", i % 2 == 0 ? .57 : .63, "bob", .9)));
    }
    assertEquals("started unknown", said.toString());
  }

  @Test
  void twoPersonsAsNearNameNobody() {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      said.append(summary(face("t", i * 200L, .9, "ada", .4, "twin", .43)));
    }
    assertEquals("started unknown", said.toString());
  }

  @Test
  void aFaceFarFromEveryoneIsUnknownAtOnce() {
    List<IdentityEvent> events = face("t", 0, .8, "ada", .9, "bob", 1.0);
    assertEquals("started unknown", summary(events));
    assertNull(events.get(0).personId());
    assertEquals(.9, events.get(0).distance());
    assertEquals(.1, events.get(0).margin());
  }

  @Test
  void anEmptyGalleryKnowsNobody() {
    List<IdentityEvent> events = face("t", 0, .2);
    assertEquals("started unknown", summary(events));
    assertNull(events.get(0).distance());
    assertNull(events.get(0).margin());
  }

  @Test
  void aBadFirstFaceWaitsForABetterOne() {
    assertEquals("", summary(face("t", 0, .1, "ada", .8, "bob", .9)));
    assertEquals("started ADA", summary(face("t", 200, .8, "ada", .35, "bob", .9)));
  }

  @Test
  void unknownBecomesNamedWhenTheDecisionImproves() {
    face("t", 0, .8, "ada", .9, "bob", 1.0);
    List<IdentityEvent> updated = face("t", 3000, .8, "ada", .3, "bob", .9);
    assertEquals("updated ADA", summary(updated));
    assertEquals("t.2", updated.get(0).eventId());
  }

  @Test
  void aNameIsNotTakenBackForOneBadFrame() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    assertEquals("", summary(face("t", 200, .9, "bob", .5, "ada", .7)));
    assertEquals("", summary(face("t", 400, .3, "bob", .7, "ada", .9)));
    assertEquals("", summary(face("t", 600, .8, "ada", .33, "bob", .8)));
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
  }

  @Test
  void strongEvidenceForAnotherChangesTheName() {
    face("t", 0, .5, "ada", .44, "bob", .8);
    StringBuilder said = new StringBuilder();
    for (int i = 1; i < 20; i++) {
      said.append(summary(face("t", i * 200L, .9, "bob", .3, "ada", .9)));
    }
    assertEquals("updated BOB", said.toString());
    assertEquals("ended BOB", summary(pass(TIMEOUT)));
  }

  @Test
  void aClearlyBetterDistanceIsTold() {
    face("t", 0, .8, "ada", .4, "bob", .8);
    assertEquals("", summary(face("t", 200, .8, "ada", .36, "bob", .8)));
    List<IdentityEvent> updated = face("t", 400, .8, "ada", .3, "bob", .8);
    assertEquals("updated ADA", summary(updated));
    assertEquals(.3, updated.get(0).distance());
  }

  @Test
  void silenceEndsATrackThoughItsCameraDied() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    face("t", 500, .8, "ada", .32, "bob", .8);
    assertEquals("", summary(pass(TIMEOUT.minusMillis(400))));
    List<IdentityEvent> ended = pass(Duration.ofMillis(600));
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.2", ended.get(0).eventId());
    assertEquals(START.plusMillis(500), ended.get(0).lastSeen());
    assertEquals(START.plusMillis(500), ended.get(0).captureTime());
    assertEquals(2, ended.get(0).faces());
    assertEquals("", summary(pass(Duration.ofMinutes(5))));
  }

  @Test
  void aTrackEndsWhenItsCameraGoesOnWithoutIt() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    face("u", 2900, .8, "bob", .3, "ada", .8);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    send(match("gate", "w", 9000, .8, "bob", .3, "ada", .8));
    face("u", 3100, .8, "bob", .3, "ada", .8);
    assertEquals("ended ADA", summary(pass(Duration.ofMillis(300))));
  }

  @Test
  void aTrackTooShortToDecideIsStartedAndEnded() {
    face("t", 0, .7, "ada", .55, "bob", .9);
    List<IdentityEvent> events = pass(TIMEOUT);
    assertEquals("started unknown, ended unknown", summary(events));
    assertEquals("t.1", events.get(0).eventId());
    assertEquals("t.2", events.get(1).eventId());
  }

  @Test
  void lateFacesOfAnEndedTrackAreDroppedAndCounted() {
    face("t", 1000, .8, "ada", .3, "bob", .8);
    pass(TIMEOUT);
    assertEquals("", summary(face("t", 800, .8, "ada", .2, "bob", .8)));
    assertEquals("", summary(pass(TIMEOUT)));
    assertTrue(
        telemetry
            .scrape()
            .contains(
                "facestream_dropped_total{camera=\"door\",reason=\"late\",stage=\"identity\"} 1.0"));
  }

  @Test
  void facesOutOfOrderCountWhileTheTrackLives() {
    face("t", 1000, .8, "ada", .3, "bob", .8);
    face("t", 200, .9, "ada", .31, "bob", .8);
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertEquals(START.plusMillis(200), ended.firstSeen());
    assertEquals(START.plusMillis(1000), ended.lastSeen());
    assertEquals(2, ended.faces());
    assertEquals("t@200", ended.bestFace());
  }

  @Test
  void aTrackThatGoesOnAfterItsEndIsReopened() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    pass(TIMEOUT);
    List<IdentityEvent> again = face("t", 8000, .8, "ada", .33, "bob", .8);
    assertEquals("updated ADA", summary(again));
    assertEquals("t.3", again.get(0).eventId());
    assertEquals(START, again.get(0).firstSeen());
    List<IdentityEvent> ended = pass(TIMEOUT);
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.4", ended.get(0).eventId());
  }

  @Test
  void anEndedTrackIsForgottenAfterAWhile() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    pass(TIMEOUT);
    assertNotNull(driver.getKeyValueStore(TrackProcessor.STORE).get("door/t"));
    pass(TrackProcessor.GRACE.plusSeconds(1));
    assertNull(driver.getKeyValueStore(TrackProcessor.STORE).get("door/t"));
  }

  private Map<String, byte[]> kept() {
    Map<String, byte[]> kept = new LinkedHashMap<>();
    try (var all = driver.<String, byte[]>getKeyValueStore(TrackProcessor.STORE).all()) {
      all.forEachRemaining(entry -> kept.put(entry.key, entry.value));
    }
    return kept;
  }

  @Test
  void aRestartGoesOnWhereItStopped() {
    face("t", 0, .7, "ada", .53, "bob", .8);
    face("t", 150, .7, "ada", .53, "bob", .8);
    Map<String, byte[]> kept = kept();
    assertEquals(1, kept.size());
    driver.close();
    // A minute later; what the changelog held is there before the processor reads the store.
    start(START.plusSeconds(60), kept);
    assertEquals("", summary(pass(TIMEOUT.minusMillis(500))));
    List<IdentityEvent> events = face("t", 300, .7, "ada", .5, "bob", .8);
    assertEquals("started ADA", summary(events));
    assertEquals(3, events.get(0).faces());
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
  }

  @Test
  void aTrackWhoseCameraDiedDuringARestartEndsAllTheSame() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusSeconds(60), kept);
    List<IdentityEvent> ended = pass(TIMEOUT.plusMillis(500));
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.2", ended.get(0).eventId());
    assertEquals(START, ended.get(0).lastSeen());
  }

  private String remembered() {
    StringBuilder all = new StringBuilder();
    kept().values().forEach(state -> all.append(new String(state, UTF_8)));
    return all.toString().toLowerCase(java.util.Locale.ROOT);
  }

  @Test
  void aForgottenPersonLosesTheNameWhileTheTrackLives() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    replica.forget("ada", ++version);
    List<IdentityEvent> forgotten = pass(Duration.ofMillis(300));
    assertEquals("updated unknown", summary(forgotten));
    assertNull(forgotten.get(0).personId());
    // Not how far she was, nor how much farther Bob.
    assertNull(forgotten.get(0).distance());
    assertNull(forgotten.get(0).margin());
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("", summary(pass(Duration.ofMillis(600))));
    // Being forgotten is not being seen: the track ends when it would have.
    assertEquals("", summary(pass(TIMEOUT.minusMillis(1200))));
    List<IdentityEvent> ended = pass(Duration.ofMillis(400));
    assertEquals("ended unknown", summary(ended));
    assertNull(ended.get(0).distance());
    assertEquals("t.3", ended.get(0).eventId());
  }

  @Test
  void aForgottenPersonIsNotNamedByTheNextFaceNorByWhatIsStillUnderWay() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    replica.forget("ada", 100);
    // Compared before she was forgotten.
    List<IdentityEvent> updated = face("t", 200, .8, "ada", .3, "bob", .8);
    assertEquals("updated unknown", summary(updated));
    assertEquals(.8, updated.get(0).distance());
    assertNull(updated.get(0).margin());
    assertEquals("", summary(face("t", 400, .8, "bob", .81)));
    assertEquals("started unknown", summary(face("u", 500, .8, "ada", .3, "bob", .8)));
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("ended unknown, ended unknown", summary(pass(TIMEOUT.plusSeconds(1))));
  }

  @Test
  void anUnknownTrackKeepsNoDistanceToSomebodyForgotten() {
    assertEquals(.9, face("t", 0, .8, "ada", .9, "bob", 1.0).get(0).distance());
    replica.forget("ada", ++version);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("0.8999"), this::remembered);
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertNull(ended.distance());
    assertNull(ended.margin());
  }

  @Test
  void anotherPersonKeepsTheNameButNotTheMarginToSomebodyForgotten() {
    assertEquals(.5, face("t", 0, .8, "bob", .3, "ada", .8).get(0).margin());
    replica.forget("ada", ++version);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("ada"), this::remembered);
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertEquals("BOB", ended.name());
    assertEquals(.3, ended.distance());
    assertNull(ended.margin());
  }

  @Test
  void anEndedTrackForgetsTooAndComesBackWithoutTheName() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
    replica.forget("ada", ++version);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("updated unknown", summary(face("t", 8000, .8, "bob", .9)));
  }

  @Test
  void whoWasForgottenDuringARestartIsNotNamedAfterIt() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    Map<String, byte[]> kept = kept();
    driver.close();
    replica.forget("ada", ++version);
    start(START.plusSeconds(60), kept);
    assertEquals("updated unknown", summary(pass(Duration.ofMillis(300))));
    assertEquals("ended unknown", summary(pass(TIMEOUT)));
    assertFalse(remembered().contains("ada"), this::remembered);
  }

  @Test
  void aReplicaThatIsBehindForgetsNobodyWhoWasEnrolledSince() {
    replica.forget("ada", 1);
    version = 5;
    assertEquals("started ADA", summary(face("t", 0, .8, "ada", .3, "bob", .8)));
    replica.forgotten.clear();
    replica.version = version;
    assertEquals("", summary(face("t", 200, .8, "ada", .31, "bob", .8)));
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
  }

  @Test
  void aMatchThatCannotBeReadGoesToTheDeadLetters() {
    matches.pipeInput("door", new byte[] {'{'}, START);
    matches.pipeInput("door", null, START);
    face("t", 0, .8, "ada", .3, "bob", .8);
    List<TestRecord<String, byte[]>> rejected = deadLetters.readRecordsToList();
    assertEquals(2, rejected.size());
    assertEquals("bad-json", new String(rejected.get(0).headers().lastHeader("reason").value()));
    assertEquals("identity", new String(rejected.get(0).headers().lastHeader("stage").value()));
    assertEquals("matches-0@0", new String(rejected.get(0).headers().lastHeader("origin").value()));
    assertEquals("empty-value", new String(rejected.get(1).headers().lastHeader("reason").value()));
  }

  /**
   * Many tracks, random faces: revisions without gaps, one end each, names only from candidates.
   */
  @Test
  void everyTrackOfManyHasASoundHistory() {
    Random random = new Random(1);
    Map<String, List<IdentityEvent>> histories = new LinkedHashMap<>();
    for (int step = 0; step < 600; step++) {
      int track = step / 20 + random.nextInt(4);
      double distance = .25 + random.nextDouble() * .6;
      String person = random.nextInt(4) == 0 ? "bob" : "ada";
      List<IdentityEvent> events =
          send(
              match(
                  "cam" + track % 3,
                  "t" + track,
                  step * 100L,
                  random.nextDouble(),
                  person,
                  distance,
                  person.equals("ada") ? "bob" : "ada",
                  distance + random.nextDouble() * .3));
      collect(histories, events);
      collect(histories, pass(Duration.ofMillis(100)));
    }
    collect(histories, pass(TIMEOUT.plusSeconds(1)));
    assertTrue(histories.size() > 25);
    histories.forEach(
        (track, events) -> {
          for (int i = 0; i < events.size(); i++) {
            assertEquals(i + 1, events.get(i).revision());
            assertEquals(i == 0, events.get(i).type() == IdentityEvent.Type.started);
          }
          assertEquals(IdentityEvent.Type.ended, events.get(events.size() - 1).type(), track);
        });
  }

  private static void collect(
      Map<String, List<IdentityEvent>> histories, List<IdentityEvent> events) {
    for (IdentityEvent event : events) {
      histories.computeIfAbsent(event.track(), track -> new ArrayList<>()).add(event);
    }
  }
}

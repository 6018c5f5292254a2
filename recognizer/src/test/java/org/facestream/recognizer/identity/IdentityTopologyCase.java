package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The topology with a gallery and a clock of the test's; what goes in, and what comes out. */
abstract class IdentityTopologyCase {
  static final Instant START = Instant.parse("2026-11-22T05:00:00Z");
  static final Duration TIMEOUT = Duration.ofSeconds(3);
  static final Duration MAX_AGE = Duration.ofMinutes(10);
  static final float THRESHOLD = .6f;

  final Telemetry telemetry = new Telemetry();
  TopologyTestDriver driver;
  TestInputTopic<String, byte[]> matches;
  TestOutputTopic<String, byte[]> identities;
  TestOutputTopic<String, byte[]> deadLetters;
  long version;

  /** With which faces are compared, from now on; null where only its number is known. */
  GalleryVersion gallery;

  final Replica replica = new Replica();
  final RefusedMatches refused = new RefusedMatches();

  /** A gallery of everybody but those who were forgotten. */
  static final class Replica implements KnownPeople {
    final Set<String> forgotten = new HashSet<>();
    long version = 1;
    GalleryVersion gallery;

    @Override
    public GalleryVersion version() {
      return gallery == null ? GalleryVersion.ofNumber(version) : gallery;
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
  record RestoredStore(Map<String, byte[]> kept) implements KeyValueBytesStoreSupplier {
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

  /** What unknown tracks are linked to; null for none. */
  Visitors visitors() {
    return null;
  }

  void start(Instant now, Map<String, byte[]> kept) {
    Topology topology =
        IdentityTopology.addTo(
            new Topology(),
            new IdentityTopology.Names(
                "matches", "identities", "dlq", visitors() == null ? null : "visitors"),
            new DecisionRules(2, .1, TIMEOUT),
            MAX_AGE,
            replica,
            visitors(),
            refused,
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

  static Match.Candidate candidate(String person, double distance) {
    return new Match.Candidate(
        person, person.toUpperCase(java.util.Locale.ROOT), (float) distance, "ref-" + person);
  }

  Match match(String camera, String track, long millis, double quality, Object... nearest) {
    List<Match.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < nearest.length; i += 2) {
      candidates.add(candidate((String) nearest[i], ((Number) nearest[i + 1]).doubleValue()));
    }
    return MatchBuilder.builder()
        .faceId(track + "@" + millis)
        .camera(camera)
        .track(track)
        .captureTime(START.plusMillis(millis))
        .box(new Box(10, 10, 60, 70))
        .score(.99f)
        .quality((float) quality)
        .candidates(candidates)
        .threshold(THRESHOLD)
        .model("m")
        .galleryVersion(++version)
        .gallery(gallery)
        .descriptor(new float[] {1})
        .build();
  }

  List<IdentityEvent> send(Match match) {
    ProducerRecord<String, byte[]> record = MatchTopic.toRecord("matches", match);
    matches.pipeInput(record.key(), record.value(), record.timestamp());
    return events();
  }

  List<IdentityEvent> face(String track, long millis, double quality, Object... nearest) {
    return send(match("door", track, millis, quality, nearest));
  }

  List<IdentityEvent> pass(Duration time) {
    driver.advanceWallClockTime(time);
    return events();
  }

  List<IdentityEvent> events() {
    List<IdentityEvent> events = new ArrayList<>();
    for (TestRecord<String, byte[]> record : identities.readRecordsToList()) {
      EventSchema.check(record.value());
      try {
        IdentityEvent event = IdentityTopic.read(record.value());
        assertEquals(event.camera(), record.key());
        if (event.type() != IdentityEvent.Type.corrected) {
          assertEquals(event.captureTime().toEpochMilli(), record.timestamp());
        }
        assertEquals(event.track() + "." + event.revision(), event.eventId());
        events.add(event);
      } catch (InvalidRecordException invalid) {
        throw new AssertionError(invalid);
      }
    }
    return events;
  }

  static String summary(List<IdentityEvent> events) {
    return events.stream()
        .map(event -> event.type() + " " + event.name())
        .collect(Collectors.joining(", "));
  }

  Map<String, byte[]> kept() {
    Map<String, byte[]> kept = new LinkedHashMap<>();
    try (var all = driver.<String, byte[]>getKeyValueStore(TrackProcessor.STORE).all()) {
      all.forEachRemaining(entry -> kept.put(entry.key, entry.value));
    }
    return kept;
  }

  String remembered() {
    StringBuilder all = new StringBuilder();
    kept().values().forEach(state -> all.append(new String(state, UTF_8)));
    return all.toString().toLowerCase(java.util.Locale.ROOT);
  }
}

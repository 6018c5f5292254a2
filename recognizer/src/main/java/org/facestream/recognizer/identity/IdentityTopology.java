package org.facestream.recognizer.identity;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.Topic;
import org.jspecify.annotations.Nullable;

/**
 * Matches to identity events: one processor with a store per partition. The store is small (what is
 * live, and what ended within the last minutes), so it is in memory; its changelog topic is what
 * survives.
 */
public final class IdentityTopology {
  /** A changelog that is mostly tombstones is compacted soon, so that a restart reads little. */
  private static final Map<String, String> CHANGELOG =
      Map.of(
          "segment.bytes", String.valueOf(16 << 20),
          "segment.ms", String.valueOf(TimeUnit.MINUTES.toMillis(10)),
          "min.cleanable.dirty.ratio", "0.1",
          "delete.retention.ms", String.valueOf(TimeUnit.MINUTES.toMillis(10)));

  /** Kafka Streams creates that topic, and never looks at its settings again. */
  public static final Topic CHANGELOG_TOPIC =
      new Topic("identity-" + TrackProcessor.STORE + "-changelog", changelog(), true);

  private static final Duration FACES = Duration.ofHours(6);

  /** However young faces must be: for a match waits too. */
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  private IdentityTopology() {}

  private static Map<String, String> changelog() {
    Map<String, String> settings = new HashMap<>(CHANGELOG);
    settings.put("cleanup.policy", "compact");
    return settings;
  }

  /**
   * A face's match comes no later than {@code maxAge} after its capture, and the one before it in
   * the track may be a timeout older. Faces are in Kafka for hours only, however old they may be.
   */
  private static Duration memory(DecisionRules rules, Duration maxAge) {
    Duration longest = maxAge.compareTo(FACES) < 0 ? maxAge : FACES;
    Duration memory = longest.plus(rules.timeout());
    return memory.compareTo(SHORTEST) < 0 ? SHORTEST : memory;
  }

  /** Where tracks are kept while they are live. */
  public static KeyValueBytesStoreSupplier inMemory() {
    return Stores.inMemoryKeyValueStore(TrackProcessor.STORE);
  }

  /**
   * Full names of topics.
   *
   * @param matches that are read
   * @param identities that are written
   * @param deadLetters for matches that cannot be processed
   * @param visitors that are read and written; null where unknown tracks are not linked
   */
  public record Names(
      String matches, String identities, String deadLetters, @Nullable String visitors) {

    /** Without visitors. */
    public Names(String matches, String identities, String deadLetters) {
      this(matches, identities, deadLetters, null);
    }
  }

  /**
   * Adds the decision to a topology.
   *
   * @param maxAge older faces are not matched: so long an ended track may go on
   * @param known whoever is not among them any more loses name and evidence
   * @param visitors that unknown tracks are linked to; null for none
   * @param refused matches that become dead letters
   * @param tracks where they are kept
   */
  public static Topology addTo(
      Topology topology,
      Names names,
      DecisionRules rules,
      Duration maxAge,
      KnownPeople known,
      @Nullable Visitors visitors,
      RefusedMatches refused,
      Telemetry telemetry,
      KeyValueBytesStoreSupplier tracks) {
    Topology deciding =
        topology
            .addSource(
                "matches", new StringDeserializer(), new ByteArrayDeserializer(), names.matches())
            .addProcessor(
                "decide",
                () ->
                    new TrackProcessor(
                        rules, memory(rules, maxAge), known, visitors, refused, telemetry),
                "matches")
            .addStateStore(
                Stores.keyValueStoreBuilder(tracks, Serdes.String(), Serdes.ByteArray())
                    .withLoggingEnabled(CHANGELOG)
                    .withCachingDisabled(),
                "decide")
            .addSink(
                TrackOutput.EVENTS,
                names.identities(),
                new StringSerializer(),
                new ByteArraySerializer(),
                "decide")
            .addSink(
                TrackProcessor.DEAD_LETTERS,
                names.deadLetters(),
                new StringSerializer(),
                new ByteArraySerializer(),
                "decide");
    return names.visitors() == null
        ? deciding
        : deciding.addSink(
            TrackOutput.VISITORS,
            names.visitors(),
            new StringSerializer(),
            new ByteArraySerializer(),
            "decide");
  }
}

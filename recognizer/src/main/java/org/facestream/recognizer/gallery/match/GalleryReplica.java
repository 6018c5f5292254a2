package org.facestream.recognizer.gallery.match;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.KnownPeople;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gallery in this process: a Kafka Streams global store over the gallery topic that keeps only
 * descriptors and people.
 *
 * <p>It is in memory only. So each start reads the whole topic and cannot miss a tombstone that was
 * compacted while the process was down. Streams' global thread is the only one that changes it;
 * {@link #snapshot()} and {@link KnownPeople} are for every thread.
 *
 * <p>An entry that cannot be used (another model, wrong length, not a number, zero) is skipped and
 * counted; an older entry of the same key is then not used either, because it was replaced. One
 * that was set aside is not used and not counted. No record of the topic can end the global thread.
 */
public final class GalleryReplica implements StateStore, StateRestoreListener, KnownPeople {
  static final String NAME = "gallery";
  private static final Logger log = LoggerFactory.getLogger(GalleryReplica.class);

  private final DescriptorSpace space;
  private final Telemetry telemetry;
  private final String name;
  private final ReplicaFollower follower;
  private final Map<Integer, Long> positions = new HashMap<>();
  private final Set<TopicPartition> restoring = new HashSet<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final UnusedReferences unusedReferences = new UnusedReferences();

  private volatile ReferenceMatrix matrix;
  private volatile GallerySnapshot snapshot;
  private volatile boolean open;

  /** The id of the topic that is read; null where nobody asked for it. */
  private volatile @Nullable String topic;

  public GalleryReplica(DescriptorSpace space, Telemetry telemetry) {
    this(space, telemetry, NAME, ReplicaFollower.NONE);
    Gauge.builder("facestream.gallery.references", this, replica -> replica.snapshot.references())
        .description("References in this worker's replica of the gallery")
        .register(telemetry.registry());
    Gauge.builder("facestream.gallery.people", this, replica -> replica.snapshot.people())
        .description("People in this worker's replica of the gallery")
        .register(telemetry.registry());
    Gauge.builder("facestream.gallery.version", this, replica -> replica.snapshot.version().sum())
        .description("Sum of the gallery offsets that this worker's replica has read")
        .register(telemetry.registry());
  }

  /**
   * A replica of another topic of the same form, without metrics.
   *
   * @param name of the store
   */
  GalleryReplica(
      DescriptorSpace space, Telemetry telemetry, String name, ReplicaFollower follower) {
    this.space = space;
    this.telemetry = telemetry;
    this.name = name;
    this.follower = follower;
    clear();
  }

  /** The gallery as of the last change. */
  public GallerySnapshot snapshot() {
    return snapshot;
  }

  /**
   * How many references are of other models: the people who have no others are not known to this
   * replica until they are enrolled again.
   */
  public int unused() {
    return unusedReferences.ofOtherModels();
  }

  /**
   * Person ids by face id of the references, of whatever model, that expired at an instant or
   * before; none while the gallery is being read. For every thread.
   */
  public Map<String, String> expired(Instant until) {
    return unusedReferences.addExpired(snapshot.expired(until), until);
  }

  /**
   * Says which topic is read from the next start on.
   *
   * @param topicId the id that Kafka gave it
   */
  public void follow(String topicId) {
    topic = topicId;
  }

  @Override
  public GalleryVersion version() {
    return snapshot.version();
  }

  @Override
  public boolean contains(String personId) {
    return matrix.contains(personId);
  }

  /**
   * Adds this replica to a topology.
   *
   * @param topic full name of the gallery topic
   */
  public Topology addTo(Topology topology, String topic) {
    return topology.addGlobalStore(
        new ReplicaStore(this),
        name + "-source",
        new StringDeserializer(),
        new ByteArrayDeserializer(),
        topic,
        name + "-replica",
        () -> new ReplicaStore.Feeder(name));
  }

  /** Takes in one record of the gallery topic. */
  public void accept(String key, byte @Nullable [] value, int partition, long offset) {
    unusedReferences.remove(key);
    try {
      Optional<Reference> reference = GalleryTopic.read(key, value);
      if (reference.isEmpty()) {
        matrix.remove(key);
        follower.removed(key);
      } else if (!reference.get().model().equals(space.model())) {
        skip(key, "other-model");
        unusedReferences.add(key, reference.get(), true);
      } else if (reference.get().descriptor().length != space.length()) {
        skip(key, "wrong-length");
        unusedReferences.add(key, reference.get(), false);
      } else if (reference.get().setAside()) {
        // Not skipped: a user decided it.
        matrix.remove(key);
        unusedReferences.add(key, reference.get(), false);
      } else {
        follower.put(reference.get());
        matrix.put(reference.get());
      }
    } catch (InvalidRecordException invalid) {
      skip(key, invalid.reason());
    } catch (RuntimeException unforeseen) {
      log.error("{}: record {}@{} is skipped", name, partition, offset, unforeseen);
      skip(key, "failed");
    }
    positions.merge(partition, offset + 1, Math::max);
    if (restoring.isEmpty()) {
      snapshot = published();
    }
  }

  private void skip(String key, String reason) {
    matrix.remove(key);
    follower.removed(key);
    if (!name.equals(NAME)) {
      return;
    }
    Counter.builder("facestream.gallery.skipped")
        .description("Gallery records that this worker's replica could not use")
        .tags("reason", reason)
        .register(telemetry.registry())
        .increment();
  }

  private GallerySnapshot published() {
    return matrix.publish(GalleryVersion.of(topic, positions));
  }

  private void clear() {
    matrix = new ReferenceMatrix(space);
    follower.cleared();
    positions.clear();
    restoring.clear();
    ends.clear();
    unusedReferences.clear();
    unusedReferences.settled(true);
    snapshot = published();
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long first, long last) {
    if (store.equals(name)) {
      restoring.add(partition);
      // The last records before it may be compacted away: they are known all the same.
      ends.put(partition, last);
      unusedReferences.settled(restoring.isEmpty());
    }
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long last, long records) {
    // A replica is not read before all of it is there.
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long records) {
    if (store.equals(name)) {
      restoring.remove(partition);
      positions.merge(partition.partition(), ends.getOrDefault(partition, 0L), Math::max);
      unusedReferences.settled(restoring.isEmpty());
      snapshot = published();
      log.info("{}: {} records of {} read", name, records, partition);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    clear();
    open = true;
    // Streams restores a global store through its processor, but requires the callback too.
    context.register(
        root,
        (key, value) -> {
          throw new IllegalStateException("a replica is restored through its processor");
        });
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }
}

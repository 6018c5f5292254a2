package org.facestream.recognizer.gallery.match;

import java.util.Map;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;

/** A replica as a global store of Kafka Streams, which is fed from its topic. */
record ReplicaStore(GalleryReplica replica) implements StoreBuilder<GalleryReplica> {
  /** Feeds the store, at start and for ever after. */
  static final class Feeder extends ContextualProcessor<String, byte[], Void, Void> {
    private final String store;

    Feeder(String store) {
      this.store = store;
    }

    @Override
    public void process(Record<String, byte[]> record) {
      RecordMetadata metadata = context().recordMetadata().orElseThrow();
      GalleryReplica replica = context().getStateStore(store);
      replica.accept(record.key(), record.value(), metadata.partition(), metadata.offset());
    }
  }

  @Override
  public StoreBuilder<GalleryReplica> withCachingEnabled() {
    return this;
  }

  @Override
  public StoreBuilder<GalleryReplica> withCachingDisabled() {
    return this;
  }

  @Override
  public StoreBuilder<GalleryReplica> withLoggingEnabled(Map<String, String> config) {
    throw new UnsupportedOperationException("a global store has its topic for a log");
  }

  @Override
  public StoreBuilder<GalleryReplica> withLoggingDisabled() {
    return this;
  }

  @Override
  public GalleryReplica build() {
    return replica;
  }

  @Override
  public Map<String, String> logConfig() {
    return Map.of();
  }

  @Override
  public boolean loggingEnabled() {
    return false;
  }

  @Override
  public String name() {
    return replica.name();
  }
}

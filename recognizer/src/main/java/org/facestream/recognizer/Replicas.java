package org.facestream.recognizer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicIdentity;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GalleryReplica;
import org.facestream.recognizer.gallery.match.VisitorReplica;

/**
 * What a recognizer keeps of topics in memory: the gallery, and the visitors where unknown people
 * are linked.
 */
final class Replicas implements StateRestoreListener, AutoCloseable {
  private final KafkaClients clients;
  private final GalleryReplica gallery;
  private final Optional<VisitorReplica> visitors;
  private final TopicIdentity galleryTopic;
  private final Optional<TopicIdentity> visitorsTopic;
  private final Closing closing = new Closing();

  Replicas(RecognizerOptions options, KafkaClients clients, Telemetry telemetry) {
    this.clients = clients;
    DescriptorSpace space = DescriptorSpace.of(options.model());
    gallery = new GalleryReplica(space, telemetry);
    visitors = options.visitors().map(rules -> new VisitorReplica(space, rules, telemetry));
    galleryTopic = closing.add(new TopicIdentity(clients, GalleryTopic.TOPIC));
    visitorsTopic =
        visitors.map(any -> closing.add(new TopicIdentity(clients, VisitorTopic.TOPIC)));
  }

  GalleryReplica gallery() {
    return gallery;
  }

  Optional<VisitorReplica> visitors() {
    return visitors;
  }

  Topology addTo(Topology topology) {
    gallery.addTo(topology, clients.name(GalleryTopic.TOPIC));
    visitors.ifPresent(each -> each.replica().addTo(topology, clients.name(VisitorTopic.TOPIC)));
    return topology;
  }

  /**
   * The ids of the topics that are there now.
   *
   * @throws org.apache.kafka.common.KafkaException when the broker does not answer in time, or a
   *     topic does not exist
   */
  List<String> topics(Duration longest) {
    String followed = galleryTopic.get(longest);
    return visitorsTopic
        .map(topic -> List.of(followed, topic.get(longest)))
        .orElse(List.of(followed));
  }

  /** The next start reads these. */
  void follow(List<String> topics) {
    gallery.follow(topics.get(0));
    visitors.ifPresent(each -> each.replica().follow(topics.get(1)));
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long first, long last) {
    gallery.onRestoreStart(partition, store, first, last);
    visitors.ifPresent(each -> each.replica().onRestoreStart(partition, store, first, last));
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long last, long records) {
    // A replica is not read before all of it is there.
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long records) {
    gallery.onRestoreEnd(partition, store, records);
    visitors.ifPresent(each -> each.replica().onRestoreEnd(partition, store, records));
  }

  @Override
  public void close() {
    closing.close();
  }
}

package org.facestream.deploy.command.replay;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GalleryReplica;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.VisitorReplica;
import org.jspecify.annotations.Nullable;

/**
 * The gallery of now, in the form in which recognizers search it.
 *
 * @param snapshot its references of one model, at least one
 * @param visitors where unknown people are linked: a face of somebody who is ignored is nobody's
 */
record PresentGallery(GallerySnapshot snapshot, Optional<VisitorReplica> visitors) {
  /**
   * Reads it.
   *
   * @throws UserError when the broker does not answer, or nobody is enrolled with the model
   */
  static PresentGallery read(ReplayRules rules, KafkaClients clients) {
    DescriptorSpace space = DescriptorSpace.of(rules.model());
    try (Telemetry telemetry = new Telemetry()) {
      GalleryReplica gallery = new GalleryReplica(space, telemetry);
      read(clients, GalleryTopic.TOPIC, gallery);
      if (gallery.snapshot().references() == 0) {
        throw nobody(rules.model().name(), gallery.unused());
      }
      Optional<VisitorReplica> visitors =
          rules
              .configured()
              .visitors()
              .filter(any -> rules.ofConfiguredModel())
              .map(linked -> new VisitorReplica(space, linked, telemetry));
      visitors.ifPresent(each -> read(clients, VisitorTopic.TOPIC, each.replica()));
      return new PresentGallery(gallery.snapshot(), visitors);
    }
  }

  private static UserError nobody(String model, int others) {
    return new UserError(
        others == 0
            ? "Nobody is enrolled: the gallery has no picture."
            : ("The gallery has %s pictures, but none that was described by %s. Enrol people with"
                    + " `facestream enroll --set recognizer.model=%s`, or give another --model.")
                .formatted(Integer.toString(others), model, model));
  }

  private static void read(KafkaClients clients, Topic topic, GalleryReplica replica) {
    Topics.ensure(clients, List.of(topic));
    // As when a recognizer starts: one snapshot at the end, not one for each record.
    TopicPartition all = new TopicPartition(clients.name(topic), 0);
    replica.onRestoreStart(all, replica.name(), 0, 0);
    long[] records = {0};
    try (TopicLog log = GalleryReader.open(clients, topic)) {
      log.readToEnd(
          record -> {
            records[0]++;
            replica.accept(record.key(), record.value(), record.partition(), record.offset());
          });
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
    replica.onRestoreEnd(all, replica.name(), records[0]);
  }

  @Nullable VisitorReplica visitorsOrNull() {
    return visitors.orElse(null);
  }
}

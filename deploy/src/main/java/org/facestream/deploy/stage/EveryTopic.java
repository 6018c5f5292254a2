package org.facestream.deploy.stage;

import java.util.List;
import java.util.Set;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.track.TrackTopic;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicSettings;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.IdentityTopology;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.alert.AlertRuleTopic;

/** The topics of all stages together. */
public final class EveryTopic {
  public static final List<Topic> LIST =
      List.of(
          CameraTopic.TOPIC,
          CameraStatusTopic.TOPIC,
          FrameTopic.TOPIC,
          CloseUpTopic.TOPIC,
          FaceTopic.TOPIC,
          TrackTopic.TOPIC,
          GalleryTopic.TOPIC,
          VisitorTopic.TOPIC,
          MatchTopic.TOPIC,
          IdentityTopic.TOPIC,
          AlertRuleTopic.TOPIC,
          IdentityTopology.CHANGELOG_TOPIC,
          Topics.DEAD_LETTERS);

  private EveryTopic() {}

  /**
   * Checks {@code kafka.topic-settings}.
   *
   * @throws UserError when it is malformed, or names a topic that no stage has
   */
  static void checkSettings(KafkaConfig config) {
    Set<String> unknown = new TopicSettings(config.topicSettings().orElse(List.of())).unknown(LIST);
    if (!unknown.isEmpty()) {
      throw new UserError(
          ("kafka.topic-settings contains the topic %s, but the topics are %s. Correct the "
                  + "name.")
              .formatted(
                  String.join(", ", unknown),
                  String.join(", ", LIST.stream().map(Topic::thing).sorted().toList())));
    }
  }
}

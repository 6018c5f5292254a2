package org.facestream.ingest.worker.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Looks up Kafka's id of a topic. A topic that is deleted and created again has the same name but
 * another id, and its offsets start at 0.
 */
public final class TopicIdentity implements AutoCloseable {
  private final Admin admin;
  private final String topic;

  /** Does not connect yet. */
  public TopicIdentity(KafkaClients clients, Topic topic) {
    this.admin = clients.admin();
    this.topic = clients.name(topic);
  }

  /**
   * The id of the topic that has this name now.
   *
   * @param longest to wait for the broker
   * @throws KafkaException when the broker does not answer in time, or the topic does not exist
   */
  public String get(Duration longest) {
    try {
      TopicDescription description =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get(longest.toMillis(), TimeUnit.MILLISECONDS)
              .get(topic);
      return Objects.requireNonNull(description, "the broker describes it or fails")
          .topicId()
          .toString();
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof KafkaException kafka
          ? kafka
          : new KafkaException(failed.getCause());
    } catch (TimeoutException silent) {
      throw new org.apache.kafka.common.errors.TimeoutException(
          "no broker described the topic " + topic, silent);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}

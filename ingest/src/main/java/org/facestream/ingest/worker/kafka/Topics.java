package org.facestream.ingest.worker.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates topics with explicit settings; the broker's automatic creation stays off. */
public final class Topics {
  /** Where records go that cannot be processed. */
  public static final Topic DEAD_LETTERS =
      new Topic(
          "dlq",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.DAYS.toMillis(7)),
              "max.message.bytes", String.valueOf(16 << 20)));

  private Topics() {}

  /**
   * Creates those topics that are missing, and waits until every partition of all of them has a
   * leader that answers.
   *
   * @throws org.facestream.ingest.worker.config.UserError when no broker answers, or it refuses
   */
  public static void ensure(KafkaClients clients, Collection<Topic> topics) {
    KafkaConfig config = clients.config();
    try (Admin admin = clients.admin()) {
      List<NewTopic> wanted = new ArrayList<>();
      for (Topic topic : topics) {
        wanted.add(
            new NewTopic(
                    topic.name(config.topicPrefix()), config.partitions(), config.replication())
                .configs(topic.settings()));
      }
      for (var created : admin.createTopics(wanted).values().values()) {
        try {
          created.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
          if (!(failed.getCause() instanceof TopicExistsException)) {
            throw failed;
          }
        }
      }
      List<String> names = wanted.stream().map(NewTopic::name).toList();
      Map<TopicPartition, OffsetSpec> every = new HashMap<>();
      for (TopicDescription description : describe(admin, names)) {
        description
            .partitions()
            .forEach(
                partition ->
                    every.put(
                        new TopicPartition(description.name(), partition.partition()),
                        OffsetSpec.latest()));
      }
      // An idempotent producer that meets a partition before its leader is ready can lock up for
      // good; a partition that answered listOffsets once never showed it.
      admin.listOffsets(every).all().get(30, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while creating topics", interrupted);
    } catch (ExecutionException | TimeoutException failed) {
      throw clients.unusable(failed instanceof ExecutionException ? failed.getCause() : failed);
    }
  }

  private static Collection<TopicDescription> describe(Admin admin, List<String> names)
      throws InterruptedException, ExecutionException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        return admin.describeTopics(names).allTopicNames().get(30, TimeUnit.SECONDS).values();
      } catch (ExecutionException notYet) {
        // Another broker may not have heard of a topic that was created a moment ago.
        if (System.nanoTime() > deadline) {
          throw notYet;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }
}

package org.facestream.ingest.worker.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates topics with explicit settings; the broker's automatic creation stays off. */
public final class Topics {
  /** The topic of records that cannot be processed. */
  public static final Topic DEAD_LETTERS =
      new Topic(
          "dlq",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.DAYS.toMillis(7)),
              "max.message.bytes", String.valueOf(16 << 20)));

  private static final Logger log = LoggerFactory.getLogger(Topics.class);

  private Topics() {}

  /**
   * Creates those topics that are missing, and waits until every partition of all of them has a
   * leader that answers. Existing topics are compared with their contracts, once for these clients,
   * according to {@code kafka.topics}.
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
                .configs(clients.topicSettings().of(topic)));
      }
      Set<String> existing = new HashSet<>();
      for (var created : admin.createTopics(wanted).values().entrySet()) {
        try {
          created.getValue().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
          if (!(failed.getCause() instanceof TopicExistsException)) {
            throw failed;
          }
          existing.add(created.getKey());
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
      // An idempotent producer that uses a partition before its leader is ready can hang
      // permanently; this never happened with a partition that had answered listOffsets.
      admin.listOffsets(every).all().get(30, TimeUnit.SECONDS);
      compare(
          clients,
          admin,
          topics.stream().filter(topic -> existing.contains(clients.name(topic))).toList());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while creating topics", interrupted);
    } catch (ExecutionException failed) {
      throw clients.unusable(Objects.requireNonNull(failed.getCause(), "the broker's reason"));
    } catch (TimeoutException silent) {
      throw clients.unusable(silent);
    }
  }

  /** Compares topics that others create, like {@link #ensure}; missing ones are ignored. */
  public static void compare(KafkaClients clients, Collection<Topic> topics) {
    try (Admin admin = clients.admin()) {
      compare(clients, admin, topics);
    }
  }

  private static void compare(KafkaClients clients, Admin admin, Collection<Topic> topics) {
    TopicCare care = clients.config().topics();
    List<Topic> left = care == TopicCare.CREATE ? List.of() : clients.notYetCompared(topics);
    if (left.isEmpty()) {
      return;
    }
    try {
      TopicComparison comparison = new TopicComparison(clients, admin);
      List<TopicDifference> differences = comparison.differences(left);
      List<TopicDifference> mended =
          care == TopicCare.MEND ? comparison.mend(differences) : List.of();
      for (TopicDifference difference : differences) {
        if (mended.contains(difference)) {
          log.warn(
              "topic {}: {} was {} and is now {} (kafka.topics=mend)",
              difference.topic(),
              difference.setting(),
              difference.found(),
              difference.wanted());
        } else if (difference.harmless()) {
          log.info("topic {}: {}", difference.topic(), difference.text());
        } else {
          log.warn(
              "topic {}: {}. `facestream doctor --mend` sets it; if the value is intended, "
                  + "add it to kafka.topic-settings",
              difference.topic(),
              difference.text());
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while comparing topics", interrupted);
    } catch (ExecutionException | TimeoutException refused) {
      // A user with access to a topic may not have the right to see or change its settings.
      log.warn(
          "the settings of existing topics could not be compared or mended: {}. Grant the "
              + "rights, or set kafka.topics=create",
          refused.toString());
    }
  }

  private static Collection<TopicDescription> describe(Admin admin, List<String> names)
      throws InterruptedException, ExecutionException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        return admin.describeTopics(names).allTopicNames().get(30, TimeUnit.SECONDS).values();
      } catch (ExecutionException notYet) {
        // Another broker may not know yet a topic that was just created.
        if (System.nanoTime() > deadline) {
          throw notYet;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }
}

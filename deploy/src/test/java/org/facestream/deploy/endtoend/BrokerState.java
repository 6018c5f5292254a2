package org.facestream.deploy.endtoend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** For a test that waited in vain: how far topics and groups have come, and what holds them up. */
final class BrokerState {
  private static final int PATIENCE_SECONDS = 20;

  private BrokerState() {}

  /** In lines; never throws. */
  static String of(String bootstrapServers) {
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "request.timeout.ms",
                10_000,
                "default.api.timeout.ms",
                15_000))) {
      return topics(admin) + positions(admin) + transactions(admin);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return "interrupted";
    } catch (Exception failed) {
      return "the broker's state cannot be read: " + failed;
    }
  }

  /** Partitions with a transaction that has begun and not ended, a line each. */
  static String openTransactions(Admin admin) throws Exception {
    StringBuilder lines = new StringBuilder();
    admin
        .describeProducers(partitions(admin))
        .all()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .forEach(
            (partition, state) ->
                state
                    .activeProducers()
                    .forEach(
                        producer ->
                            producer
                                .currentTransactionStartOffset()
                                .ifPresent(
                                    start ->
                                        lines.append(
                                            "%s: open transaction since offset %d of %s%n"
                                                .formatted(partition, start, producer)))));
    return lines.toString();
  }

  private static List<TopicPartition> partitions(Admin admin) throws Exception {
    Set<String> names =
        admin
            .listTopics(new ListTopicsOptions().listInternal(true))
            .names()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicDescription topic :
        admin
            .describeTopics(names)
            .allTopicNames()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .values()) {
      topic
          .partitions()
          .forEach(each -> partitions.add(new TopicPartition(topic.name(), each.partition())));
    }
    return partitions;
  }

  private static Map<TopicPartition, ListOffsetsResultInfo> ends(
      Admin admin, List<TopicPartition> partitions, IsolationLevel level) throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(each -> latest.put(each, OffsetSpec.latest()));
    return admin
        .listOffsets(latest, new ListOffsetsOptions(level))
        .all()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static String topics(Admin admin) throws Exception {
    List<TopicPartition> partitions = partitions(admin);
    Map<TopicPartition, ListOffsetsResultInfo> all =
        ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, ListOffsetsResultInfo> stable =
        ends(admin, partitions, IsolationLevel.READ_COMMITTED);
    Map<String, String> lines = new TreeMap<>();
    for (TopicPartition each : partitions) {
      long end = all.get(each).offset();
      long readable = stable.get(each).offset();
      if (end > 0) {
        lines.put(
            each.toString(),
            String.format(
                Locale.ROOT,
                "%s ends at %d%s%n",
                each,
                end,
                end == readable ? "" : ", committed records end at " + readable));
      }
    }
    return String.join("", lines.values());
  }

  private static String positions(Admin admin) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (GroupListing group : admin.listGroups().all().get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      Map<TopicPartition, OffsetAndMetadata> offsets =
          admin
              .listConsumerGroupOffsets(group.groupId())
              .partitionsToOffsetAndMetadata()
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      Map<String, Long> positions = new TreeMap<>();
      offsets.forEach(
          (partition, offset) ->
              positions.put(partition.toString(), offset == null ? -1 : offset.offset()));
      lines.append(
          "group %s (%s) has committed %s%n"
              .formatted(group.groupId(), group.groupState().orElse(null), positions));
    }
    return lines.toString();
  }

  private static String transactions(Admin admin) throws Exception {
    StringBuilder lines = new StringBuilder(openTransactions(admin));
    admin
        .listTransactions()
        .all()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .forEach(each -> lines.append("coordinator: ").append(each).append('\n'));
    return lines.toString();
  }
}

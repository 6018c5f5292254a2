package org.facestream.ingest.worker.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Compares existing topics with their wanted settings, and sets those that differ. */
public final class TopicComparison {
  private static final int PATIENCE_SECONDS = 30;

  private final KafkaClients clients;
  private final Admin admin;

  /**
   * @param admin of those clients; closed by the caller
   */
  public TopicComparison(KafkaClients clients, Admin admin) {
    this.clients = clients;
    this.admin = admin;
  }

  /**
   * Every difference; missing topics have none.
   *
   * @throws ExecutionException when the broker refuses the request
   */
  public List<TopicDifference> differences(Collection<Topic> topics)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<String, Topic> byName = new TreeMap<>();
    topics.forEach(topic -> byName.put(clients.name(topic), topic));
    Map<String, TopicDescription> existing = existing(byName.keySet());
    List<ConfigResource> resources =
        existing.keySet().stream().map(TopicComparison::resource).toList();
    Map<ConfigResource, Config> settings =
        admin.describeConfigs(resources).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    List<TopicDifference> differences = new ArrayList<>();
    existing.forEach(
        (name, description) -> {
          Topic topic = Objects.requireNonNull(byName.get(name), "only these were asked for");
          differences.addAll(inSettings(topic, name, of(settings, name)));
          if (!topic.ofStreams()) {
            differences.addAll(inLayout(name, description));
          }
        });
    return differences;
  }

  /**
   * Sets the settings that can be changed, see {@link TopicDifference#mendable}.
   *
   * @return the changed ones
   * @throws ExecutionException when the broker refuses the request
   */
  public List<TopicDifference> mend(List<TopicDifference> differences)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<TopicDifference> mendable =
        differences.stream().filter(TopicDifference::mendable).toList();
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (TopicDifference difference : mendable) {
      changes
          .computeIfAbsent(resource(difference.topic()), topic -> new ArrayList<>())
          .add(
              new AlterConfigOp(
                  new ConfigEntry(difference.setting(), difference.wanted()),
                  AlterConfigOp.OpType.SET));
    }
    admin.incrementalAlterConfigs(changes).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    awaitSettings(mendable);
    return mendable;
  }

  /** A broker may answer before it knows the change of its controller. */
  private void awaitSettings(List<TopicDifference> mended)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<ConfigResource> resources =
        mended.stream()
            .map(TopicDifference::topic)
            .distinct()
            .map(TopicComparison::resource)
            .toList();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < deadline) {
      Map<ConfigResource, Config> settings =
          admin.describeConfigs(resources).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (mended.stream()
          .allMatch(
              each -> {
                ConfigEntry entry = of(settings, each.topic()).get(each.setting());
                return entry != null
                    && TopicSettings.same(each.setting(), each.wanted(), entry.value());
              })) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private Map<String, TopicDescription> existing(Collection<String> names)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<String, TopicDescription> existing = new TreeMap<>();
    for (var each : admin.describeTopics(names).topicNameValues().entrySet()) {
      try {
        existing.put(each.getKey(), each.getValue().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      } catch (ExecutionException failed) {
        if (!(failed.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw failed;
        }
      }
    }
    return existing;
  }

  private List<TopicDifference> inSettings(Topic topic, String name, Config config) {
    List<TopicDifference> differences = new ArrayList<>();
    new TreeMap<>(clients.topicSettings().of(topic))
        .forEach(
            (setting, wanted) -> {
              ConfigEntry entry = config.get(setting);
              String found = entry == null ? null : entry.value();
              if (found == null || !TopicSettings.same(setting, wanted, found)) {
                differences.add(
                    new TopicDifference(
                        name, setting, wanted, found, TopicMeanings.of(setting, wanted, found)));
              }
            });
    return differences;
  }

  private List<TopicDifference> inLayout(String name, TopicDescription description) {
    List<TopicDifference> differences = new ArrayList<>();
    int partitions = description.partitions().size();
    if (partitions != clients.config().partitions()) {
      differences.add(
          layout(name, TopicDifference.PARTITIONS, clients.config().partitions(), partitions));
    }
    int replicas =
        description.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElse(0);
    if (replicas < clients.config().replication()) {
      differences.add(
          layout(name, TopicDifference.REPLICAS, clients.config().replication(), replicas));
    }
    return differences;
  }

  private static TopicDifference layout(String topic, String what, int wanted, int found) {
    String asked = String.valueOf(wanted);
    String there = String.valueOf(found);
    return new TopicDifference(topic, what, asked, there, TopicMeanings.of(what, asked, there));
  }

  private static Config of(Map<ConfigResource, Config> settings, String topic) {
    return Objects.requireNonNull(
        settings.get(resource(topic)), "the broker answers for each topic");
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }
}

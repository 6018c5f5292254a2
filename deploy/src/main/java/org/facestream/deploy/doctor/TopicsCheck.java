package org.facestream.deploy.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.facestream.deploy.stage.EveryTopic;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TopicComparison;
import org.facestream.ingest.worker.kafka.TopicDifference;

/**
 * Whether the topics that exist have the settings of their contracts, on which depends when what is
 * in them is deleted.
 */
public final class TopicsCheck implements Check.Mendable {
  private final KafkaConfig config;

  public TopicsCheck(KafkaConfig config) {
    this.config = config;
  }

  @Override
  public String subject() {
    return "settings of topics";
  }

  @Override
  public Result run() {
    return compared(false);
  }

  @Override
  public Result mend() {
    return compared(true);
  }

  private Result compared(boolean mend) {
    try {
      KafkaClients clients = new KafkaClients(config);
      try (Admin admin = clients.admin()) {
        TopicComparison comparison = new TopicComparison(clients, admin);
        List<TopicDifference> found = comparison.differences(EveryTopic.LIST);
        List<TopicDifference> mended = mend ? comparison.mend(found) : List.of();
        List<TopicDifference> left = found.stream().filter(each -> !mended.contains(each)).toList();
        return result(mended, left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Bad("interrupted");
    } catch (ExecutionException | TimeoutException failed) {
      Throwable why = failed instanceof ExecutionException ? failed.getCause() : failed;
      return new Bad(
          ("cannot be read or set (%s): start Kafka, or grant the rights (DescribeConfigs " + "and")
                  .formatted(why)
              + " AlterConfigs of topics)");
    } catch (UserError refused) {
      return new Bad(String.valueOf(refused.getMessage()));
    }
  }

  private static Result result(List<TopicDifference> mended, List<TopicDifference> left) {
    List<String> lines = new ArrayList<>();
    for (TopicDifference each : mended) {
      lines.add(
          "%s: %s was %s and is %s now"
              .formatted(each.topic(), each.setting(), each.found(), each.wanted()));
    }
    left.forEach(each -> lines.add(each.topic() + ": " + each.text()));
    String text = String.join("\n    ", lines);
    if (left.isEmpty()) {
      return new Good(lines.isEmpty() ? "as wanted" : text);
    }
    if (left.stream().allMatch(TopicDifference::harmless)) {
      return new Note(text);
    }
    return new Bad(
        text
            + "\n    `facestream doctor --mend` sets what can be set; if a value is intended, "
            + "add it to kafka.topic-settings");
  }
}

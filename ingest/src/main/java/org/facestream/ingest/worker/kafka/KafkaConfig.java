package org.facestream.ingest.worker.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Settings of the broker and of topics. */
@ConfigMapping(prefix = "kafka")
public interface KafkaConfig {
  @Setting("Kafka's addresses, host:port separated by commas.")
  @WithDefault("127.0.0.1:19092")
  String bootstrapServers();

  @Setting("Prefix of every topic, consumer group and transactional id.")
  @WithDefault("cctv")
  String topicPrefix();

  @Setting("A properties file with further Kafka client settings (TLS, SASL); may hold passwords.")
  Optional<Path> clientProperties();

  @Setting("Partitions of a topic when it is created: the most workers that can share a stage.")
  @Allowed("1 or more")
  @WithDefault("8")
  int partitions();

  @Setting("Replicas of a topic when it is created; not more than there are brokers.")
  @Allowed("1 or more")
  @WithDefault("1")
  short replication();

  @Setting(
      "Of topics that exist with other settings than wanted: check logs what differs and what it"
          + " means, mend also sets it, create does neither.")
  @WithDefault("check")
  TopicCare topics();

  @Setting(
      "Settings of topics that are chosen on purpose, such as faces.retention.ms=86400000: they"
          + " hold when topics are created, compared and mended. A comma in a value is written"
          + " \\,.")
  Optional<List<String>> topicSettings();
}

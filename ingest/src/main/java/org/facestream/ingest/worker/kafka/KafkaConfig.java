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

  @Setting(
      "A properties file with further Kafka client settings (TLS, SASL); may contain "
          + "passwords.")
  Optional<Path> clientProperties();

  @Setting("Partitions of new topics: the largest number of workers that can share a " + "stage.")
  @Allowed("1 or more")
  @WithDefault("8")
  int partitions();

  @Setting("Replicas of new topics; at most the number of brokers.")
  @Allowed("1 or more")
  @WithDefault("1")
  short replication();

  @Setting(
      "What to do about existing topics with wrong settings: check logs the "
          + "differences and their consequences, mend also sets the wanted values, create "
          + "does neither.")
  @WithDefault("check")
  TopicCare topics();

  @Setting(
      "Your own settings of topics, such as faces.retention.ms=86400000, for "
          + "creating, comparing and mending topics. Write a comma in a value as \\,.")
  Optional<List<String>> topicSettings();
}

package org.facestream.ingest.worker.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;

/** Creates Kafka clients with the settings that every stage shares. The caller closes them. */
public final class KafkaClients {
  /** More than a 4K JPEG needs. */
  public static final int LARGEST_RECORD = 16 << 20;

  /** Kafka's message, because there is no exception class for it. */
  private static final String NO_ADDRESS = "No resolvable bootstrap urls";

  private final KafkaConfig config;
  private final Map<String, Object> shared = new HashMap<>();
  private final TopicSettings topicSettings;

  /** Full names of topics that have been compared with their contracts, which happens once. */
  private final Set<String> compared = ConcurrentHashMap.newKeySet();

  /**
   * @throws UserError when the client properties file cannot be read, or {@code
   *     kafka.topic-settings} is malformed
   */
  public KafkaClients(KafkaConfig config) {
    this.config = config;
    this.topicSettings = new TopicSettings(config.topicSettings().orElse(List.of()));
    config.clientProperties().ifPresent(this::readProperties);
    shared.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
  }

  /**
   * For callers with a broker's address and no configuration.
   *
   * @param settings further ones, such as {@code kafka.partitions}; all others are the defaults
   */
  public static KafkaClients of(String bootstrapServers, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("kafka.bootstrap-servers", bootstrapServers);
    return new KafkaClients(
        Settings.load(List.of(KafkaConfig.class), Optional.empty(), Map.of(), all)
            .get(KafkaConfig.class));
  }

  public KafkaConfig config() {
    return config;
  }

  /** The full name of a topic under the configured prefix. */
  public String name(Topic topic) {
    return topic.name(config.topicPrefix());
  }

  /** The wanted settings of topics. */
  public TopicSettings topicSettings() {
    return topicSettings;
  }

  /** The topics for which this was not called before. */
  List<Topic> notYetCompared(Collection<Topic> topics) {
    return topics.stream().filter(topic -> compared.add(name(topic))).toList();
  }

  /** Settings for clients that are created elsewhere (Kafka Streams). */
  public Map<String, Object> shared() {
    return Map.copyOf(shared);
  }

  public Admin admin() {
    Map<String, Object> settings = new HashMap<>(shared);
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
    return opened(() -> Admin.create(settings));
  }

  /**
   * A member of a consumer group that reads only committed records and commits by hand.
   *
   * @param group name of the group without the prefix
   * @param mostRecords largest batch of one poll
   * @param overrides further consumer settings
   */
  public Consumer<String, byte[]> consumer(
      String group, int mostRecords, Map<String, Object> overrides) {
    Map<String, Object> settings = new HashMap<>(shared);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.topicPrefix() + "." + group);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, mostRecords);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, LARGEST_RECORD);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 * LARGEST_RECORD);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.putAll(overrides);
    return opened(
        () -> new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer()));
  }

  /** A consumer outside any group, for reading a topic as a table; {@code overrides} win. */
  public Consumer<String, byte[]> reader(Map<String, Object> overrides) {
    Map<String, Object> settings = new HashMap<>(shared);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, LARGEST_RECORD);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // Closing waits for the fetch in progress, which would be the longest part of a command that
    // reads a few records.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
    settings.putAll(overrides);
    return opened(
        () -> new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer()));
  }

  /** An idempotent producer that waits for all replicas; {@code overrides} win. */
  public Producer<String, byte[]> producer(Map<String, Object> overrides) {
    Map<String, Object> settings = new HashMap<>(shared);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.putAll(overrides);
    return opened(
        () -> new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer()));
  }

  /**
   * A transactional producer, not yet initialised. The transaction timeout is short, because the
   * transaction of a dead worker blocks readers of committed records for that time.
   */
  public Producer<String, byte[]> transactional(String transactionalId) {
    return producer(
        Map.of(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            config.topicPrefix() + "." + transactionalId,
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            15_000,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            12_000,
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            10_000,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            20_000));
  }

  /** Kafka's own message contains only that it failed; the reason is in the cause. */
  private <T> T opened(Supplier<T> client) {
    try {
      return client.get();
    } catch (ConfigException refused) {
      throw refused(refused);
    } catch (KafkaException failed) {
      if (failed.getCause() instanceof ConfigException refused) {
        throw refused(refused);
      }
      throw failed;
    }
  }

  /**
   * The message for a broker that cannot be reached.
   *
   * @param why the exception of Kafka's client
   */
  public UserError unusable(Throwable why) {
    String where = config.bootstrapServers();
    String message = why.getMessage();
    boolean silent =
        why instanceof TimeoutException
            || why instanceof java.util.concurrent.TimeoutException
            || why instanceof DisconnectException;
    return new UserError(
        silent || message == null
            ? "Kafka at %s does not answer. Start it, or set kafka.bootstrap-servers."
                .formatted(where)
            : ("Kafka at %s cannot be used: %s. Check kafka.bootstrap-servers and "
                    + "kafka.client-properties.")
                .formatted(where, message.replaceFirst("\\.$", "")),
        why);
  }

  private UserError refused(ConfigException why) {
    String message =
        String.format(
            Locale.ROOT,
            "Kafka's settings cannot be used: %s. Check kafka.bootstrap-servers (%s) and "
                + "kafka.client-properties.",
            why.getMessage(),
            config.bootstrapServers());
    return String.valueOf(why.getMessage()).contains(NO_ADDRESS)
        ? new UnknownBrokerException(message, why)
        : new UserError(message, why);
  }

  private void readProperties(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException unreadable) {
      throw new UserError(
          "Cannot read the Kafka client properties %s: %s."
              .formatted(file, UserError.reason(unreadable)),
          unreadable);
    }
    properties.forEach((key, value) -> shared.put(key.toString(), value));
  }
}

package org.facestream.recognizer.gallery.people;

import io.micrometer.core.instrument.Counter;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases references from the gallery topic some time after they expired, like {@link
 * People#forget}. Several workers may do it at the same time, because erasing twice has no effect.
 */
public final class GalleryRetention implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GalleryRetention.class);

  /** A worker may run for some minutes a day only. */
  private static final long LATEST_START = TimeUnit.MINUTES.toMillis(1);

  private final ErasureRule rule;
  private final KafkaClients clients;
  private final Function<Instant, Map<String, String>> expired;
  private final Topic topic;
  private final BiConsumer<Map<String, Integer>, Runnable> audit;
  private final Clock clock;
  private final Counter erased;
  private final ScheduledExecutorService upkeep =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "gallery-upkeep"));

  /**
   * @param expired person ids by face id of references that expired at an instant or before, as far
   *     as is known; the topic is asked before they are erased
   * @param trail takes down what is erased, before it is
   */
  public GalleryRetention(
      ErasureRule rule,
      KafkaClients clients,
      Function<Instant, Map<String, String>> expired,
      AuditTrail trail,
      Clock clock,
      Telemetry telemetry) {
    this(
        rule,
        clients,
        GalleryTopic.TOPIC,
        expired,
        trail::expiring,
        clock,
        Counter.builder("facestream.gallery.erased")
            .description("References that this worker erased because they had expired")
            .register(telemetry.registry()));
  }

  private GalleryRetention(
      ErasureRule rule,
      KafkaClients clients,
      Topic topic,
      Function<Instant, Map<String, String>> expired,
      BiConsumer<Map<String, Integer>, Runnable> audit,
      Clock clock,
      Counter erased) {
    this.rule = rule;
    this.clients = clients;
    this.topic = topic;
    this.expired = expired;
    this.audit = audit;
    this.clock = clock;
    this.erased = erased;
  }

  /**
   * For the visitors topic. Each visitor expires, so the audit trail does not say of each that it
   * did.
   */
  public static GalleryRetention ofVisitors(
      ErasureRule rule,
      KafkaClients clients,
      Function<Instant, Map<String, String>> expired,
      Clock clock,
      Telemetry telemetry) {
    return new GalleryRetention(
        rule,
        clients,
        VisitorTopic.TOPIC,
        expired,
        (visitors, erasure) -> erasure.run(),
        clock,
        Counter.builder("facestream.visitors.erased")
            .description("Looks of visitors that this worker erased because they had expired")
            .register(telemetry.registry()));
  }

  /** Erases now and then, from soon on. */
  public void start() {
    long interval = rule.every().toMillis();
    // By chance, so that workers which were started together do not all find the same.
    long first = ThreadLocalRandom.current().nextLong(Math.min(interval, LATEST_START));
    upkeep.scheduleWithFixedDelay(this::runSafely, first, interval, TimeUnit.MILLISECONDS);
  }

  private void runSafely() {
    try {
      run();
    } catch (RuntimeException failed) {
      log.warn(
          "{}: expired references are not erased yet; the next run continues",
          topic.thing(),
          failed);
    }
  }

  /**
   * Erases once.
   *
   * @return how many references
   * @throws RuntimeException when Kafka does not take it
   */
  int run() {
    Instant until = clock.instant().minus(rule.after());
    Map<String, String> candidates = expired.apply(until);
    if (candidates.isEmpty()) {
      return 0;
    }
    Map<String, String> over;
    Map<String, Integer> byPerson = new TreeMap<>();
    try (GalleryWriter writer = new GalleryWriter(clients, topic)) {
      over = still(candidates.keySet(), until);
      if (over.isEmpty()) {
        return 0;
      }
      over.values().forEach(person -> byPerson.merge(person, 1, Integer::sum));
      audit.accept(byPerson, () -> writer.erase(over.keySet()));
    }
    erased.increment(over.size());
    log.info(
        "{}: erased {} references of {} people that expired before {}",
        topic.thing(),
        over.size(),
        byPerson.size(),
        until);
    return over.size();
  }

  /**
   * Which of them the topic has as expired now: a replica that was cut off does not know what was
   * renewed since, or erased by another worker.
   */
  private Map<String, String> still(Set<String> faceIds, Instant until) {
    Map<String, String> over = new HashMap<>();
    Consumer<ConsumerRecord<String, byte[]>> look =
        record -> {
          if (faceIds.contains(record.key())) {
            over.remove(record.key());
            GalleryReader.reference(record)
                .filter(each -> each.expiry() != null && !each.expiry().isAfter(until))
                .ifPresent(each -> over.put(each.faceId(), each.personId()));
          }
        };
    try (TopicLog reader = GalleryReader.open(clients, topic)) {
      reader.readToEnd(look);
      // And what was written while a large gallery was read.
      reader.readToEnd(look);
    }
    return over;
  }

  @Override
  public void close() throws InterruptedException {
    upkeep.shutdownNow();
    upkeep.awaitTermination(5, TimeUnit.SECONDS);
  }
}

package org.facestream.sink.api.picture;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerOptions;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.CandidateSearch;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GalleryReplica;
import org.facestream.recognizer.identity.Match;
import org.facestream.sink.api.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The gallery as it is now: read when it is first needed, followed from then on. Faces are compared
 * with it as the recognizer compares them. Thread-safe.
 */
public final class LiveGallery implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(5);

  private final RecognizerOptions options;
  private final KafkaClients clients;

  /** Beside the recognizer's replica, whose metrics these are not. */
  private final Telemetry unseen = new Telemetry();

  private final GalleryReplica replica;
  private final Map<String, Reference> references = new ConcurrentHashMap<>();
  private final Closing closing = new Closing();
  private volatile @Nullable TopicLog topic;

  /** Opens nothing yet. */
  public LiveGallery(Settings settings, KafkaClients clients) {
    this.options = RecognizerOptions.of(settings.get(RecognizerConfig.class));
    this.clients = clients;
    this.replica = new GalleryReplica(DescriptorSpace.of(options.model()), unseen);
  }

  private void open() {
    if (topic == null) {
      synchronized (this) {
        if (topic == null) {
          read();
        }
      }
    }
  }

  private void read() {
    try {
      Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
      TopicLog log = GalleryReader.open(clients);
      try {
        references.clear();
        Map<TopicPartition, Long> ends = log.ends();
        ends.forEach((each, end) -> replica.onRestoreStart(each, replica.name(), 0, end));
        log.readTo(ends, this::accept, () -> false);
        ends.keySet().forEach(each -> replica.onRestoreEnd(each, replica.name(), 0));
      } catch (RuntimeException failed) {
        log.close();
        throw failed;
      }
      closing.add(log);
      log.follow("api-gallery", this::accept);
      topic = log;
    } catch (KafkaException | UserError away) {
      throw Problem.unavailable("The gallery cannot be read from Kafka; try again.", away);
    }
  }

  private void accept(ConsumerRecord<String, byte[]> record) {
    replica.accept(record.key(), record.value(), record.partition(), record.offset());
    GalleryReader.reference(record)
        .map(reference -> reference.bare(record.key(), UnaryOperator.identity()))
        .ifPresentOrElse(
            reference -> references.put(record.key(), reference),
            () -> references.remove(record.key()));
  }

  /** The distance below which a face counts as somebody's, where no watchlist has its own. */
  public float threshold() {
    return options.thresholds().on("");
  }

  /** The threshold for a candidate. */
  public float threshold(Match.Candidate candidate) {
    Float own = candidate.threshold();
    return own == null ? threshold() : own;
  }

  /**
   * The people whom faces look like, by the recognizer's rules.
   *
   * @param most number of people for each face
   * @return for each face, the likeliest first
   */
  public List<List<Match.Candidate>> candidates(List<float[]> descriptors, int most) {
    open();
    return new CandidateSearch(options.thresholds(), options.reduction(), most)
        .search(
            replica.snapshot(),
            descriptors.toArray(float[][]::new),
            Collections.nCopies(descriptors.size(), ""),
            Instant.now());
  }

  /** Every reference, without picture and descriptor. */
  public List<Reference> references() {
    open();
    return List.copyOf(references.values());
  }

  /** Waits a few seconds for what was written to be read here, so that callers see their deeds. */
  public void await(Predicate<Map<String, Reference>> written) {
    open();
    long end = System.nanoTime() + SOON.toNanos();
    while (!written.test(references) && System.nanoTime() < end) {
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    closing.close();
    unseen.close();
  }
}

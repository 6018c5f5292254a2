package org.facestream.recognizer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.Topology;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.health.Positions;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.VisitorReplica;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.IdentityTopology;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.recognizer.identity.RefusedMatches;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kafka Streams application of a recognizer: the gallery's replica and the decision per track.
 *
 * <p>It keeps no state on disk: the gallery is read completely at every start, and the tracks'
 * state is restored from its changelog.
 *
 * <p>Streams cannot replace the thread that reads the gallery. When that one fails, a thread of
 * this class restarts Streams with an empty replica. Until the gallery is complete again, {@link
 * #gallery()} returns none, because forgotten people must not be matched.
 */
final class IdentityStreams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IdentityStreams.class);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration ASK = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Supplier<StreamsRun> runs;
  private final Replicas replicas;
  private final Thread watch = new Thread(this::watch, "identity-watch");
  private final Positions matches = new Positions();
  private final Positions references = new Positions();
  private final CountDownLatch closed = new CountDownLatch(1);

  private final RefusedMatches refused = new RefusedMatches();
  private final ThreadDeaths deaths = new ThreadDeaths();

  /** The ids of the topics that the replicas are read from; {@link #watch}'s, as is the next. */
  private @Nullable List<String> followed;

  private long asked = System.nanoTime();

  /** The current run. */
  private volatile @Nullable StreamsRun begun;

  /** The current run once its gallery is complete; null after it is closed. */
  private volatile @Nullable StreamsRun whole;

  IdentityStreams(
      RecognizerOptions options,
      Replicas replicas,
      WorkerConfig workerConfig,
      KafkaClients clients,
      Telemetry telemetry) {
    this.replicas = replicas;
    VisitorReplica visitors = replicas.visitors().orElse(null);
    this.runs =
        () ->
            new StreamsRun(
                IdentityTopology.addTo(
                    replicas.addTo(new Topology()),
                    new IdentityTopology.Names(
                        clients.name(MatchTopic.TOPIC),
                        clients.name(IdentityTopic.TOPIC),
                        clients.name(Topics.DEAD_LETTERS),
                        visitors == null ? null : clients.name(VisitorTopic.TOPIC)),
                    options.rules(),
                    options.maxAge(),
                    replicas.gallery(),
                    visitors,
                    refused,
                    telemetry,
                    IdentityTopology.inMemory()),
                replicas,
                new FollowedClients(matches, references),
                workerConfig,
                clients,
                telemetry,
                refused,
                deaths);
  }

  /**
   * Reads the whole gallery, then starts deciding.
   *
   * @throws UserError when the gallery cannot be read
   */
  void start() {
    try {
      begin();
    } catch (RuntimeException failed) {
      throw new UserError(
          "The gallery cannot be read from Kafka (%s). Start Kafka, or set kafka.bootstrap-servers."
              .formatted(failed.getMessage()),
          failed);
    }
    watch.start();
  }

  private void begin() {
    List<String> topics = replicas.topics(PATIENCE);
    followed = topics;
    replicas.follow(topics);
    StreamsRun run = runs.get();
    begun = run;
    run.start();
    whole = run;
  }

  private void watch() {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
    Duration wait = LOOK;
    try {
      while (!closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        wait = LOOK;
        if (failure().isPresent()) {
          // Another run would not help: the process ends, and another takes over its tracks.
          whole = null;
          closeBegun();
          return;
        }
        StreamsRun run = whole;
        if (run != null && !run.failed() && !madeAnew()) {
          if (health().ready()) {
            backoff.reset();
          }
        } else if (!again()) {
          wait = backoff.next();
          log.warn("identity: trying again in {} ms", wait.toMillis());
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Whether the gallery topic, or that of the visitors, was deleted and created again: the replica
   * would keep the content of the former topic, and miss the records of the new one up to its
   * position.
   */
  private boolean madeAnew() {
    if (System.nanoTime() - asked < ASK.toNanos()) {
      return false;
    }
    asked = System.nanoTime();
    try {
      if (replicas.topics(ASK).equals(followed)) {
        return false;
      }
    } catch (KafkaException away) {
      // The topic may also be deleted and not created yet.
      log.debug("identity: cannot read the id of the gallery topic", away);
      return false;
    }
    log.error(
        "identity: the topic of the gallery or of the visitors was deleted and created again;"
            + " Kafka Streams restarts");
    return true;
  }

  /** Whether Streams was restarted. */
  private boolean again() {
    whole = null;
    try {
      closeBegun();
      matches.clear();
      references.clear();
      if (closed.getCount() > 0) {
        begin();
      }
      return true;
    } catch (RuntimeException failed) {
      log.warn("identity: Kafka Streams could not restart", failed);
      return false;
    }
  }

  /**
   * The gallery as of the last change.
   *
   * @throws RetryableException while this worker has no whole replica that follows the topic
   */
  GallerySnapshot gallery() {
    StreamsRun run = whole;
    GallerySnapshot snapshot = replicas.gallery().snapshot();
    // Checked after taking the snapshot: until then, the replica belonged to that run and was
    // complete.
    if (run == null || run != whole || run.failed()) {
      throw new RetryableException("the gallery's replica is being read again");
    }
    return snapshot;
  }

  /** Its positions in the matches topic. */
  Positions matches() {
    return matches;
  }

  /** The positions of the gallery's replica. */
  Positions references() {
    return references;
  }

  /** Whether it can recover without a new process. */
  boolean live() {
    return watch.getState() == Thread.State.NEW || watch.isAlive();
  }

  /** Why it failed and ended; empty while it runs. */
  Optional<String> failure() {
    return deaths.failure();
  }

  Stage.Health health() {
    if (failure().isPresent()) {
      return Stage.Health.notReady(failure().get());
    }
    StreamsRun run = whole;
    if (run == null) {
      return Stage.Health.notReady("reading the gallery");
    }
    return switch (run.state()) {
      case RUNNING -> Stage.Health.READY;
      case CREATED -> Stage.Health.notReady("reading the gallery");
      case REBALANCING -> Stage.Health.notReady("taking over tracks");
      case PENDING_SHUTDOWN, NOT_RUNNING -> Stage.Health.notReady("stopping");
      case PENDING_ERROR, ERROR -> Stage.Health.notReady("the gallery's replica failed");
    };
  }

  /** Closes Streams, also during a start that hangs because no broker answers. */
  @Override
  public void close() {
    closed.countDown();
    try {
      // Closed first, so that a thread that waits for the topic's id stops waiting.
      replicas.close();
      while (watch.isAlive()) {
        closeBegun();
        watch.join(LOOK.toMillis());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      closeBegun();
    }
  }

  private void closeBegun() {
    StreamsRun run = begun;
    if (run != null) {
      run.close();
    }
  }
}

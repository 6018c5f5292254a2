package org.facestream.ingest.closeup;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the larger streams of this worker's cameras, and receives detectors' requests for close-ups.
 * One thread decodes for all of them, so it uses at most one CPU; requests beyond that are dropped
 * and counted. It starts with the first such camera.
 */
public final class CloseUps implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CloseUps.class);
  private static final long TURN_NANOS = Duration.ofMillis(50).toNanos();

  private static final Duration STOPPING = Duration.ofSeconds(3);

  private final IngestConfig config;
  private final SourceRules rules;
  private final KafkaClients clients;
  private final FramePublisher publisher;
  private final Telemetry telemetry;
  private final Map<String, CloseUpCamera> cameras = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "ingest-close-ups");
  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private volatile boolean stopping;
  private @Nullable TopicLog feed;

  public CloseUps(
      IngestConfig config,
      SourceRules rules,
      KafkaClients clients,
      FramePublisher publisher,
      Telemetry telemetry) {
    this.config = config;
    this.rules = rules;
    this.clients = clients;
    this.publisher = publisher;
    this.telemetry = telemetry;
    thread.setDaemon(true);
    publisher.showTo(this::saw);
  }

  /** Runs the larger stream of a camera that has one; only for the fleet's thread. */
  public void put(Camera camera) {
    CloseUpCamera present = cameras.get(camera.id());
    if (camera.closeUpUrl() == null) {
      remove(List.of(camera.id()));
      return;
    }
    if (present != null
        && camera.closeUpUrl().equals(present.camera().closeUpUrl())
        && present.camera().transport() == camera.transport()
        && present.camera().turn() == camera.turn()) {
      present.masks(camera.masks());
      return;
    }
    remove(List.of(camera.id()));
    LargerStream stream =
        new LargerStream(
            camera, config, rules, Optional.ofNullable(present).map(CloseUpCamera::stream));
    cameras.put(
        camera.id(),
        new CloseUpCamera(camera, stream, new RecentFrames(config.closeUpSpan()), telemetry));
    stream.start();
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  /** Stops the streams of cameras; only for the fleet's thread. */
  public void remove(Collection<String> ids) {
    for (String id : ids) {
      CloseUpCamera gone = cameras.remove(id);
      if (gone != null) {
        gone.stream().stop();
        gone.close();
      }
    }
  }

  /** Receives every published frame. */
  private void saw(Frame frame) {
    CloseUpCamera camera = cameras.get(frame.camera());
    if (camera != null) {
      camera.frames().add(frame);
    }
  }

  private void run() {
    try (CloseUpAnswers answers = new CloseUpAnswers(publisher, telemetry)) {
      while (!stopping) {
        try {
          if (listen()) {
            cameras.values().forEach(answers::serve);
          }
        } catch (RuntimeException unexpected) {
          log.error("close-ups: unexpected", unexpected);
        }
        LockSupport.parkNanos(this, TURN_NANOS);
      }
    } finally {
      if (feed != null) {
        feed.close();
      }
    }
  }

  /** Reads new requests; returns false while no broker answers. */
  private boolean listen() {
    try {
      if (feed == null) {
        feed = TopicLog.fromEnd(clients, CloseUpTopic.TOPIC);
        backoff.reset();
      }
      feed.refresh(this::take);
      return true;
    } catch (KafkaException failed) {
      Duration wait = backoff.next();
      log.warn(
          "requests for close-ups cannot be read; trying again in {} ms", wait.toMillis(), failed);
      LockSupport.parkNanos(this, wait.toNanos());
      return false;
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    CloseUpCamera camera = record.key() == null ? null : cameras.get(record.key());
    if (camera == null) {
      // Older than this worker, or for another worker.
      return;
    }
    try {
      camera.await(CloseUpTopic.fromRecord(record));
    } catch (InvalidRecordException invalid) {
      camera.count("bad-request");
      log.debug("a request for a close-up is skipped: {}", invalid.getMessage());
    }
  }

  /** Ends every stream. */
  @Override
  public void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    List<LargerStream> streams = cameras.values().stream().map(CloseUpCamera::stream).toList();
    remove(List.copyOf(cameras.keySet()));
    LockSupport.unpark(thread);
    long until = System.nanoTime() + STOPPING.toNanos();
    streams.forEach(
        stream -> stream.await(Duration.ofNanos(Math.max(0, until - System.nanoTime()))));
    try {
      if (thread.getState() != Thread.State.NEW) {
        thread.join(STOPPING.toMillis());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

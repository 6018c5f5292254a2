package org.facestream.sink.api.live;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.sink.api.http.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest frame of each camera that somebody looks at. Reads the partitions of those cameras
 * only, and nothing while nobody looks: the frames of hundreds of cameras are hundreds of megabytes
 * a second. Keeps one frame per camera. Thread-safe.
 */
final class LatestFrames implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LatestFrames.class);

  /** After this without a look, a camera's frames are not read any more. */
  private static final Duration LOOKED_AT = Duration.ofSeconds(15);

  /** How long a look waits for the first frame of a camera that nobody looked at before. */
  private static final Duration FIRST = Duration.ofSeconds(5);

  /** What is read again then: enough for a camera with a picture a second. */
  private static final Duration BACK = Duration.ofSeconds(2);

  /** A picture older than this is not what the camera sees now. */
  private static final Duration NOW = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final int MOST = 1000;

  private final KafkaClients clients;
  private final Map<String, Watched> cameras = new ConcurrentHashMap<>();
  private @Nullable Thread follower;
  private boolean closing;

  /** A camera that somebody looks at. */
  private static final class Watched {
    private final long since = System.nanoTime();
    private volatile long lastLook = since;
    private volatile @Nullable Frame newest;

    private synchronized void see(Frame frame) {
      Frame before = newest;
      if (before == null || !frame.captureTime().isBefore(before.captureTime())) {
        newest = frame;
        notifyAll();
      }
    }

    private synchronized void awaitFirst() throws InterruptedException {
      long left;
      while (newest == null && (left = FIRST.toNanos() - (System.nanoTime() - since)) > 0) {
        Duration wait = Duration.ofNanos(left);
        wait(wait.toMillis(), wait.toNanosPart() % 1_000_000);
      }
    }

    private boolean isForgotten() {
      return System.nanoTime() - lastLook > LOOKED_AT.toNanos();
    }
  }

  /** Opens nothing yet. */
  LatestFrames(KafkaClients clients) {
    this.clients = clients;
  }

  /**
   * What a camera sees now.
   *
   * @return empty when there is no frame of the last seconds, also when there is no such camera
   * @throws Problem when too many cameras are looked at
   */
  Optional<Frame> newest(String camera) throws InterruptedException {
    if (cameras.size() >= MOST && !cameras.containsKey(camera)) {
      throw Problem.tooMany("Too many cameras are looked at.", LOOKED_AT);
    }
    Watched watched = cameras.computeIfAbsent(camera, unseen -> new Watched());
    watched.lastLook = System.nanoTime();
    ensureFollower();
    watched.awaitFirst();
    return Optional.ofNullable(watched.newest)
        .filter(frame -> frame.captureTime().isAfter(Instant.now().minus(NOW)));
  }

  private synchronized void ensureFollower() {
    if (follower == null && !closing) {
      follower = new Thread(this::follow, "api-frames");
      follower.start();
    }
  }

  private void follow() {
    while (!isOver()) {
      try (TopicLog topic = new TopicLog(clients, FrameTopic.TOPIC)) {
        read(topic);
      } catch (KafkaException away) {
        log.debug("frames cannot be read for now: {}", away.getMessage());
        pause(AGAIN);
      }
    }
  }

  private void read(TopicLog topic) {
    Set<String> read = Set.of();
    while (!isOver()) {
      cameras.values().removeIf(Watched::isForgotten);
      Set<String> wanted = Set.copyOf(cameras.keySet());
      if (!wanted.equals(read)) {
        topic.onlyPartitionsOf(wanted);
        if (!wanted.isEmpty()) {
          topic.seek(Instant.now().minus(BACK));
        }
        read = wanted;
      }
      if (wanted.isEmpty()) {
        pause(POLL);
      } else {
        topic.poll(POLL, this::accept);
      }
    }
  }

  private void accept(ConsumerRecord<String, byte[]> record) {
    Watched watched = record.key() == null ? null : cameras.get(record.key());
    if (watched != null && !FrameTopic.isReplay(record)) {
      try {
        watched.see(FrameTopic.fromRecord(record));
      } catch (InvalidRecordException notOurs) {
        // The detector counts these.
      }
    }
  }

  private synchronized boolean isOver() {
    return closing;
  }

  private synchronized void pause(Duration time) {
    if (!closing) {
      try {
        wait(time.toMillis());
      } catch (InterruptedException interrupted) {
        closing = true;
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    Thread started;
    synchronized (this) {
      closing = true;
      notifyAll();
      started = follower;
    }
    if (started != null) {
      started.join(5_000);
    }
  }
}

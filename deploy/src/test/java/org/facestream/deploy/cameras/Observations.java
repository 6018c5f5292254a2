package org.facestream.deploy.cameras;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;

/** Every frame and every status that is published, as they come. */
final class Observations implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  /** A frame without its picture. */
  record Seen(
      String camera,
      long epoch,
      long sequence,
      Instant captured,
      int width,
      int height,
      Instant arrived) {
    private static Seen of(Frame frame) {
      return new Seen(
          frame.camera(),
          frame.epoch(),
          frame.sequence(),
          frame.captureTime(),
          frame.width(),
          frame.height(),
          Instant.now());
    }

    /** How old it was when it came out of Kafka. */
    long ageMillis() {
      return Duration.between(captured, arrived).toMillis();
    }
  }

  /** Takes a record. */
  private interface Taking {
    void take(ConsumerRecord<String, byte[]> record) throws InvalidRecordException;
  }

  private final List<Seen> frames = new CopyOnWriteArrayList<>();
  private final List<CameraReport> reports = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile Exception failed;
  private volatile boolean closing;

  /** The topics must be there. */
  Observations(KafkaClients clients) {
    watch(clients, FrameTopic.TOPIC, record -> frames.add(Seen.of(FrameTopic.fromRecord(record))));
    watch(
        clients,
        CameraStatusTopic.TOPIC,
        record -> CameraStatusTopic.fromRecord(record).ifPresent(reports::add));
  }

  private void watch(KafkaClients clients, Topic topic, Taking taking) {
    Thread thread = new Thread(() -> read(clients, topic, taking), "observing-" + topic.name("t"));
    threads.add(thread);
    thread.start();
  }

  private void read(KafkaClients clients, Topic topic, Taking taking) {
    try (TopicLog reader = new TopicLog(clients, topic)) {
      while (!closing) {
        reader.poll(
            POLL,
            record -> {
              try {
                taking.take(record);
              } catch (InvalidRecordException invalid) {
                failed = invalid;
              }
            });
      }
    } catch (KafkaException lost) {
      failed = lost;
    }
  }

  List<Seen> frames(String camera) {
    check();
    return frames.stream().filter(seen -> seen.camera().equals(camera)).toList();
  }

  List<Seen> frames(String camera, Instant from, Instant to) {
    return frames(camera).stream()
        .filter(seen -> !seen.captured().isBefore(from) && seen.captured().isBefore(to))
        .toList();
  }

  /** Of all cameras, by the time at which they came. */
  List<Seen> arrivals(Instant from, Instant to) {
    check();
    return frames.stream()
        .filter(seen -> !seen.arrived().isBefore(from) && seen.arrived().isBefore(to))
        .toList();
  }

  List<CameraReport> reports(String camera) {
    check();
    return reports.stream().filter(report -> report.camera().equals(camera)).toList();
  }

  /** Everything that was told of a camera in that state. */
  List<CameraReport> reports(String camera, CameraState state) {
    return reports(camera).stream().filter(report -> report.state() == state).toList();
  }

  /** A camera's frames in each whole second, by the time of capture. */
  List<Integer> series(String camera, Instant from, Instant to) {
    List<Integer> series = new ArrayList<>();
    for (Instant at = from; !at.plusSeconds(1).isAfter(to); at = at.plusSeconds(1)) {
      series.add(frames(camera, at, at.plusSeconds(1)).size());
    }
    return series;
  }

  /** The longest time that a camera gave no frame. */
  Duration longestGap(String camera, Instant from, Instant to) {
    Duration longest = Duration.ZERO;
    Instant last = from;
    List<Instant> times =
        new ArrayList<>(
            frames(camera, from, to).stream()
                .map(Seen::captured)
                .sorted()
                .collect(Collectors.toList()));
    times.add(to);
    for (Instant time : times) {
      Duration gap = Duration.between(last, time);
      longest = gap.compareTo(longest) > 0 ? gap : longest;
      last = time;
    }
    return longest;
  }

  private void check() {
    if (failed != null) {
      throw new IllegalStateException("what was published cannot be read", failed);
    }
  }

  @Override
  public void close() {
    closing = true;
    for (Thread thread : threads) {
      try {
        thread.join(10_000);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

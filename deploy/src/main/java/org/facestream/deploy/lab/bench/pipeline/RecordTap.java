package org.facestream.deploy.lab.bench.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads faces, matches and identity events as anyone would, committed records only, and notes how
 * old each is when it comes: a record's timestamp is the capture of its picture. Of identity events
 * those count that a face caused; a track's end is published after its timeout, and so is the start
 * of a track without a decision.
 */
final class RecordTap implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RecordTap.class);
  private static final List<Topic> TOPICS =
      List.of(FaceTopic.TOPIC, MatchTopic.TOPIC, IdentityTopic.TOPIC);

  /** Apart, a beginning and an end have different causes. */
  private static final long TOGETHER_MILLIS = 1_000;

  private final Map<String, String> things = new HashMap<>();
  private final TopicLog topics;
  private final Map<String, List<Double>> ages = new TreeMap<>();
  private final Map<String, Started> started = new HashMap<>();

  /** A track's beginning, which its end may show not to have been caused by a face. */
  private record Started(long captured, long received, List<Double> in, Double age) {}

  /** Begins at the topics' ends: what is published after this returns is seen. */
  RecordTap(KafkaClients clients) {
    TOPICS.forEach(topic -> things.put(clients.name(topic), topic.thing()));
    take();
    Topics.ensure(clients, TOPICS);
    topics = TopicLog.fromEnd(clients, TOPICS.toArray(Topic[]::new));
    topics.follow("bench-tap", this::note);
  }

  /** Milliseconds from capture to arrival, by what a topic carries, of what came since the last. */
  synchronized Map<String, double[]> take() {
    Map<String, double[]> taken = new TreeMap<>();
    for (Topic topic : TOPICS) {
      List<Double> those = ages.getOrDefault(topic.thing(), List.of());
      taken.put(topic.thing(), those.stream().mapToDouble(Double::doubleValue).toArray());
    }
    ages.clear();
    started.clear();
    return taken;
  }

  /** How many events came since the last {@link #take}. */
  synchronized int events() {
    return ages.getOrDefault(IdentityTopic.TOPIC.thing(), List.of()).size();
  }

  private synchronized void note(ConsumerRecord<String, byte[]> record) {
    long received = System.currentTimeMillis();
    if (record.key() == null || !record.key().startsWith(LoadCameras.PREFIX)) {
      return;
    }
    String thing = Objects.requireNonNull(things.get(record.topic()), "only these topics are read");
    Double age = Double.valueOf(Math.max(0, received - record.timestamp()));
    List<Double> those = ages.computeIfAbsent(thing, first -> new ArrayList<>());
    if (!thing.equals(IdentityTopic.TOPIC.thing())) {
      those.add(age);
      return;
    }
    try {
      IdentityEvent event = IdentityTopic.fromRecord(record);
      switch (event.type()) {
        case started -> {
          those.add(age);
          started.put(event.track(), new Started(record.timestamp(), received, those, age));
        }
        case updated -> those.add(age);
        case ended -> {
          Started before = started.remove(event.track());
          if (before != null
              && before.captured() == record.timestamp()
              && received - before.received() < TOGETHER_MILLIS) {
            before.in().remove(before.age());
          }
        }
        case corrected -> log.debug("a correction has no capture time");
      }
    } catch (InvalidRecordException invalid) {
      log.warn("an identity event cannot be read: {}", invalid.getMessage());
    }
  }

  @Override
  public void close() {
    topics.close();
  }
}

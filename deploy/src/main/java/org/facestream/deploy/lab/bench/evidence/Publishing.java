package org.facestream.deploy.lab.bench.evidence;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;

/**
 * Publishes sightings.
 *
 * @param rate events per second; 0 for as fast as Kafka takes them
 */
record Publishing(KafkaClients clients, MadeUpDay day, int rate) {
  private static final int EVENTS = 2;
  private static final int AT_ONCE = 500;

  /**
   * @param span over which they were captured, until now
   * @param begin when the first is due, by {@link System#nanoTime}
   */
  void publish(int sightings, Duration span, long begin) throws InterruptedException {
    Instant first = Instant.now().minus(span);
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int i = 0; i < sightings; i++) {
        if (rate > 0) {
          long due = begin + TimeUnit.SECONDS.toNanos((long) i * EVENTS) / rate;
          long early = due - System.nanoTime();
          if (early > 0) {
            TimeUnit.NANOSECONDS.sleep(early);
          }
        }
        records.addAll(day.sighting(i, first.plusNanos(span.toNanos() / sightings * i)));
        if (rate > 0 || records.size() > AT_ONCE || i == sightings - 1) {
          send(producer, records);
          records.clear();
        }
      }
    }
  }

  /** Faces are there before their matches, and these before their events, as in the pipeline. */
  private void send(
      Producer<String, byte[]> producer, List<ProducerRecord<String, byte[]>> records) {
    for (Topic topic : List.of(FaceTopic.TOPIC, MatchTopic.TOPIC, IdentityTopic.TOPIC)) {
      String name = clients.name(topic);
      records.stream().filter(record -> record.topic().equals(name)).forEach(producer::send);
      producer.flush();
    }
  }
}

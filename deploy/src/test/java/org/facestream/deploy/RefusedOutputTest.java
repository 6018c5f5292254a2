package org.facestream.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.facestream.ingest.worker.loop.LoopSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records of which something comes that a real broker never takes, among others. */
@Timeout(120)
class RefusedOutputTest {
  private static final Topic IN = new Topic("in", Map.of());
  private static final Topic OUT = new Topic("out", Map.of("max.message.bytes", "20000"));
  private static final Topic KEYED = new Topic("keyed", Map.of("cleanup.policy", "compact"));

  private KafkaClients clients;

  @Test
  void aRecordWhoseOutputIsRefusedIsADeadLetterAndHoldsUpNoOther(@TempDir Path folder)
      throws Exception {
    try (EmbeddedKafka broker = new EmbeddedKafka(folder, 0);
        Telemetry telemetry = new Telemetry()) {
      clients = KafkaClients.of(broker.bootstrapServers(), Map.of("kafka.partitions", "1"));
      try (Admin admin = clients.admin()) {
        admin
            .createTopics(
                List.of(
                    new NewTopic(clients.name(Topics.DEAD_LETTERS), 1, (short) 1)
                        .configs(Map.of("max.message.bytes", "50000"))))
            .all()
            .get();
      }
      Topics.ensure(clients, List.of(IN, OUT, KEYED));
      send("small", 10);
      send("too much for the broker", 30_000);
      send("too much for the client", 10);
      send("without a key", 10);
      send("too much for the dead letters", 60_000);
      send("last", 10);
      try (ConsumeLoop loop =
          new ConsumeLoop(
              new LoopSettings(
                  "test",
                  List.of(clients.name(IN)),
                  "test-1",
                  Duration.ofSeconds(60),
                  Duration.ofSeconds(10),
                  5,
                  0,
                  false),
              clients,
              telemetry,
              () -> clients.consumer("test", 100, Map.of()),
              this::process)) {
        loop.start();
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> read(OUT).stream().anyMatch(record -> record.key().equals("last")));
        assertEquals(
            List.of("small", "last"), read(OUT).stream().map(ConsumerRecord::key).toList());
        assertEquals(
            List.of(
                "too much for the broker: output-too-large test cctv.in.v1-0@1 30000 of 30000",
                "too much for the client: output-too-large test cctv.in.v1-0@2 17000000 of 10",
                "without a key: output-refused test cctv.in.v1-0@3 10 of 10",
                "too much for the dead letters: output-too-large test cctv.in.v1-0@4 60000 of -1"),
            read(Topics.DEAD_LETTERS).stream().map(RefusedOutputTest::told).toList());
        await().atMost(Duration.ofSeconds(20)).until(() -> loop.health().ready());
        String metrics = telemetry.scrape();
        assertTrue(
            metrics.contains(
                "facestream_dropped_total{camera=\"without a key\",reason=\"output-refused\",stage=\"test\"} 1.0"),
            metrics);
        assertTrue(metrics.contains("facestream_retries_total{stage=\"test\"} 0.0"), metrics);
      }
    }
  }

  private List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      results.add(
          switch (record.key()) {
            case "too much for the client" ->
                new ProducerRecord<>(clients.name(OUT), record.key(), new byte[17_000_000]);
            case "without a key" -> new ProducerRecord<>(clients.name(KEYED), null, record.value());
            default -> new ProducerRecord<>(clients.name(OUT), record.key(), record.value());
          });
    }
    return results;
  }

  private void send(String key, int bytes) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(new ProducerRecord<>(clients.name(IN), key, new byte[bytes]));
    }
  }

  private List<ConsumerRecord<String, byte[]>> read(Topic topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, topic)) {
      reader.readToEnd(records::add);
    }
    return records;
  }

  private static String told(ConsumerRecord<String, byte[]> letter) {
    return "%s: %s %s %s %s of %s"
        .formatted(
            letter.key(),
            header(letter, "reason"),
            header(letter, "stage"),
            header(letter, "origin"),
            header(letter, "size"),
            letter.value() == null ? -1 : letter.value().length);
  }

  private static String header(ConsumerRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }
}

package org.facestream.recognizer.gallery.match;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.RecordJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GalleryReplicaTest {
  private static final String TOPIC = "cctv.gallery.v1";
  private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
  private static final DescriptorSpace SPACE = new DescriptorSpace("m", 2, Metric.EUCLIDEAN);

  private final Telemetry telemetry = new Telemetry();
  private final GalleryReplica replica = new GalleryReplica(SPACE, telemetry);
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> gallery;

  @BeforeEach
  void start() {
    Topology topology = replica.addTo(new Topology(), TOPIC);
    topology.addSource("none", new StringDeserializer(), new ByteArrayDeserializer(), "none");
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "replica");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    driver = new TopologyTestDriver(topology, settings);
    gallery = driver.createInputTopic(TOPIC, new StringSerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void stop() {
    driver.close();
    telemetry.close();
  }

  private static Reference reference(
      String faceId, String person, String model, Instant expiry, float... descriptor) {
    return ReferenceBuilder.builder()
        .faceId(faceId)
        .personId(person)
        .name(person.toUpperCase(java.util.Locale.ROOT))
        .model(model)
        .descriptor(descriptor)
        .thumbnail(new byte[0])
        .quality(1)
        .expiry(expiry)
        .source("test")
        .enrolledAt(NOW)
        .build();
  }

  private void write(Reference reference) {
    ProducerRecord<String, byte[]> record = GalleryTopic.toRecord(TOPIC, reference);
    gallery.pipeInput(record.key(), record.value());
  }

  /** As somebody would write it who does not check what this program does. */
  private static byte[] written(String faceId, float... descriptor) {
    return RecordJson.write(reference(faceId, "bob", "m", null, descriptor));
  }

  private List<String> nearest(float... descriptor) {
    return replica
        .snapshot()
        .match(new float[][] {descriptor}, 3, Reduction.MINIMUM, NOW)
        .get(0)
        .stream()
        .map(Match.Candidate::name)
        .toList();
  }

  @Test
  void referencesComeChangeAndGo() {
    GallerySnapshot empty = replica.snapshot();
    assertEquals(List.of(), nearest(0, 1));
    write(reference("f1", "ada", "m", null, 0, 1));
    write(reference("f2", "bob", "m", null, 1, 0));
    assertEquals(List.of("ADA", "BOB"), nearest(0, 1));
    assertEquals(2, replica.snapshot().version().sum());
    write(reference("f1", "eve", "m", null, 0, 1));
    assertEquals(List.of("EVE", "BOB"), nearest(0, 1));
    assertFalse(replica.contains("ada"));
    assertTrue(replica.contains("eve"));
    gallery.pipeInput("f1", null);
    assertEquals(List.of("BOB"), nearest(0, 1));
    assertFalse(replica.contains("eve"));
    assertEquals(4, replica.version().sum());
    assertEquals(1, replica.snapshot().references());
    assertEquals(1, replica.snapshot().people());
    assertEquals(4, replica.snapshot().version().sum());
    assertEquals(0, empty.references());
  }

  @Test
  void whatExpiredIsKnownOfEveryModelUntilItIsRenewedOrGone() {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    Instant over = NOW.minusSeconds(1);
    write(reference("f1", "ada", "m", over, 0, 1));
    write(reference("f2", "bob", "m", NOW.plusSeconds(1), 0, 1));
    write(reference("f3", "eve", "other", over, 0, 1));
    write(reference("f4", "eve", "m", over, 0, 1, 1));
    write(reference("f5", "eve", "m", null, 0, 1));
    assertEquals(Map.of("f1", "ada", "f3", "eve", "f4", "eve"), replica.expired(NOW));
    assertEquals(Map.of(), replica.expired(over.minusMillis(1)));
    // What is read anew may be renewed by a record that is still to come.
    replica.onRestoreStart(partition, GalleryReplica.NAME, 0, 9);
    assertEquals(Map.of(), replica.expired(NOW));
    replica.onRestoreEnd(partition, GalleryReplica.NAME, 9);
    write(reference("f3", "eve", "other", NOW.plusSeconds(1), 0, 1));
    gallery.pipeInput("f4", null);
    assertEquals(Map.of("f1", "ada"), replica.expired(NOW));
  }

  @Test
  void whatCannotBeUsedIsSkippedAndCounted() {
    write(reference("f1", "ada", "m", null, 0, 1));
    write(reference("f2", "bob", "other", null, 1, 0));
    write(reference("f3", "bob", "m", null, 1, 0, 0));
    gallery.pipeInput("f4", "no json".getBytes(UTF_8));
    gallery.pipeInput("f5", new byte[0]);
    gallery.pipeInput("f6", written("f6", Float.NaN, 1));
    gallery.pipeInput("f7", written("f7", 0, 0));
    gallery.pipeInput("f8", written("f8"));
    gallery.pipeInput((String) null, null);
    assertEquals(List.of("ADA"), nearest(0, 1));
    assertEquals(9, replica.snapshot().version().sum());
    String metrics = telemetry.scrape();
    for (String reason :
        List.of(
            "other-model",
            "wrong-length",
            "bad-json",
            "empty-value",
            "no-key",
            "not-a-number",
            "zero-descriptor",
            "no-descriptor")) {
      assertTrue(
          metrics.contains("facestream_gallery_skipped_total{reason=\"" + reason + "\"} 1.0"),
          reason);
    }
    assertTrue(metrics.contains("facestream_gallery_references 1.0"));
    assertEquals(1, replica.unused());
    gallery.pipeInput("f2", null);
    assertEquals(0, replica.unused());
  }

  @Test
  void anEntryReplacedByAnUnusableOneIsNotUsedAnyMore() {
    write(reference("f1", "ada", "m", null, 0, 1));
    write(reference("f1", "ada", "other", null, 0, 1));
    assertEquals(List.of(), nearest(0, 1));
  }

  @Test
  void whatIsSetAsideIsNotMatchedUntilItIsRestored() {
    Reference wrong = reference("f2", "ada", "m", NOW, 1, 0);
    write(reference("f1", "ada", "m", null, 0, 1));
    write(reference("f3", "bob", "m", null, 1, .5f));
    write(wrong);
    write(wrong.withReview("other"));
    assertEquals(List.of("BOB", "ADA"), nearest(1, 0));
    assertEquals(2, replica.snapshot().references());
    assertTrue(replica.contains("ada"));
    // It expires as every other one, and is nothing that cannot be used.
    assertEquals(Map.of("f2", "ada"), replica.expired(NOW));
    assertFalse(telemetry.scrape().contains("facestream_gallery_skipped_total{"));
    assertEquals(0, replica.unused());
    write(wrong.with().expiry(null).review(Reference.KEPT).build());
    assertEquals(List.of("ADA", "BOB"), nearest(1, 0));
    write(wrong.withExpiry(null));
    assertEquals(List.of("ADA", "BOB"), nearest(1, 0));
  }

  @Test
  void aFaceNearerToACounterExampleThanToThePersonDoesNotCount() {
    write(reference("f1", "ada", "m", null, 0, 1));
    write(reference("f2", "bob", "m", null, 3, 0));
    Reference denial = reference("f3", "ada", "m", NOW.plusSeconds(60), 1, 1).withDenies(true);
    write(denial);
    assertEquals(List.of("BOB"), nearest(.6f, 1));
    assertEquals(List.of("ADA", "BOB"), nearest(.4f, 1));
    // It is no reference.
    assertEquals(2, replica.snapshot().references());
    write(reference("f4", "eve", "m", null, 9, 9).withDenies(true));
    assertFalse(replica.contains("eve"));
    // Until it expires, is erased, or is a reference after all.
    assertEquals(Map.of("f3", "ada"), replica.expired(NOW.plusSeconds(60)));
    write(denial.withExpiry(NOW));
    assertEquals(List.of("ADA", "BOB"), nearest(.6f, 1));
    write(denial);
    assertEquals(List.of("BOB"), nearest(.6f, 1));
    gallery.pipeInput("f3", null);
    assertEquals(List.of("ADA", "BOB"), nearest(.6f, 1));
    write(denial);
    write(denial.withDenies(null));
    assertEquals(List.of("ADA", "BOB"), nearest(1, 1));
    assertEquals(3, replica.snapshot().references());
  }

  @Test
  void expiredReferencesDoNotMatch() {
    write(reference("f1", "ada", "m", NOW.plusSeconds(1), 0, 1));
    write(reference("f2", "bob", "m", NOW, 0, 1));
    write(reference("f3", "eve", "m", null, 5, 5));
    assertEquals(List.of("ADA", "EVE"), nearest(0, 1));
  }

  @Test
  void aStartBeginsFromEmptyAndShowsNothingHalfRestored() {
    write(reference("f1", "ada", "m", null, 0, 1));
    GallerySnapshot before = replica.snapshot();
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    replica.onRestoreStart(partition, GalleryReplica.NAME, 0, 2);
    ProducerRecord<String, byte[]> record =
        GalleryTopic.toRecord(TOPIC, reference("f2", "bob", "m", null, 1, 0));
    replica.accept(record.key(), record.value(), 0, 7);
    assertEquals(before, replica.snapshot());
    replica.onRestoreEnd(partition, GalleryReplica.NAME, 2);
    assertEquals(2, replica.snapshot().references());
    assertEquals(8, replica.snapshot().version().sum());
  }

  @Test
  void whoIsWrittenAnewIsThereAllTheWhile() throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      replica.accept("f" + i, RecordJson.write(reference("f" + i, "p" + i, "m", null, 0, 1)), 0, i);
    }
    byte[] anew = RecordJson.write(reference("f7", "p7", "m", null, 1, 0));
    Thread writing =
        new Thread(
            () -> {
              for (int i = 0; i < 5000; i++) {
                replica.accept("f7", anew, 0, 1000 + i);
              }
            },
            "writing");
    writing.start();
    long gone = 0;
    while (writing.isAlive()) {
      gone += replica.contains("p7") ? 0 : 1;
    }
    writing.join();
    assertEquals(0, gone);
    assertEquals(1000, replica.snapshot().people());
  }
}

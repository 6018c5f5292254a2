package org.facestream.sink.evidence;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.LoopSettings;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.FaceStore;

/** Reads faces and matches, and stores crops and descriptors of sightings. */
public final class EvidenceLoop implements AutoCloseable {
  /** The name of its consumer group without the prefix, and of its part of the stage. */
  public static final String GROUP = "sink-evidence";

  /** The topics that it reads. */
  public static final List<Topic> TOPICS = List.of(FaceTopic.TOPIC, MatchTopic.TOPIC);

  /** Partitions of one number come to one worker: a camera's faces, and their matches. */
  private static final Map<String, Object> CONSUMER =
      Map.of(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          RangeAssignor.class.getName(),
          ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
          KafkaClients.LARGEST_RECORD);

  private final Closing closing = new Closing();
  private final Settled settled;
  private final EvidenceWriter writer;
  private final ConsumeLoop loop;

  /**
   * How much it stores, and how much it holds.
   *
   * @param crops how many of a sighting, 1 or more
   * @param patience how long a face waits for an event after it was recognized
   * @param bytes of memory for faces that wait
   * @param batch largest number of records of a turn
   */
  public record Options(int crops, Duration patience, long bytes, int batch) {}

  public EvidenceLoop(
      Options options,
      WorkerConfig config,
      KafkaClients clients,
      Database database,
      Telemetry telemetry) {
    String faces = clients.name(FaceTopic.TOPIC);
    settled = closing.add(new Settled(clients, options.patience()));
    writer =
        new EvidenceWriter(
            database,
            new FaceStore(database.dataSource(), options.crops()),
            new EvidenceWriter.Limits(options.crops(), options.bytes(), faces),
            settled,
            telemetry);
    loop =
        closing.add(
            new ConsumeLoop(
                LoopSettings.of(config, GROUP, TOPICS.stream().map(clients::name).toList(), 0)
                    .draining(),
                clients,
                telemetry,
                () -> clients.consumer(GROUP, options.batch(), CONSUMER),
                writer));
  }

  /** Its health, and how to start it. */
  public ConsumeLoop loop() {
    return loop;
  }

  /** Has its progress watched, and begins to follow the other groups. */
  public void watch(StallWatch stalls) {
    stalls.follow(FaceTopic.TOPIC, Optional.of(GROUP), loop.positions(), writer::full);
    settled.start(() -> loop.positions().held());
  }

  @Override
  public void close() {
    closing.close();
  }
}

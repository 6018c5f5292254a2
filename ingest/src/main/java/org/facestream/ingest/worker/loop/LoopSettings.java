package org.facestream.ingest.worker.loop;

import java.time.Duration;
import java.util.List;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;

/**
 * Identity and options of a loop.
 *
 * @param stage the stage's name, for threads, logs and metrics
 * @param topics full names of the topics it reads
 * @param transactionalId unique among live workers
 * @param liveness a loop that has been busy with one turn for this long is not live
 * @param shutdown how long closing waits for the current turn
 * @param deviceFailures number of failures in a row that end the loop
 * @param gather after a long turn, polls continue until no records wait or this number of bytes is
 *     read; 0 for one poll per turn
 * @param drains closing first processes the records that wait, for a stage whose results are
 *     outside Kafka
 */
public record LoopSettings(
    String stage,
    List<String> topics,
    String transactionalId,
    Duration liveness,
    Duration shutdown,
    int deviceFailures,
    long gather,
    boolean drains) {

  /** The options of a worker. */
  public static LoopSettings of(WorkerConfig config, String stage, String topic, long gather) {
    return of(config, stage, List.of(topic), gather);
  }

  /** The options of a worker that reads several topics. */
  public static LoopSettings of(
      WorkerConfig config, String stage, List<String> topics, long gather) {
    return new LoopSettings(
        stage,
        topics,
        stage + "-" + Worker.id(config),
        config.livenessTimeout(),
        config.shutdownTimeout(),
        config.deviceFailures(),
        gather,
        false);
  }

  /** These, for a loop that drains. */
  public LoopSettings draining() {
    return new LoopSettings(
        stage, topics, transactionalId, liveness, shutdown, deviceFailures, gather, true);
  }
}

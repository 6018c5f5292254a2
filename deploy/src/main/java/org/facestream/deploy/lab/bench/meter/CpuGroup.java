package org.facestream.deploy.lab.bench.meter;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Groups of threads that use the CPU, by their names. */
public enum CpuGroup {
  simulation("simulated cameras", "rtsp-server-.*"),
  measuring("this measurement", "bench-.*|http-endpoint"),
  ingest(
      "ingest: read, decode, JPEG, send",
      "camera-.*|ingest-.*|kafka-producer-network-thread \\| producer-\\d+"
          + "|kafka-coordinator-heartbeat-thread \\| .*\\.ingest"),
  detector(
      "detector: decode, find, follow",
      "detector-.*|mtcnn-.*|kafka-(producer|coordinator).*\\.detector.*"),
  recognizer(
      "recognizer: crops, match", "recognizer-.*|kafka-(producer|coordinator).*\\.recognizer.*"),
  identity("identity: one decision per track", ".*\\.identity(-.*)?"),
  sink("sink: write", "sink-.*|kafka-(producer|coordinator).*\\.sink.*"),
  broker(
      "Kafka broker",
      "data-plane-.*|kafka-\\d.*|kafka-scheduler-.*|kafka-log-.*|raft-.*|quorum-.*|controller-.*"
          + "|broker-.*|ExpirationReaper-.*|.*-coordinator-(event-processor|reaper).*|executor-.*"
          + "|AddPartitionsToTxn.*|TxnMarker.*|transaction-.*|metrics-meter-tick-.*|LogDir.*"
          + "|Persister.*|persister-.*|share-.*|SensorExpiry.*|client-metrics-.*|network-partition-.*"),
  database("PostgreSQL", null),
  networks("threads of ONNX Runtime and other libraries", null),
  virtualMachine("Java itself: garbage collection", null),
  compiler("Java's compiler, finished after some minutes", null),
  other("everything else in Java", null);

  private final String what;
  private final @Nullable Pattern threads;

  CpuGroup(String what, @Nullable String threads) {
    this.what = what;
    this.threads = threads == null ? null : Pattern.compile(threads);
  }

  /** In words. */
  public String what() {
    return what;
  }

  /** Whose a Java thread is. */
  public static CpuGroup ofThread(String name) {
    for (CpuGroup group : values()) {
      if (group.threads != null && group.threads.matcher(name).matches()) {
        return group;
      }
    }
    return other;
  }
}

package org.facestream.ingest.fleet;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.registry.Camera;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cameras of one assigned partition. The fleet learns of them when the partition's end is
 * reached, because earlier records may be out of date, and then of each change. One thread uses it.
 */
final class CameraTable {
  private static final Logger log = LoggerFactory.getLogger(CameraTable.class);

  private final TopicPartition partition;
  private final CameraFleet fleet;
  private final Map<String, Camera> cameras = new TreeMap<>();

  /**
   * All cameras until the end is reached; afterwards only those whose removal may not be in Kafka
   * yet.
   */
  private final Set<String> removed = new TreeSet<>();

  private long end = -1;
  private boolean loaded;

  CameraTable(TopicPartition partition, CameraFleet fleet) {
    this.partition = partition;
    this.fleet = fleet;
  }

  boolean endKnown() {
    return end >= 0;
  }

  /** Sets the partition's end; the cameras start when it is reached. */
  void end(long offset) {
    end = offset;
  }

  boolean loaded() {
    return loaded;
  }

  /** Applies a camera as it is now; empty after a removal. */
  void take(String id, Optional<Camera> camera) {
    if (camera.isPresent()) {
      cameras.put(id, camera.get());
      removed.remove(id);
      if (loaded) {
        fleet.put(camera.get());
      }
    } else {
      cameras.remove(id);
      removed.add(id);
      if (loaded) {
        remove(List.of(id));
      }
    }
  }

  /** Starts the cameras if the position is at the partition's end or after it. */
  void reached(long position) {
    if (position >= end) {
      loaded = true;
      log.info("{} has {} cameras", partition, cameras.size());
      cameras.values().forEach(fleet::put);
      remove(removed);
    }
  }

  private void remove(Collection<String> ids) {
    fleet.remove(ids, CameraFleet.Leaving.REMOVED, Duration.ZERO);
  }

  /** Forgets removed cameras whose removal is in Kafka. */
  void forgetTold() {
    if (loaded) {
      removed.removeIf(id -> !fleet.owes(id));
    }
  }

  /** Ids of the cameras that run. */
  List<String> running() {
    return loaded
        ? cameras.values().stream().filter(Camera::enabled).map(Camera::id).toList()
        : List.of();
  }

  /** Leaves all reports to another worker. */
  void giveUp() {
    fleet.giveUp(cameras.keySet());
    fleet.giveUp(removed);
  }
}

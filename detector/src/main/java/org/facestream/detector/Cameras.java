package org.facestream.detector;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of each camera, from the cameras topic. One thread at a time uses it.
 *
 * @param searches how faces are detected
 * @param zones which parts of the picture have a name
 * @param closeUps which cameras have larger pictures of faces
 */
record Cameras(FaceSearches searches, Zones zones, CloseUpRequests closeUps) {
  private static final Logger log = LoggerFactory.getLogger(Cameras.class);

  /** Applies a record of the cameras topic. */
  void take(ConsumerRecord<String, byte[]> record) {
    try {
      Camera camera = CameraTopic.fromRecord(record).orElse(null);
      zones.take(record.key(), camera);
      closeUps.take(record.key(), camera);
      searches.take(record.key(), camera);
    } catch (InvalidRecordException | UserError invalid) {
      // Ingest also ignores such a record.
      log.warn("camera {}: its settings stay as before: {}", record.key(), invalid.getMessage());
    }
  }
}

package org.facestream.detector;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.FairShare.Offer;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.track.CameraTracks;
import org.facestream.detector.track.FaceSelector;
import org.facestream.detector.track.TrackMemory;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Recording;

/** Handling of replayed frames, see {@link Recording}. For one thread. */
final class Recordings {
  private final String facesTopic;
  private final Clock clock;

  /**
   * @param facesTopic full name
   * @param clock for the timestamps of records
   */
  Recordings(String facesTopic, Clock clock) {
    this.facesTopic = facesTopic;
    this.clock = clock;
  }

  /**
   * A part of a batch without boundaries between its frames.
   *
   * @param boundaries of cameras, before the frames
   * @param frames to process
   */
  record Stretch(List<ConsumerRecord<String, byte[]>> boundaries, List<Offer> frames) {
    Stretch() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  /**
   * The parts of a batch.
   *
   * @param batch with its boundaries, in order
   * @param taken its chosen frames
   */
  static List<Stretch> stretches(List<ConsumerRecord<String, byte[]>> batch, List<Offer> taken) {
    List<Stretch> stretches = new ArrayList<>(List.of(new Stretch()));
    Map<ConsumerRecord<String, byte[]>, Offer> replays = new IdentityHashMap<>();
    for (Offer offer : taken) {
      if (offer.replay()) {
        replays.put(offer.source().record(), offer);
      } else {
        stretches.get(0).frames().add(offer);
      }
    }
    Set<String> cameras = new HashSet<>();
    for (ConsumerRecord<String, byte[]> record : batch) {
      Offer offer = replays.get(record);
      if (offer != null) {
        cameras.add(offer.camera());
        stretches.get(stretches.size() - 1).frames().add(offer);
      } else if (isBoundary(record)) {
        if (cameras.contains(record.key())) {
          stretches.add(new Stretch());
          cameras.clear();
        }
        stretches.get(stretches.size() - 1).boundaries().add(record);
      }
    }
    return stretches;
  }

  /** Whether a record is a boundary of a camera. */
  static boolean isBoundary(ConsumerRecord<String, byte[]> record) {
    return Recording.isBoundary(record.headers()) && record.key() != null;
  }

  /** Ends tracks at boundaries, and forwards the boundaries. */
  List<ProducerRecord<String, byte[]>> pass(
      List<ConsumerRecord<String, byte[]>> boundaries, TrackMemory.Turn turn) {
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> boundary : boundaries) {
      turn.put(boundary.key(), boundary.partition(), CameraTracks.NONE);
      results.add(Recording.boundary(facesTopic, boundary.key(), clock.instant()));
    }
    return results;
  }

  /** Records the tracks after a frame. */
  static void put(
      TrackMemory.Turn turn,
      ConsumerRecord<String, byte[]> record,
      String camera,
      FaceSelector.Selection selection) {
    if (FrameTopic.isReplay(record)) {
      turn.putReplay(camera, record.partition(), selection.after());
    } else {
      turn.put(camera, record.partition(), selection.after());
    }
  }

  /**
   * Whether a replayed frame is a duplicate, because the acknowledgement of the first was lost.
   * Capture times of a replay always increase.
   */
  static boolean again(ConsumerRecord<String, byte[]> record, Frame frame, CameraTracks before) {
    return FrameTopic.isReplay(record)
        && before.width() > 0
        && frame.captureTime().toEpochMilli() <= before.lastFrame();
  }

  /** The record of a face that was found in a frame. */
  ProducerRecord<String, byte[]> face(ConsumerRecord<String, byte[]> frame, Face face) {
    ProducerRecord<String, byte[]> record = FaceTopic.toRecord(facesTopic, face);
    return FrameTopic.isReplay(frame)
        ? Recording.record(record, face.captureTime(), clock.instant())
        : record;
  }
}

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

/** What is different for frames of a replay, see {@link Recording}. For one thread. */
final class Recordings {
  private final String facesTopic;
  private final Clock clock;

  /**
   * @param facesTopic full name
   * @param clock dates the records
   */
  Recordings(String facesTopic, Clock clock) {
    this.facesTopic = facesTopic;
    this.clock = clock;
  }

  /**
   * A part of a batch within which no recording begins or ends.
   *
   * @param boundaries of cameras, before the frames
   * @param frames to be handled
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
   * @param taken the frames of it that are to be handled
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

  /** Lets no track go on over boundaries, and hands them on. */
  List<ProducerRecord<String, byte[]>> pass(
      List<ConsumerRecord<String, byte[]>> boundaries, TrackMemory.Turn turn) {
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> boundary : boundaries) {
      turn.put(boundary.key(), boundary.partition(), CameraTracks.NONE);
      results.add(Recording.boundary(facesTopic, boundary.key(), clock.instant()));
    }
    return results;
  }

  /** Notes the tracks after a frame. */
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
   * Whether a frame of a replay is there again, since the answer to its first sending was lost:
   * capture times of a replay go up.
   */
  static boolean again(ConsumerRecord<String, byte[]> record, Frame frame, CameraTracks before) {
    return FrameTopic.isReplay(record)
        && before.width() > 0
        && frame.captureTime().toEpochMilli() <= before.lastFrame();
  }

  /** A face that was found in the frame of that record, as a record. */
  ProducerRecord<String, byte[]> face(ConsumerRecord<String, byte[]> frame, Face face) {
    ProducerRecord<String, byte[]> record = FaceTopic.toRecord(facesTopic, face);
    return FrameTopic.isReplay(frame)
        ? Recording.record(record, face.captureTime(), clock.instant())
        : record;
  }
}

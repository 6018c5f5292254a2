package org.facestream.detector;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.track.CloseUpFaces;
import org.facestream.detector.track.CropConfig;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.loop.DeadLetters;

/**
 * Converts close-ups to larger versions of published faces. It needs no tracker, because a close-up
 * contains the ids of its face and track. For one thread.
 */
final class CloseUpReader {
  /** Maximum number per turn; frames have priority. */
  private static final int MOST = 16;

  /** Their tracks have ended by then. */
  private static final Duration OLDEST = Duration.ofSeconds(10);

  /** A face is not smaller than the request by more than this factor. */
  private static final double LEAST_SIZE = 0.6;

  private static final long MOST_PIXELS = 4_000_000;

  private final Mtcnn mtcnn;
  private final Cameras cameras;
  private final CloseUpFaces faces;
  private final Telemetry telemetry;
  private final String facesTopic;

  /**
   * @param mtcnn closed by the caller
   * @param facesTopic full name
   */
  CloseUpReader(
      Mtcnn mtcnn, Cameras cameras, CropConfig crops, Telemetry telemetry, String facesTopic) {
    this.mtcnn = mtcnn;
    this.cameras = cameras;
    this.faces = new CloseUpFaces(crops);
    this.telemetry = telemetry;
    this.facesTopic = facesTopic;
  }

  private record Opened(CloseUp closeUp, Picture picture) {}

  /**
   * The faces of close-ups, as records of the faces topic.
   *
   * @param meters count the outcomes when the turn is durable
   */
  List<ProducerRecord<String, byte[]>> read(
      List<ConsumerRecord<String, byte[]>> records,
      Instant now,
      DeadLetters deadLetters,
      DetectorMeters meters) {
    List<Opened> opened = new ArrayList<>();
    try {
      for (ConsumerRecord<String, byte[]> record : records) {
        open(record, now, opened, deadLetters, meters);
      }
      return faces(opened, meters);
    } finally {
      opened.forEach(each -> each.picture().close());
    }
  }

  private void open(
      ConsumerRecord<String, byte[]> record,
      Instant now,
      List<Opened> opened,
      DeadLetters deadLetters,
      DetectorMeters meters) {
    try {
      CloseUp closeUp = CloseUpTopic.fromFrameRecord(record);
      String camera = closeUp.of().camera();
      if (closeUp.of().captureTime().isBefore(now.minus(OLDEST))) {
        meters.count(() -> cameras.closeUps().count(camera, "too-old"));
      } else if (opened.size() >= MOST) {
        meters.count(() -> cameras.closeUps().count(camera, "overtaken"));
      } else if ((long) closeUp.width() * closeUp.height() > MOST_PIXELS) {
        throw new InvalidRecordException("too-large", "a close-up is a part of a picture");
      } else {
        opened.add(new Opened(closeUp, Picture.decodeFrame(closeUp.jpeg())));
      }
    } catch (InvalidRecordException invalid) {
      deadLetters.reject(record, invalid.reason(), invalid.getMessage());
    } catch (UnreadablePictureException unreadable) {
      deadLetters.reject(record, unreadable.reason(), unreadable.getMessage());
    }
  }

  private List<ProducerRecord<String, byte[]>> faces(List<Opened> opened, DetectorMeters meters) {
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    if (opened.isEmpty()) {
      return records;
    }
    List<List<Detection>> found =
        mtcnn.detect(
            opened.stream().map(Opened::picture).toList(),
            opened.stream().map(this::options).toList());
    for (int i = 0; i < opened.size(); i++) {
      CloseUp closeUp = opened.get(i).closeUp();
      String camera = closeUp.of().camera();
      float good = cameras.searches().of(camera).goodScore();
      Optional<Face> face = faces.find(closeUp, opened.get(i).picture(), found.get(i), good);
      face.map(this::inZones)
          .ifPresent(larger -> records.add(FaceTopic.toRecord(facesTopic, larger)));
      meters.count(
          () -> {
            if (face.isPresent()) {
              cameras.closeUps().succeeded(camera);
              telemetry.out(DetectorProcessor.STAGE, camera).increment();
            } else {
              cameras.closeUps().failed(camera);
            }
          });
    }
    return records;
  }

  private Face inZones(Face face) {
    return face.withZones(
        cameras.zones().of(face.camera()).of(face.box(), face.frameWidth(), face.frameHeight()));
  }

  /** As on the camera's frames, but only for faces of about the requested size. */
  private MtcnnOptions options(Opened opened) {
    MtcnnOptions usual = cameras.searches().of(opened.closeUp().of().camera()).mtcnn();
    double size = CloseUpFaces.expected(opened.closeUp()).width();
    return usual
        .with()
        .minFaceSize((int) Math.max(12, LEAST_SIZE * size))
        .scaleSteps(List.of())
        .build();
  }
}

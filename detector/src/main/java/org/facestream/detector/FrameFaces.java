package org.facestream.detector;

import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.FrameDecoder.Decoded;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.track.CameraTracks;
import org.facestream.detector.track.FaceSelector;
import org.facestream.detector.track.TrackMemory;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.loop.DeadLetters;

/**
 * Decodes frames, looks for faces, and selects those to publish. For one thread, beside those that
 * decode.
 */
final class FrameFaces implements AutoCloseable {
  private static final String STAGE = DetectorProcessor.STAGE;

  private final Mtcnn mtcnn;
  private final Cameras cameras;
  private final Recordings recordings;
  private final FrameDecoder decoder;
  private final FaceSelector selector;
  private final Timer decoding;
  private final Timer detecting;
  private final Timer inference;

  /**
   * @param mtcnn closed by the caller
   */
  FrameFaces(
      DetectorOptions options,
      Telemetry telemetry,
      Mtcnn mtcnn,
      Cameras cameras,
      Recordings recordings) {
    this.mtcnn = mtcnn;
    this.cameras = cameras;
    this.recordings = recordings;
    this.decoder = new FrameDecoder(options.decodeThreads());
    this.selector =
        new FaceSelector(
            options.tracks(),
            options.bestShots(),
            options.crops(),
            telemetry.part(STAGE, "track"),
            telemetry.part(STAGE, "crop"));
    this.decoding = telemetry.part(STAGE, "decode");
    this.detecting = telemetry.part(STAGE, "mtcnn");
    this.inference = telemetry.part(STAGE, "onnx");
  }

  /**
   * The faces to publish of the frames, as records, and requests for close-ups of them.
   *
   * @param portions of frames, as they are decoded together
   * @param turn takes the tracks
   */
  List<ProducerRecord<String, byte[]>> of(
      List<List<Source>> portions,
      TrackMemory.Turn turn,
      DeadLetters deadLetters,
      DetectorMeters meters) {
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    FrameDecoder.Pending next = decoder.begin(portions.isEmpty() ? List.of() : portions.get(0));
    try {
      for (int i = 0; i < portions.size(); i++) {
        List<Decoded> decoded = decoding.record(next::take);
        // The next pictures are decoded during the detection on these.
        next = decoder.begin(i + 1 < portions.size() ? portions.get(i + 1) : List.of());
        results.addAll(selected(decoded, turn, deadLetters, meters));
      }
    } finally {
      next.close();
    }
    return results;
  }

  /** Runs the detection on pictures, and closes them. */
  private List<ProducerRecord<String, byte[]>> selected(
      List<Decoded> decoded,
      TrackMemory.Turn turn,
      DeadLetters deadLetters,
      DetectorMeters meters) {
    try {
      List<Decoded> readable = new ArrayList<>(decoded.size());
      for (Decoded frame : decoded) {
        if (frame.unreadable() == null) {
          readable.add(frame);
        } else {
          deadLetters.reject(
              frame.source().record(),
              frame.unreadable().reason(),
              frame.unreadable().getMessage());
        }
      }
      List<List<Detection>> found = detect(readable);
      List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
      for (int i = 0; i < readable.size(); i++) {
        ConsumerRecord<String, byte[]> frame = readable.get(i).source().record();
        for (Face face : select(readable.get(i), found.get(i), turn, meters)) {
          results.add(recordings.face(frame, face));
          cameras.closeUps().ask(face, meters).ifPresent(results::add);
        }
      }
      return results;
    } finally {
      decoded.forEach(Decoded::close);
    }
  }

  private List<List<Detection>> detect(List<Decoded> frames) {
    if (frames.isEmpty()) {
      return List.of();
    }
    long before = mtcnn.onnxNanos();
    List<List<Detection>> found =
        detecting.record(
            () ->
                mtcnn.detect(
                    frames.stream().map(Decoded::picture).toList(),
                    frames.stream().map(frame -> search(frame).mtcnn()).toList()));
    inference.record(mtcnn.onnxNanos() - before, TimeUnit.NANOSECONDS);
    return found;
  }

  private FaceSearches.Search search(Decoded frame) {
    return cameras.searches().of(frame.source().frame().camera());
  }

  private List<Face> select(
      Decoded decoded, List<Detection> found, TrackMemory.Turn turn, DetectorMeters meters) {
    Frame frame = decoded.source().frame();
    CameraTracks before = turn.tracks(frame.camera());
    if (Recordings.again(decoded.source().record(), frame, before)) {
      meters.dropped(frame, "duplicate", 1);
      return List.of();
    }
    FaceSelector.Selection selection =
        selector.select(
            before,
            frame,
            Objects.requireNonNull(decoded.picture(), "only readable frames").rgb(),
            found,
            search(decoded).goodScore(),
            cameras.zones().of(frame.camera()));
    Recordings.put(turn, decoded.source().record(), frame.camera(), selection);
    int faces = selection.faces().size() + selection.unconfirmed() + selection.heldBack();
    meters.selected(decoded.source(), selection, faces);
    return selection.faces();
  }

  @Override
  public void close() {
    decoder.close();
  }
}

package org.facestream.detector;

import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.FrameDecoder.Decoded;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.track.CameraTracks;
import org.facestream.detector.track.FaceSelector;
import org.facestream.detector.track.TrackMemory;
import org.facestream.detector.track.TrackRecovery;
import org.facestream.detector.track.TrackTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts batches of frames to faces and the state of the trackers.
 *
 * <p>The trackers' state is read back when partitions are taken over, and published with the faces
 * in one transaction: a detector that is restarted or takes over continues the same tracks.
 *
 * <p>A batch contains everything that waits. If that is more than a turn's work, frames are
 * dropped, see {@link FairShare}: an overloaded detector examines fewer frames, but is never late.
 */
final class DetectorProcessor implements ConsumeLoop.Processor, AutoCloseable {
  static final String STAGE = "detector";

  private static final Logger log = LoggerFactory.getLogger(DetectorProcessor.class);

  private final DetectorOptions options;
  private final Mtcnn mtcnn;
  private final FaceSearches searches;
  private final Zones zones;
  private final Runnable cameras;
  private final TrackRecovery recovery;
  private final Clock clock;
  private final Recordings recordings;
  private final String tracksTopic;
  private final CloseUpRequests closeUps;
  private final CloseUpReader closeUpReader;
  private final FrameDecoder decoder;
  private final FaceSelector selector;
  private final FrameAges ages;
  private final FrameIntake intake;
  private final FairShare share = new FairShare();
  private final Pace pace;
  private final Timer decoding;
  private final Timer detecting;
  private final Timer inference;
  private final DetectorMeters meters;

  private final TrackMemory memory = new TrackMemory();
  private final Set<Integer> toRecover = new HashSet<>();

  /**
   * @param mtcnn closed by the caller
   * @param searches how faces are detected
   * @param zones of each camera
   * @param cameras updates searches and zones before each batch
   * @param clock for the age of frames
   * @param facesTopic full name
   * @param tracksTopic full name
   * @param closeUps asks for larger pictures of faces
   */
  DetectorProcessor(
      DetectorOptions options,
      Telemetry telemetry,
      Mtcnn mtcnn,
      FaceSearches searches,
      Zones zones,
      Runnable cameras,
      TrackRecovery recovery,
      Clock clock,
      String facesTopic,
      String tracksTopic,
      CloseUpRequests closeUps) {
    this.options = options;
    this.mtcnn = mtcnn;
    this.searches = searches;
    this.zones = zones;
    this.cameras = cameras;
    this.recovery = recovery;
    this.clock = clock;
    this.recordings = new Recordings(facesTopic, clock);
    this.tracksTopic = tracksTopic;
    this.ages = new FrameAges(options.maxAge(), telemetry);
    this.intake = new FrameIntake(options.maxAge(), options.batch(), ages);
    this.closeUps = closeUps;
    this.closeUpReader =
        new CloseUpReader(mtcnn, searches, zones, closeUps, options.crops(), telemetry, facesTopic);
    this.decoder = new FrameDecoder(options.decodeThreads());
    this.pace = new Pace(options.turn());
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
    this.meters = new DetectorMeters(telemetry, clock, mtcnn.device());
  }

  @Override
  public void waiting(long records) {
    ages.waiting(records);
  }

  @Override
  public List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    recover();
    long begun = System.nanoTime();
    meters.begin();
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    TrackMemory.Turn turn = memory.begin(clock.instant());
    cameras.run();
    List<ConsumerRecord<String, byte[]>> frames = closeUpReader.framesOf(batch);
    Instant now = clock.instant();
    FairShare.Choice choice =
        share.choose(intake.offers(frames, now, deadLetters, meters), pace.room());
    choice.taken().stream()
        .filter(taken -> !taken.replay())
        .forEach(taken -> meters.chosen(taken.source().frame(), now));
    ages.turn(now).ifPresent(apart -> log.warn("{}: {}", STAGE, apart));
    for (FairShare.Offer late : choice.overtaken()) {
      meters.dropped(late.source().frame(), "overtaken", 1);
    }
    for (Recordings.Stretch stretch : Recordings.stretches(frames, choice.taken())) {
      results.addAll(recordings.pass(stretch.boundaries(), turn));
      handle(intake.portions(stretch.frames()), turn, deadLetters, results);
    }
    results.addAll(closeUpReader.read(clock.instant(), deadLetters, meters));
    turn.changes(
        (camera, partition, tracks) ->
            results.add(
                TrackTopic.toRecord(
                    tracksTopic, recovery.partition(partition), camera, partition, tracks, now)));
    turn.keep();
    meters.keep();
    pace.took(
        choice.taken().stream().mapToLong(FairShare.Offer::pixels).sum(),
        System.nanoTime() - begun);
    return results;
  }

  private void handle(
      List<List<Source>> portions,
      TrackMemory.Turn turn,
      DeadLetters deadLetters,
      List<ProducerRecord<String, byte[]>> results) {
    FrameDecoder.Pending next = decoder.begin(portions.isEmpty() ? List.of() : portions.get(0));
    try {
      for (int i = 0; i < portions.size(); i++) {
        List<Decoded> decoded = decoding.record(next::take);
        // The next pictures are decoded during the detection on these.
        next = decoder.begin(i + 1 < portions.size() ? portions.get(i + 1) : List.of());
        results.addAll(handle(decoded, turn, deadLetters));
      }
    } finally {
      next.close();
    }
  }

  private void recover() {
    if (toRecover.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    Instant since = now.minus(options.maxAge()).minus(options.tracks().maxGap());
    recovery
        .read(toRecover, since)
        .forEach(
            (camera, left) -> memory.restore(camera, left.framesPartition(), left.tracks(), now));
    toRecover.clear();
  }

  /** Runs the detection on pictures, and closes them. */
  private List<ProducerRecord<String, byte[]>> handle(
      List<Decoded> decoded, TrackMemory.Turn turn, DeadLetters deadLetters) {
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
        for (Face face : select(readable.get(i), found.get(i), turn)) {
          results.add(recordings.face(frame, face));
          closeUps.ask(face, meters).ifPresent(results::add);
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
    return searches.of(frame.source().frame().camera());
  }

  private List<Face> select(Decoded decoded, List<Detection> found, TrackMemory.Turn turn) {
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
            decoded.picture().rgb(),
            found,
            search(decoded).goodScore(),
            zones.of(frame.camera()));
    Recordings.put(turn, decoded.source().record(), frame.camera(), selection);
    int faces = selection.faces().size() + selection.unconfirmed() + selection.heldBack();
    meters.selected(decoded.source(), selection, faces);
    return selection.faces();
  }

  @Override
  public void committed() {
    memory.committed();
    memory.forgetSilent(clock.instant(), options.tracks().forgetAfter());
    meters.live(memory.liveTracks());
    meters.committed();
  }

  @Override
  public void aborted() {
    memory.aborted();
    meters.aborted();
  }

  @Override
  public void assigned(Collection<TopicPartition> partitions) {
    memory.forget(numbers(partitions));
    toRecover.addAll(numbers(partitions));
  }

  @Override
  public void revoked(Collection<TopicPartition> partitions) {
    memory.forget(numbers(partitions));
    toRecover.removeAll(numbers(partitions));
    meters.live(memory.liveTracks());
  }

  private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    decoder.close();
    ages.close();
    meters.close();
  }
}

package org.facestream.detector;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.track.TrackMemory;
import org.facestream.detector.track.TrackRecovery;
import org.facestream.ingest.frame.FrameBatch;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.loop.BatchProcessor;
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
final class DetectorProcessor implements BatchProcessor, AutoCloseable {
  static final String STAGE = "detector";

  private static final Logger log = LoggerFactory.getLogger(DetectorProcessor.class);

  private final DetectorOptions options;
  private final Clock clock;
  private final Runnable refresh;
  private final TrackRecovery recovery;
  private final Recordings recordings;
  private final CloseUpReader closeUps;
  private final FrameFaces faces;
  private final FrameAges ages;
  private final FrameIntake intake;
  private final FairShare share = new FairShare();
  private final Pace pace;
  private final DetectorMeters meters;

  private final TrackMemory memory = new TrackMemory();
  private final Set<Integer> toRecover = new HashSet<>();

  /**
   * @param clock for the time of records and the age of frames
   * @param mtcnn closed by the caller
   * @param refresh updates the cameras before each batch
   * @param facesTopic full name
   */
  DetectorProcessor(
      DetectorOptions options,
      Telemetry telemetry,
      Clock clock,
      Mtcnn mtcnn,
      Cameras cameras,
      Runnable refresh,
      TrackRecovery recovery,
      String facesTopic) {
    this.options = options;
    this.clock = clock;
    this.refresh = refresh;
    this.recovery = recovery;
    this.recordings = new Recordings(facesTopic, clock);
    this.ages = new FrameAges(options.maxAge(), telemetry);
    this.intake = new FrameIntake(options.maxAge(), options.batch(), ages);
    this.closeUps = new CloseUpReader(mtcnn, cameras, options.crops(), telemetry, facesTopic);
    this.faces = new FrameFaces(options, telemetry, mtcnn, cameras, recordings);
    this.pace = new Pace(options.turn());
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
    refresh.run();
    FrameBatch divided = FrameBatch.of(batch);
    Instant now = clock.instant();
    FairShare.Choice choice =
        share.choose(intake.offers(divided.frames(), now, deadLetters, meters), pace.room());
    choice.taken().stream()
        .filter(taken -> !taken.replay())
        .forEach(taken -> meters.chosen(taken.source().frame(), now));
    ages.turn(now).ifPresent(apart -> log.warn("{}: {}", STAGE, apart));
    for (FairShare.Offer late : choice.overtaken()) {
      meters.dropped(late.source().frame(), "overtaken", 1);
    }
    for (Recordings.Stretch stretch : Recordings.stretches(divided.frames(), choice.taken())) {
      results.addAll(recordings.pass(stretch.boundaries(), turn));
      results.addAll(faces.of(intake.portions(stretch.frames()), turn, deadLetters, meters));
    }
    results.addAll(closeUps.read(divided.closeUps(), clock.instant(), deadLetters, meters));
    turn.changes(
        (camera, partition, tracks) ->
            results.add(recovery.toRecord(camera, partition, tracks, now)));
    turn.keep();
    meters.keep();
    pace.took(
        choice.taken().stream().mapToLong(FairShare.Offer::pixels).sum(),
        System.nanoTime() - begun);
    return results;
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
    faces.close();
    ages.close();
    meters.close();
  }
}

package org.facestream.detector;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.FrameDecoder.Decoded;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.track.FaceSelector;
import org.facestream.detector.track.TrackMemory;
import org.facestream.detector.track.TrackRecovery;
import org.facestream.detector.track.TrackTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.ConsumeLoop;
import org.facestream.ingest.worker.DeadLetters;
import org.facestream.ingest.worker.Telemetry;

/**
 * A batch of frames in, faces and the state of the trackers out.
 *
 * <p>The trackers' state is read back when partitions are taken over, and published with the faces
 * in one transaction: a detector that is restarted, or takes over, goes on as if nothing had been.
 *
 * <p>A batch is everything that waits. What is more than a turn's work is thinned out, see {@link
 * FairShare}: an overloaded detector sees less, and is never late.
 */
final class DetectorProcessor implements ConsumeLoop.Processor, AutoCloseable {
  static final String STAGE = "detector";

  /**
   * Pixels that are detected on at a time, about eight pictures of 720p, while the next so many are
   * being decoded. A picture that is larger goes alone: two of 8K take 200 MB.
   */
  private static final long MOST_PIXELS = 8_000_000;

  private static final int LONGEST_CAMERA = 64;

  private final DetectorOptions options;
  private final Telemetry telemetry;
  private final Mtcnn mtcnn;
  private final FaceSearches searches;
  private final Zones zones;
  private final Runnable cameras;
  private final TrackRecovery recovery;
  private final Clock clock;
  private final String facesTopic;
  private final String tracksTopic;
  private final LoadMeter load;
  private final FrameDecoder decoder;
  private final FaceSelector selector;
  private final FairShare share = new FairShare();
  private final Pace pace;
  private final Timer decoding;
  private final Timer detecting;
  private final Timer inference;
  private final Gauge liveTracks;
  private final Gauge device;
  private final AtomicInteger live = new AtomicInteger();

  private final TrackMemory memory = new TrackMemory();
  private final Set<Integer> toRecover = new HashSet<>();
  private final List<Runnable> meters = new ArrayList<>();

  /**
   * @param mtcnn stays its owner's
   * @param searches how faces are looked for
   * @param zones of each camera
   * @param cameras brings searches and zones up to date, before each batch
   * @param clock tells the age of frames
   * @param facesTopic full name
   * @param tracksTopic full name
   * @param load tells when this cannot keep up
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
      LoadMeter load) {
    this.options = options;
    this.telemetry = telemetry;
    this.mtcnn = mtcnn;
    this.searches = searches;
    this.zones = zones;
    this.cameras = cameras;
    this.recovery = recovery;
    this.clock = clock;
    this.facesTopic = facesTopic;
    this.tracksTopic = tracksTopic;
    this.load = load;
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
    this.liveTracks =
        Gauge.builder("facestream.tracks.live", live, AtomicInteger::get)
            .description("Faces that are being followed on all cameras of this worker together")
            .tags("stage", STAGE)
            .register(telemetry.registry());
    this.device =
        Gauge.builder("facestream.device", () -> 1)
            .description("1 for what the networks of a stage run on")
            .tags("stage", STAGE, "device", mtcnn.device().toString())
            .register(telemetry.registry());
  }

  @Override
  public List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    recover();
    long begun = System.nanoTime();
    List<Runnable> counted = new ArrayList<>();
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
    TrackMemory.Turn turn = memory.begin(clock.instant());
    cameras.run();
    FairShare.Choice choice =
        share.choose(offers(read(batch, deadLetters, counted), deadLetters), pace.room());
    for (FairShare.Offer late : choice.overtaken()) {
      load.overtaken(late.camera());
      counted.add(dropped(late.source().frame(), "overtaken", 1));
    }
    List<List<Source>> chunks = chunks(choice.taken());
    FrameDecoder.Pending next = decoder.begin(chunks.isEmpty() ? List.of() : chunks.get(0));
    try {
      for (int i = 0; i < chunks.size(); i++) {
        List<Decoded> decoded = decoding.record(next::take);
        // The next pictures are decoded while these are detected on.
        next = decoder.begin(i + 1 < chunks.size() ? chunks.get(i + 1) : List.of());
        results.addAll(handle(decoded, turn, deadLetters, counted));
      }
    } finally {
      next.close();
    }
    turn.changes(
        (camera, partition, tracks) ->
            results.add(
                TrackTopic.toRecord(
                    tracksTopic, recovery.partition(partition), camera, partition, tracks)));
    turn.keep();
    results.addAll(load.report(clock.instant()));
    meters.addAll(counted);
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

  /** The frames that are well-formed and young enough. */
  private List<Source> read(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters, List<Runnable> counted) {
    Instant oldest = clock.instant().minus(options.maxAge());
    List<Source> frames = new ArrayList<>(batch.size());
    for (ConsumerRecord<String, byte[]> record : batch) {
      try {
        Frame frame = FrameTopic.fromRecord(record);
        counted.add(telemetry.in(STAGE, label(frame.camera()))::increment);
        if (frame.captureTime().isBefore(oldest)) {
          counted.add(dropped(frame, "too-old", 1));
        } else {
          frames.add(new Source(record, frame));
        }
      } catch (InvalidRecordException invalid) {
        deadLetters.reject(record, invalid.reason(), invalid.getMessage());
      }
    }
    return frames;
  }

  private static List<FairShare.Offer> offers(List<Source> frames, DeadLetters deadLetters) {
    List<FairShare.Offer> offers = new ArrayList<>(frames.size());
    for (Source source : frames) {
      try {
        JpegHeader header = JpegHeader.read(source.frame().jpeg());
        long pixels = (long) header.width() * header.height();
        // What claims to be larger is refused unseen, so it costs nothing.
        offers.add(new FairShare.Offer(source, pixels > Picture.MOST_FRAME_PIXELS ? 0 : pixels));
      } catch (UnreadablePictureException unreadable) {
        deadLetters.reject(source.record(), unreadable.reason(), unreadable.getMessage());
      }
    }
    return offers;
  }

  private List<List<Source>> chunks(List<FairShare.Offer> frames) {
    List<List<Source>> chunks = new ArrayList<>();
    long room = 0;
    for (FairShare.Offer frame : frames) {
      boolean full = chunks.isEmpty() || chunks.get(chunks.size() - 1).size() == options.batch();
      if (full || frame.pixels() > room) {
        chunks.add(new ArrayList<>());
        room = MOST_PIXELS;
      }
      room -= frame.pixels();
      chunks.get(chunks.size() - 1).add(frame.source());
    }
    return chunks;
  }

  /** Detects on pictures, and closes them. */
  private List<ProducerRecord<String, byte[]>> handle(
      List<Decoded> decoded,
      TrackMemory.Turn turn,
      DeadLetters deadLetters,
      List<Runnable> counted) {
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
        select(readable.get(i), found.get(i), turn, counted)
            .forEach(face -> results.add(FaceTopic.toRecord(facesTopic, face)));
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

  private List<Face> select(
      Decoded decoded, List<Detection> found, TrackMemory.Turn turn, List<Runnable> counted) {
    Frame frame = decoded.source().frame();
    FaceSelector.Selection selection =
        selector.select(
            turn.tracks(frame.camera()),
            frame,
            decoded.picture().rgb(),
            found,
            search(decoded).goodScore(),
            zones.of(frame.camera()));
    turn.put(frame.camera(), decoded.source().record().partition(), selection.after());
    int faces = selection.faces().size() + selection.unconfirmed() + selection.heldBack();
    load.handled(frame.camera(), faces > 0, clock.instant());
    String camera = label(frame.camera());
    counted.add(() -> detected(camera).increment(faces));
    counted.add(() -> telemetry.out(STAGE, camera).increment(selection.faces().size()));
    counted.add(dropped(frame, "unconfirmed-track", selection.unconfirmed()));
    counted.add(dropped(frame, "not-best-shot", selection.heldBack()));
    counted.add(
        () -> {
          Duration age = Duration.between(frame.captureTime(), clock.instant());
          telemetry.sinceCapture(STAGE, camera).record(age.isNegative() ? Duration.ZERO : age);
        });
    return selection.faces();
  }

  private Counter detected(String camera) {
    return Counter.builder("facestream.faces.detected")
        .description("Faces that the detector found, published or not")
        .tags("stage", STAGE, "camera", camera)
        .register(telemetry.registry());
  }

  private Runnable dropped(Frame frame, String reason, int count) {
    return () -> telemetry.dropped(STAGE, label(frame.camera()), reason).increment(count);
  }

  /** Keys come from outside; only well-formed ones are worth a label of their own. */
  private static String label(String camera) {
    return camera.length() > LONGEST_CAMERA ? "unknown" : camera;
  }

  @Override
  public void committed() {
    memory.committed();
    memory.forgetSilent(clock.instant(), options.tracks().forgetAfter());
    live.set(memory.liveTracks());
    meters.forEach(Runnable::run);
    meters.clear();
  }

  @Override
  public void aborted() {
    memory.aborted();
    meters.clear();
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
    live.set(memory.liveTracks());
  }

  private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    decoder.close();
    telemetry.registry().remove(liveTracks);
    telemetry.registry().remove(device);
  }
}

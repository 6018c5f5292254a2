package org.facestream.ingest.closeup;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.CloseUpTrust;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers detectors' requests for close-ups, for the cameras of this worker that have a larger
 * stream. One thread decodes for all of them, so it uses at most one CPU; requests beyond that are
 * dropped and counted. It starts with the first such camera.
 */
public final class CloseUps implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CloseUps.class);
  private static final long TURN_NANOS = Duration.ofMillis(50).toNanos();

  /** A track's first faces arrive within this time and share one decoding. */
  private static final long GATHERING_NANOS = Duration.ofMillis(400).toNanos();

  /** A request that has waited for this time is answered with the pictures at hand. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(3).toNanos();

  /** Each may hold a picture: twelve megabytes of a 4K stream. */
  private static final int MOST_TOGETHER = 8;

  /** Requests that are farther apart do not share a decoding. */
  private static final long TOGETHER_MILLIS = 1_500;

  private static final Duration LONGEST_DECODING = Duration.ofSeconds(2);
  private static final Duration STOPPING = Duration.ofSeconds(3);

  /** A stream whose pictures are hardly wider is useless. */
  private static final double LARGER = 1.2;

  private final IngestConfig config;
  private final SourceRules rules;
  private final KafkaClients clients;
  private final FramePublisher publisher;
  private final Telemetry telemetry;
  private final Timer time;
  private final Map<String, CloseUpCamera> cameras = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "ingest-close-ups");
  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private volatile boolean stopping;
  private TopicLog feed;

  public CloseUps(
      IngestConfig config,
      SourceRules rules,
      KafkaClients clients,
      FramePublisher publisher,
      Telemetry telemetry) {
    this.config = config;
    this.rules = rules;
    this.clients = clients;
    this.publisher = publisher;
    this.telemetry = telemetry;
    this.time = telemetry.part("ingest", "close-up");
    thread.setDaemon(true);
    publisher.showTo(this::saw);
  }

  /** Runs the larger stream of a camera that has one; only for the fleet's thread. */
  public void put(Camera camera) {
    CloseUpCamera present = cameras.get(camera.id());
    if (camera.closeUpUrl() == null) {
      remove(List.of(camera.id()));
      return;
    }
    if (present != null
        && present.camera().closeUpUrl().equals(camera.closeUpUrl())
        && present.camera().transport() == camera.transport()
        && present.camera().turn() == camera.turn()) {
      present.masks(camera.masks());
      return;
    }
    remove(List.of(camera.id()));
    MainStream stream =
        new MainStream(
            camera, config, rules, Optional.ofNullable(present).map(CloseUpCamera::stream));
    cameras.put(
        camera.id(),
        new CloseUpCamera(camera, stream, new RecentFrames(config.closeUpSpan()), telemetry));
    stream.start();
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  /** Stops the streams of cameras; only for the fleet's thread. */
  public void remove(Collection<String> ids) {
    for (String id : ids) {
      CloseUpCamera gone = cameras.remove(id);
      if (gone != null) {
        gone.stream().stop();
        gone.close();
      }
    }
  }

  /** Receives every published frame. */
  private void saw(Frame frame) {
    CloseUpCamera camera = cameras.get(frame.camera());
    if (camera != null) {
      camera.frames().add(frame);
    }
  }

  private void run() {
    try (CloseUpCutter cutter = new CloseUpCutter(LONGEST_DECODING)) {
      while (!stopping) {
        try {
          if (listen()) {
            cameras.values().forEach(camera -> serve(camera, cutter));
          }
        } catch (RuntimeException unexpected) {
          log.error("close-ups: unexpected", unexpected);
        }
        LockSupport.parkNanos(this, TURN_NANOS);
      }
    } finally {
      if (feed != null) {
        feed.close();
      }
    }
  }

  /** Reads new requests; returns false while no broker answers. */
  private boolean listen() {
    try {
      if (feed == null) {
        feed = TopicLog.fromEnd(clients, CloseUpTopic.TOPIC);
        backoff.reset();
      }
      feed.refresh(this::take);
      return true;
    } catch (KafkaException failed) {
      Duration wait = backoff.next();
      log.warn(
          "requests for close-ups cannot be read; trying again in {} ms", wait.toMillis(), failed);
      LockSupport.parkNanos(this, wait.toNanos());
      return false;
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    CloseUpCamera camera = record.key() == null ? null : cameras.get(record.key());
    if (camera == null) {
      // Older than this worker, or for another worker.
      return;
    }
    try {
      camera.await(CloseUpTopic.fromRecord(record));
    } catch (InvalidRecordException invalid) {
      camera.count("bad-request");
      log.debug("a request for a close-up is skipped: {}", invalid.getMessage());
    }
  }

  private void serve(CloseUpCamera camera, CloseUpCutter cutter) {
    List<CloseUpCamera.Waiting> ripe = ripe(camera);
    if (ripe.isEmpty()) {
      return;
    }
    if (!camera.trust().given(System.nanoTime()) || !camera.stream().connected()) {
      String why = camera.stream().connected() ? "switched-off" : "not-connected";
      ripe.forEach(each -> camera.count(why));
      return;
    }
    long begun = System.nanoTime();
    List<CloseUpSearch> searches = new ArrayList<>();
    try {
      ripe.forEach(each -> search(camera, each, cutter).ifPresent(searches::add));
      if (!searches.isEmpty()) {
        answer(camera, searches, cutter);
      }
    } catch (SourceException | RuntimeException failed) {
      searches.forEach(search -> failed(camera, failed));
    } finally {
      searches.forEach(CloseUpSearch::close);
      time.record(Duration.ofNanos(System.nanoTime() - begun));
      camera.show();
    }
  }

  /** Requests whose pictures are available: the oldest and those near to it. */
  private static List<CloseUpCamera.Waiting> ripe(CloseUpCamera camera) {
    List<CloseUpCamera.Waiting> ripe = new ArrayList<>();
    CloseUpCamera.Waiting first = camera.waiting().peekFirst();
    long now = System.nanoTime();
    if (first == null || now - first.since() < GATHERING_NANOS) {
      return ripe;
    }
    long there = camera.stream().ring().newest() - camera.lag().expected();
    long together = first.request().captureTime().toEpochMilli() + TOGETHER_MILLIS;
    Iterator<CloseUpCamera.Waiting> each = camera.waiting().iterator();
    while (each.hasNext() && ripe.size() < MOST_TOGETHER) {
      CloseUpCamera.Waiting waiting = each.next();
      long captured = waiting.request().captureTime().toEpochMilli();
      boolean patient = now - waiting.since() < PATIENCE_NANOS;
      long needed = captured + camera.lag().reach(waiting.everywhere());
      if (captured <= together && (needed <= there || !patient)) {
        ripe.add(waiting);
        each.remove();
      }
    }
    return ripe;
  }

  private static Optional<CloseUpSearch> search(
      CloseUpCamera camera, CloseUpCamera.Waiting waiting, CloseUpCutter cutter) {
    CloseUpRequest request = waiting.request();
    Optional<Frame> frame = camera.frames().find(request.epoch(), request.sequence());
    if (frame.isEmpty()) {
      camera.count("too-old");
      return Optional.empty();
    }
    try (Picture picture = Picture.decodeFrame(frame.get().jpeg());
        Mat grey = new Mat();
        Mat uncovered =
            camera.masks().isEmpty()
                ? null
                : cutter.uncovered(camera.masks(), picture.width(), picture.height())) {
      opencv_imgproc.cvtColor(picture.rgb(), grey, opencv_imgproc.COLOR_RGB2GRAY);
      return Optional.of(
          new CloseUpSearch(request, grey, uncovered, camera.lag(), waiting.everywhere()));
    } catch (UnreadablePictureException ours) {
      throw new IllegalStateException("a published frame cannot be decoded", ours);
    }
  }

  private void answer(CloseUpCamera camera, List<CloseUpSearch> searches, CloseUpCutter cutter)
      throws SourceException {
    long from = searches.stream().mapToLong(CloseUpSearch::from).min().orElseThrow();
    long to = searches.stream().mapToLong(CloseUpSearch::to).max().orElseThrow();
    Optional<PacketRing.Excerpt> excerpt = camera.stream().ring().excerpt(from, to);
    if (excerpt.isEmpty()) {
      searches.forEach(search -> camera.count("too-old"));
      return;
    }
    try (PacketRing.Excerpt packets = excerpt.get()) {
      cutter.search(packets, camera.camera().turn(), searches);
    }
    for (CloseUpSearch search : searches) {
      try {
        finish(camera, search, cutter);
      } catch (RuntimeException failed) {
        failed(camera, failed);
      }
    }
  }

  private static void failed(CloseUpCamera camera, Exception why) {
    camera.count("failed");
    log.warn("camera {}: no close-up of a face", camera.camera().id(), why);
    distrust(camera, "its larger stream cannot be decoded");
  }

  private static void distrust(CloseUpCamera camera, String why) {
    if (camera.trust().failed(System.nanoTime())) {
      log.warn(
          "camera {}: {}; no close-ups for {} s",
          camera.camera().id(),
          why,
          CloseUpTrust.PAUSE.toSeconds());
    }
  }

  private void finish(CloseUpCamera camera, CloseUpSearch search, CloseUpCutter cutter) {
    boolean found = search.found();
    if (!found && !search.farthest()) {
      // Its time may have moved.
      camera.lag().missed();
      camera.awaitAgain(search.request());
    } else if (search.looked() == 0) {
      camera.count("no-picture");
    } else if (search.picture().width() < LARGER * search.request().frameWidth()) {
      camera.count("not-larger");
      distrust(camera, "the pictures of close-up-url are hardly wider than its frames");
    } else if (found) {
      camera.trust().succeeded();
      camera.lag().found(search.lag(), search.tells());
      publisher.publish(cutter.cut(search, camera.masks()), camera::count);
    } else {
      camera.count("no-match");
      camera.lag().missed();
      distrust(camera, "its two streams do not show the same faces");
    }
    log.debug(
        "camera {}: face {} looked for in {} pictures, best {} at {} ms",
        camera.camera().id(),
        search.request().face(),
        search.looked(),
        search.score(),
        search.lag());
  }

  /** Ends every stream. */
  @Override
  public void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    List<MainStream> streams = cameras.values().stream().map(CloseUpCamera::stream).toList();
    remove(List.copyOf(cameras.keySet()));
    LockSupport.unpark(thread);
    long until = System.nanoTime() + STOPPING.toNanos();
    streams.forEach(
        stream -> stream.await(Duration.ofNanos(Math.max(0, until - System.nanoTime()))));
    try {
      if (thread.getState() != Thread.State.NEW) {
        thread.join(STOPPING.toMillis());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package org.facestream.sink.evidence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.loop.BatchProcessor;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.FaceStore;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores crops and descriptors of sightings. Faces wait in memory until their track has a sighting,
 * matches until their face has a row; while they wait, the committed offsets stay before them. What
 * no event tells of is let go. When the memory is full, nothing more is read until events come.
 */
final class EvidenceWriter implements BatchProcessor {
  static final String STAGE = EvidenceLoop.GROUP;

  private static final Logger log = LoggerFactory.getLogger(EvidenceWriter.class);

  /**
   * Several faces of a track are stored together, and a picture that is soon replaced not at all.
   */
  private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();

  /** Sightings in one transaction. */
  private static final int AT_ONCE = 100;

  /** Records with this header in the matches topic are no matches. */
  private static final String CORRECTION = "correction";

  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private final Database database;
  private final FaceStore store;
  private final Telemetry telemetry;
  private final long mostBytes;
  private final String faceTopic;
  private final Settled settled;
  private final WaitingFaces waiting;
  private final Timer storing;
  private final Counter crops;
  private final Counter descriptors;

  /** Counts of uncommitted records: redelivered records are not counted twice. */
  private final List<Runnable> meters = new ArrayList<>();

  private long storedNanos = System.nanoTime();
  private volatile long bytes;
  private volatile boolean full;
  private boolean fullOfMatches;

  /**
   * How many crops, and where they wait.
   *
   * @param most of a sighting
   * @param bytes of memory for those that wait
   * @param faceTopic full name of the faces topic; the other one is that of the matches
   */
  record Limits(int most, long bytes, String faceTopic) {}

  /**
   * @param settled what has its events, and its faces, by now
   */
  EvidenceWriter(
      Database database, FaceStore store, Limits limits, Settled settled, Telemetry telemetry) {
    this.database = database;
    this.store = store;
    this.telemetry = telemetry;
    this.mostBytes = limits.bytes();
    this.faceTopic = limits.faceTopic();
    this.settled = settled;
    this.waiting = new WaitingFaces(limits.most());
    this.storing = telemetry.part(STAGE, "store");
    this.crops = stored("sighting_face");
    this.descriptors = stored("face_descriptor");
    Gauge.builder("facestream.evidence.waiting.bytes", () -> bytes)
        .description("Memory of faces and matches that wait for an event of their track")
        .register(telemetry.registry());
    Gauge.builder("facestream.evidence.full", () -> full ? 1 : 0)
        .description("Whether no faces are read because too many wait for an event: 1 or 0")
        .register(telemetry.registry());
  }

  private Counter stored(String table) {
    return Counter.builder("facestream.stored.rows")
        .description("Rows written to the database; replays of stored events write none")
        .tags("table", table)
        .register(telemetry.registry());
  }

  @Override
  public List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    for (ConsumerRecord<String, byte[]> record : batch) {
      if (Recording.isBoundary(record.headers())
          || record.headers().lastHeader(CORRECTION) != null) {
        continue;
      }
      try {
        take(record);
      } catch (InvalidRecordException invalid) {
        deadLetters.reject(record, invalid.reason(), "neither face nor match");
      }
    }
    if (System.nanoTime() - storedNanos >= PAUSE_NANOS
        || isAbove(waiting.faceBytes(), false)
        || isAbove(waiting.matchBytes(), false)) {
      storeOrLetGo();
    }
    fill();
    return List.of();
  }

  private void take(ConsumerRecord<String, byte[]> record) throws InvalidRecordException {
    if (record.topic().equals(faceTopic)) {
      Face face = FaceTopic.fromRecord(record);
      check(face.id(), face.track(), face.captureTime());
      if (face.quality() == null || face.cropLandmarks() == null) {
        throw new InvalidRecordException("bad-header", "quality or landmarks are missing");
      }
      meters.add(telemetry.in(STAGE, face.camera())::increment);
      waiting.addFace(Held.of(face, record));
      return;
    }
    Match match = MatchTopic.read(record.key(), record.value());
    check(match.faceId(), match.track(), match.captureTime());
    if (match.descriptor() != null && match.model() != null) {
      waiting.addMatch(Held.of(match, record));
    }
  }

  private static void check(String id, String track, Instant captured)
      throws InvalidRecordException {
    if (id == null || track == null || captured == null) {
      throw new InvalidRecordException("bad-value", "face, track or capture time is missing");
    }
    if (id.indexOf('\0') >= 0
        || track.indexOf('\0') >= 0
        || captured.isBefore(Instant.EPOCH)
        || captured.isAfter(LATEST)) {
      throw new InvalidRecordException("bad-value", "the database does not take it");
    }
  }

  @Override
  public void idle(boolean ending) {
    if (ending || System.nanoTime() - storedNanos >= PAUSE_NANOS) {
      storeOrLetGo();
    }
    fill();
  }

  private void storeOrLetGo() {
    // Asked first: whatever is settled then is found in the database.
    OptionalLong events = settled.events();
    OptionalLong faces = settled.faces();
    storeDue();
    events.ifPresent(this::letGo);
    faces.ifPresent(waiting::letGoOfMatches);
  }

  private void letGo(long readBefore) {
    waiting
        .letGo(readBefore)
        .forEach((camera, faces) -> telemetry.dropped(STAGE, camera, "no-event").increment(faces));
  }

  /** Faces and matches have half of the memory each; reading goes on when a quarter is free. */
  private boolean isAbove(long held, boolean before) {
    long most = mostBytes / 2;
    return held > (before ? most / 4 * 3 : most);
  }

  private void fill() {
    bytes = waiting.bytes();
    boolean now = isAbove(waiting.faceBytes(), full);
    if (now && !full) {
      log.warn(
          "{}: faces of {} MB wait for identity events: no more faces are read until events come. "
              + "Check that the recognizer runs and keeps up.",
          STAGE,
          waiting.faceBytes() >> 20);
    }
    full = now;
    // They wait for their faces, which are read meanwhile.
    fullOfMatches = isAbove(waiting.matchBytes(), fullOfMatches);
  }

  private void storeDue() {
    List<String> due = waiting.due();
    storedNanos = System.nanoTime();
    if (due.isEmpty()) {
      return;
    }
    try {
      database.check();
    } catch (UserError onlyAPersonHelps) {
      throw new RetryableException(String.valueOf(onlyAPersonHelps.getMessage()), onlyAPersonHelps);
    }
    storing.record(
        () -> {
          for (int from = 0; from < due.size(); from += AT_ONCE) {
            store(due.subList(from, Math.min(due.size(), from + AT_ONCE)));
          }
        });
  }

  private void store(List<String> tracks) {
    try {
      FaceStore.Stored stored = store.store(waiting.faces(tracks), waiting.matches(tracks));
      crops.increment(stored.crops());
      descriptors.increment(stored.descriptors());
      waiting.stored(tracks, stored);
    } catch (StoreException failed) {
      if (!failed.rowAtFault()) {
        throw new RetryableException(
            "PostgreSQL at %s: %s".formatted(database.address(), failed.getMessage()), failed);
      }
      if (tracks.size() > 1) {
        int half = tracks.size() / 2;
        store(tracks.subList(0, half));
        store(tracks.subList(half, tracks.size()));
        return;
      }
      log.error(
          "{}: the database refuses the crops of track {} ({}); they are not stored",
          STAGE,
          tracks.get(0),
          failed.getMessage());
      for (Face face : waiting.faces(tracks)) {
        telemetry.dropped(STAGE, face.camera(), "store-refused").increment();
      }
      waiting.refused(tracks.get(0));
    }
  }

  @Override
  public Map<TopicPartition, Long> held() {
    return waiting.first();
  }

  @Override
  public boolean full(String topic) {
    return topic.equals(faceTopic) ? full : fullOfMatches;
  }

  /** Whether no faces are read because too many wait for an event. */
  boolean full() {
    return full;
  }

  @Override
  public void revoked(Collection<TopicPartition> partitions) {
    waiting.revoked(partitions);
    fill();
  }

  @Override
  public void committed() {
    meters.forEach(Runnable::run);
    meters.clear();
  }

  @Override
  public void aborted() {
    meters.clear();
  }
}

package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matches in, identity events out; what is known of each track is in the state store, and only
 * there.
 *
 * <p>A track ends when the faces of its camera have gone on for the timeout without it, or when
 * nothing came for the timeout by this worker's clock: so it ends too when the camera dies. The
 * clock starts anew when the processor starts, so that a worker that was away does not end tracks
 * whose faces are still waiting to be read. An ended track is remembered for a while: a face that
 * comes late is dropped, and one that shows that it goes on reopens it. A face that is delivered
 * again is dropped too.
 *
 * <p>Whoever is no longer in the gallery is taken out of every track's state, ended ones too, when
 * the gallery's version changes; and out of whatever is read, so that nobody who is gone is named
 * in between.
 */
final class TrackProcessor extends ContextualProcessor<String, byte[], String, byte[]> {
  static final String STORE = "tracks";
  static final String EVENTS = "events";
  static final String DEAD_LETTERS = "dead-letters";

  /** How long an ended track is remembered. */
  static final Duration GRACE = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(TrackProcessor.class);
  private static final String STAGE = "identity";

  /** What the punctuation needs to know of a track, so that it reads only those that are due. */
  private record Watched(
      String camera, boolean ended, Instant lastSeen, Set<String> persons, long since) {}

  private final DecisionRules rules;
  private final TrackDecision decision;
  private final Telemetry telemetry;
  private final Map<String, Watched> watched = new HashMap<>();
  private final Map<String, Instant> cameras = new HashMap<>();
  private final KnownPeople known;
  private KeyValueStore<String, byte[]> store;
  private long forgottenAsOf;

  TrackProcessor(DecisionRules rules, KnownPeople known, Telemetry telemetry) {
    this.rules = rules;
    this.known = known;
    this.decision = new TrackDecision(rules);
    this.telemetry = telemetry;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    super.init(context);
    store = context.getStateStore(STORE);
    // Streams may initialise a processor again after it found the store corrupted.
    watched.clear();
    cameras.clear();
    forgottenAsOf = Long.MIN_VALUE;
    long now = context.currentSystemTimeMs();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        TrackState state = state(entry.key, entry.value);
        if (state != null) {
          watch(entry.key, state, now);
        }
      }
    }
    long everyMillis = Math.max(20, Math.min(250, rules.timeout().toMillis() / 10));
    context.schedule(
        Duration.ofMillis(everyMillis), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Match match;
    try {
      match = MatchTopic.read(record.key(), record.value());
    } catch (InvalidRecordException invalid) {
      reject(record, invalid.reason(), invalid.getMessage());
      return;
    }
    telemetry.in(STAGE, match.camera()).increment();
    String key = match.camera() + "/" + match.track();
    TrackState before = state(key, store.get(key));
    if (before != null && TrackDecision.late(before, match)) {
      telemetry.dropped(STAGE, match.camera(), "late").increment();
      return;
    }
    if (before != null && TrackDecision.again(before, match)) {
      telemetry.dropped(STAGE, match.camera(), "duplicate").increment();
      return;
    }
    TrackDecision.Outcome outcome;
    try {
      outcome =
          decision.face(
              before == null ? null : before.without(gone(before.galleryVersion())),
              match.without(gone(match.galleryVersion())));
    } catch (RuntimeException failed) {
      log.warn("{}: a match cannot be processed", STAGE, failed);
      reject(record, "processing-failed", failed.toString());
      return;
    }
    cameras.merge(match.camera(), match.captureTime(), (a, b) -> a.isAfter(b) ? a : b);
    apply(key, outcome, record, context().currentSystemTimeMs());
  }

  /**
   * Who is not in the gallery any more, for what was decided with its version of then. A replica
   * that has not come as far as that version cannot tell who was enrolled or forgotten since.
   */
  private Predicate<String> gone(long then) {
    return known.version() < then ? person -> false : person -> !known.contains(person);
  }

  private void punctuate(long now) {
    forgetWhoIsGone();
    List<String> silent = new ArrayList<>();
    List<String> forgotten = new ArrayList<>();
    watched.forEach(
        (key, track) -> {
          if (track.ended()) {
            if (now - track.since() >= GRACE.toMillis()) {
              forgotten.add(key);
            }
          } else if (now - track.since() >= rules.timeout().toMillis() || passedBy(track)) {
            silent.add(key);
          }
        });
    for (String key : forgotten) {
      store.delete(key);
      watched.remove(key);
    }
    for (String key : silent) {
      TrackState state = state(key, store.get(key));
      if (state == null) {
        watched.remove(key);
      } else {
        apply(
            key, decision.silence(state.without(gone(state.galleryVersion()))), caused(state), now);
      }
    }
    cameras
        .keySet()
        .removeIf(
            camera -> watched.values().stream().noneMatch(track -> track.camera().equals(camera)));
  }

  /** What is known of people whom a gallery of a new version does not have goes at once. */
  private void forgetWhoIsGone() {
    long version = known.version();
    if (version == forgottenAsOf) {
      return;
    }
    forgottenAsOf = version;
    List<String> concerned = new ArrayList<>();
    watched.forEach(
        (key, track) -> {
          if (!track.persons().stream().allMatch(known::contains)) {
            concerned.add(key);
          }
        });
    for (String key : concerned) {
      TrackState state = state(key, store.get(key));
      if (state == null) {
        continue;
      }
      TrackDecision.Outcome outcome = decision.forget(state, gone(state.galleryVersion()));
      if (outcome.state() != state) {
        // It was not seen again: the time of its silence goes on.
        apply(key, outcome, caused(state), watched.get(key).since());
      }
    }
  }

  private static Record<String, byte[]> caused(TrackState state) {
    return new Record<>(state.camera(), null, state.lastSeen().toEpochMilli());
  }

  private boolean passedBy(Watched track) {
    Instant last = cameras.get(track.camera());
    return last != null && Duration.between(track.lastSeen(), last).compareTo(rules.timeout()) > 0;
  }

  private void apply(
      String key, TrackDecision.Outcome outcome, Record<String, byte[]> cause, long since) {
    store.put(key, RecordJson.write(outcome.state()));
    watch(key, outcome.state(), since);
    for (IdentityEvent event : outcome.events()) {
      context()
          .forward(
              cause
                  .withKey(event.camera())
                  .withValue(RecordJson.write(event))
                  .withTimestamp(Math.max(0, event.captureTime().toEpochMilli()))
                  .withHeaders(new RecordHeaders()),
              EVENTS);
      count(event);
    }
    if (!outcome.events().isEmpty()) {
      // Readers of committed records wait for it: half of the commit interval, on average.
      context().commit();
    }
  }

  private void watch(String key, TrackState state, long since) {
    watched.put(
        key, new Watched(state.camera(), state.ended(), state.lastSeen(), state.persons(), since));
  }

  private void count(IdentityEvent event) {
    Counter.builder("facestream.events")
        .description("Identity events published")
        .tags("camera", event.camera(), "type", event.type().name())
        .register(telemetry.registry())
        .increment();
    if (event.type() != IdentityEvent.Type.ended) {
      Duration age =
          Duration.ofMillis(context().currentSystemTimeMs() - event.captureTime().toEpochMilli());
      if (!age.isNegative()) {
        telemetry.sinceCapture(STAGE, event.camera()).record(age);
      }
    }
  }

  private static TrackState state(String key, byte[] value) {
    if (value == null) {
      return null;
    }
    try {
      return RecordJson.read(value, TrackState.class);
    } catch (InvalidRecordException foreign) {
      // Written by a version that is not this one: the track begins anew.
      log.warn("{}: the state of track {} cannot be read: {}", STAGE, key, foreign.getMessage());
      return null;
    }
  }

  private void reject(Record<String, byte[]> record, String reason, String detail) {
    String origin = context().recordMetadata().map(TrackProcessor::origin).orElse("unknown");
    log.warn("{}: {} goes to the dead letters: {} ({})", STAGE, origin, reason, detail);
    String camera = record.key() == null || record.key().length() > 64 ? "unknown" : record.key();
    telemetry.dropped(STAGE, camera, reason).increment();
    RecordHeaders headers = new RecordHeaders(record.headers().toArray());
    headers.add("reason", reason.getBytes(UTF_8));
    headers.add("stage", STAGE.getBytes(UTF_8));
    headers.add("origin", origin.getBytes(UTF_8));
    context()
        .forward(
            record.withTimestamp(Math.max(0, record.timestamp())).withHeaders(headers),
            DEAD_LETTERS);
  }

  private static String origin(RecordMetadata metadata) {
    return metadata.topic() + "-" + metadata.partition() + "@" + metadata.offset();
  }
}

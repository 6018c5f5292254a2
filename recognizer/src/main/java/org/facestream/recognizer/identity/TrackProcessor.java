package org.facestream.recognizer.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts matches to identity events. The state of each track is only in the state store.
 *
 * <p>A track ends when its camera has sent faces for the timeout but none of this track, or when
 * the camera has sent nothing for the timeout by this worker's clock. The clock restarts with the
 * processor, so that a worker that was away does not end tracks whose faces are still unread. An
 * ended track is kept as long as faces of it may arrive, so that an event's id never returns with
 * other content: a late face is dropped, a face that continues the track reopens it. A face that is
 * delivered twice is dropped too.
 *
 * <p>The tracks of a replay end by the recording's time alone: when a face of their camera shows
 * that the timeout is over, before that face is taken in, and at the recording's {@linkplain
 * Recording boundary}. Then nothing of them is remembered: the same recording may come again, and
 * gives the same events.
 *
 * <p>When the gallery's version changes, people who were removed from it are removed from the state
 * of every track, ended ones too, and from all that is read, so that no event names them.
 */
final class TrackProcessor extends ContextualProcessor<String, byte[], String, byte[]> {
  static final String STORE = "tracks";
  static final String DEAD_LETTERS = "dead-letters";

  /** Not as far as the hour by which brokers refuse a record, for theirs is another clock. */
  static final Duration MOST_AHEAD = Duration.ofSeconds(59 * 60 + 30);

  private static final Logger log = LoggerFactory.getLogger(TrackProcessor.class);
  private static final String STAGE = "identity";

  private final DecisionRules rules;
  private final Linking linking;
  private final TrackDecision decision;
  private final Telemetry telemetry;
  private final DueTracks watched;
  private final KnownPeople known;
  private final @Nullable Visitors visitors;
  private final RefusedMatches refused;
  private @Nullable KeyValueStore<String, byte[]> store;
  private @Nullable IdentityDeadLetters letters;
  private @Nullable TrackOutput output;
  private @Nullable GalleryVersion forgottenAsOf;
  private @Nullable GalleryVersion visitorsAsOf;

  /**
   * @param memory how long an ended track is remembered
   * @param visitors that unknown tracks are linked to; null for none
   * @param refused whatever is among them becomes a dead letter
   */
  TrackProcessor(
      DecisionRules rules,
      Duration memory,
      KnownPeople known,
      @Nullable Visitors visitors,
      RefusedMatches refused,
      Telemetry telemetry) {
    this.refused = refused;
    this.rules = rules;
    this.known = known;
    this.visitors = visitors;
    this.linking = new Linking(visitors);
    this.decision = new TrackDecision(rules, linking);
    this.watched = new DueTracks(rules.timeout(), memory);
    this.telemetry = telemetry;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    super.init(context);
    store = context.getStateStore(STORE);
    letters = new IdentityDeadLetters(context, refused, telemetry);
    output = new TrackOutput(context, STAGE, telemetry);
    // Streams may initialise a processor again after it found the store corrupted.
    watched.clear();
    forgottenAsOf = null;
    visitorsAsOf = null;
    linking.written();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        TrackState state = state(entry.key, entry.value);
        if (state != null) {
          watched.restore(entry.key, state);
        }
      }
    }
    watched.begin(context.currentSystemTimeMs());
    long everyMillis = Math.max(20, Math.min(250, rules.timeout().toMillis() / 10));
    context.schedule(
        Duration.ofMillis(everyMillis), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    String origin =
        context().recordMetadata().map(RefusedMatches::origin).orElse("an unknown match");
    if (letters().instead(record, origin)) {
      return;
    }
    boolean replay = Recording.isReplay(record.headers());
    if (replay && record.key() != null && Recording.isBoundary(record.headers())) {
      endReplay(record.key());
      return;
    }
    if (Correction.isIn(record.headers())) {
      correct(record, origin);
      return;
    }
    Match match;
    try {
      match = MatchTopic.read(record.key(), record.value());
    } catch (InvalidRecordException invalid) {
      letters().reject(record, origin, invalid.reason(), invalid.getMessage());
      return;
    }
    telemetry.in(STAGE, match.camera()).increment();
    long now = context().currentSystemTimeMs();
    if (!replay && match.captureTime().isAfter(Instant.ofEpochMilli(now).plus(MOST_AHEAD))) {
      letters()
          .reject(
              record,
              origin,
              "future",
              "captured more than 59 minutes in the future: synchronise the clocks");
      return;
    }
    if (replay) {
      watched.silent(match.camera(), match.captureTime()).forEach(silent -> end(silent, now));
    }
    String key = match.camera() + "/" + match.track();
    TrackState before = state(key, store().get(key));
    if (before == null ? !replay && watched.past(match, now) : TrackDecision.late(before, match)) {
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
              before == null ? null : before.without(known.gone(before.version())),
              linking.held(match.without(known.gone(match.version()))),
              replay);
    } catch (RuntimeException failed) {
      log.warn("{}: a match cannot be processed", STAGE, failed);
      letters().reject(record, origin, "processing-failed", failed.toString());
      return;
    }
    watched.seen(key, outcome.state(), match.captureTime(), now);
    apply(key, outcome, record, origin);
  }

  private void correct(Record<String, byte[]> record, String origin) {
    Correction correction = letters().correction(record, origin);
    if (correction == null) {
      return;
    }
    String key = correction.event().camera() + "/" + correction.event().track();
    TrackState before = state(key, store().get(key));
    if (before != null && TrackDecision.again(before, correction)) {
      telemetry.dropped(STAGE, correction.event().camera(), "duplicate").increment();
      return;
    }
    TrackDecision.Outcome outcome = decision.correct(before, correction, known);
    watched.corrected(key, outcome.state(), context().currentSystemTimeMs());
    apply(key, outcome, record, origin);
  }

  private KeyValueStore<String, byte[]> store() {
    return Objects.requireNonNull(store, "Streams initialises a processor first");
  }

  private IdentityDeadLetters letters() {
    return Objects.requireNonNull(letters, "Streams initialises a processor first");
  }

  private TrackOutput output() {
    return Objects.requireNonNull(output, "Streams initialises a processor first");
  }

  private void punctuate(long now) {
    forgetWhoIsGone();
    followVisitors(now);
    for (String key : watched.over(now)) {
      store().delete(key);
      watched.remove(key);
    }
    watched.silent(now).forEach(key -> end(key, now));
    watched.forgetCameras();
  }

  private void end(String key, long now) {
    TrackState state = state(key, store().get(key));
    if (state == null) {
      watched.remove(key);
      return;
    }
    TrackDecision.Outcome outcome = decision.silence(state.without(known.gone(state.version())));
    watched.ended(key, outcome.state(), now);
    apply(key, outcome, caused(state), ofTrack(key));
  }

  /** Nothing comes any more of a camera's recording, or another one begins. */
  private void endReplay(String camera) {
    long now = context().currentSystemTimeMs();
    for (String key : watched.ofReplay(camera)) {
      end(key, now);
      store().delete(key);
      watched.remove(key);
    }
    watched.forgetCameras();
  }

  /** When the gallery has a new version, state about removed people is deleted at once. */
  private void forgetWhoIsGone() {
    GalleryVersion version = known.version();
    if (version.equals(forgottenAsOf)) {
      return;
    }
    forgottenAsOf = version;
    revise(watched.concerned(known), state -> decision.forget(state, known.gone(state.version())));
  }

  /** When the visitors have a new version, tracks are whose their visitors are now. */
  private void followVisitors(long now) {
    if (visitors == null || visitors.version().equals(visitorsAsOf)) {
      return;
    }
    visitorsAsOf = visitors.version();
    revise(watched.visiting(visitors, now), decision::visitors);
  }

  private void revise(List<String> keys, Function<TrackState, TrackDecision.Outcome> revision) {
    for (String key : keys) {
      TrackState state = state(key, store().get(key));
      TrackDecision.Outcome outcome = state == null ? null : revision.apply(state);
      if (state != null && outcome != null && outcome.state() != state) {
        watched.changed(key, outcome.state());
        apply(key, outcome, caused(state), ofTrack(key));
      }
    }
  }

  private static Record<String, byte[]> caused(TrackState state) {
    return new Record<>(state.camera(), null, state.lastSeen().toEpochMilli());
  }

  /** What comes of time or of the gallery comes of no match. */
  private static String ofTrack(String key) {
    return "track " + key;
  }

  /**
   * @param origin by which it is known when Kafka refuses its output
   */
  private void apply(
      String key, TrackDecision.Outcome outcome, Record<String, byte[]> cause, String origin) {
    store().put(key, RecordJson.write(outcome.state()));
    if (!outcome.events().isEmpty() && letters().instead(cause, origin)) {
      return;
    }
    output().visitors(linking.written(), origin);
    output().events(outcome.events(), outcome.state().ofReplay(), cause, origin);
  }

  private static @Nullable TrackState state(String key, byte @Nullable [] value) {
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
}

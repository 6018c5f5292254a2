package org.facestream.recognizer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.loop.BatchProcessor;
import org.facestream.ingest.worker.loop.DeadLetters;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.facenet.LocatedFace;
import org.facestream.recognizer.gallery.match.CandidateSearch;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.MatchTopic;

/** Converts batches of faces to matches, one for each face. */
final class RecognizerProcessor implements BatchProcessor {
  static final String STAGE = "recognizer";

  private final RecognizerOptions options;
  private final Telemetry telemetry;
  private final Descriptors descriptors;
  private final Supplier<GallerySnapshot> gallery;
  private final CandidateSearch search;
  private final Clock clock;
  private final String matchesTopic;
  private final Timer decoding;
  private final Timer describing;
  private final Timer inference;
  private final Timer matching;
  private final List<Runnable> meters = new ArrayList<>();

  /** A face with its record. */
  private record Source(ConsumerRecord<String, byte[]> record, Face face) {
    boolean replay() {
      return Recording.isReplay(record.headers());
    }
  }

  /**
   * @param descriptors closed by the caller
   * @param gallery returns the replica's current snapshot, or throws a {@link
   *     org.facestream.ingest.worker.loop.RetryableException} while there is no complete one
   * @param clock for the age of faces
   * @param matchesTopic full name
   */
  RecognizerProcessor(
      RecognizerOptions options,
      Telemetry telemetry,
      Descriptors descriptors,
      Supplier<GallerySnapshot> gallery,
      Clock clock,
      String matchesTopic) {
    this.options = options;
    this.telemetry = telemetry;
    this.descriptors = descriptors;
    this.gallery = gallery;
    this.search =
        new CandidateSearch(options.thresholds(), options.reduction(), CandidateSearch.USUAL);
    this.clock = clock;
    this.matchesTopic = matchesTopic;
    this.decoding = telemetry.part(STAGE, "decode");
    this.describing = telemetry.part(STAGE, "describe");
    this.inference = telemetry.part(STAGE, "onnx");
    this.matching = telemetry.part(STAGE, "match");
  }

  @Override
  public List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    // Without a snapshot, the faces wait; this is checked before they are described.
    gallery.get();
    List<ProducerRecord<String, byte[]>> results = new ArrayList<>(batch.size());
    List<ConsumerRecord<String, byte[]>> faces = new ArrayList<>(batch.size());
    for (ConsumerRecord<String, byte[]> record : batch) {
      if (Recording.isBoundary(record.headers()) && record.key() != null) {
        // After the matches of the faces before it.
        results.addAll(match(faces, deadLetters));
        results.add(Recording.boundary(matchesTopic, record.key(), clock.instant()));
        faces.clear();
      } else {
        faces.add(record);
      }
    }
    results.addAll(match(faces, deadLetters));
    return results;
  }

  private List<ProducerRecord<String, byte[]>> match(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    List<Source> sources = read(batch, deadLetters);
    try (Closing pictures = new Closing()) {
      List<Source> readable = new ArrayList<>(sources.size());
      List<LocatedFace> faces = new ArrayList<>(sources.size());
      decoding.record(() -> decode(sources, deadLetters, pictures, readable, faces));
      if (faces.isEmpty()) {
        return List.of();
      }
      float[][] described = describe(faces);
      GallerySnapshot snapshot = gallery.get();
      Instant now = clock.instant();
      List<List<Match.Candidate>> candidates =
          matching.record(() -> search.search(snapshot, described, cameras(readable), now));
      List<ProducerRecord<String, byte[]>> matches = new ArrayList<>(readable.size());
      for (int i = 0; i < readable.size(); i++) {
        Match match =
            match(readable.get(i).face(), described[i], candidates.get(i), snapshot.version());
        ProducerRecord<String, byte[]> record = MatchTopic.toRecord(matchesTopic, match);
        boolean replay = readable.get(i).replay();
        matches.add(replay ? Recording.record(record, match.captureTime(), now) : record);
        count(match, replay);
      }
      return matches;
    }
  }

  private List<Source> read(List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
    Instant oldest = clock.instant().minus(options.maxAge());
    List<Source> sources = new ArrayList<>(batch.size());
    for (ConsumerRecord<String, byte[]> record : batch) {
      try {
        Face face = FaceTopic.fromRecord(record);
        meters.add(telemetry.in(STAGE, face.camera())::increment);
        if (!Recording.isReplay(record.headers()) && face.captureTime().isBefore(oldest)) {
          drop(face, "too-old");
        } else if (!(face.score() >= options.minScore())) {
          drop(face, "low-score");
        } else {
          sources.add(new Source(record, face));
        }
      } catch (InvalidRecordException invalid) {
        deadLetters.reject(record, invalid.reason(), String.valueOf(invalid.getMessage()));
      }
    }
    return sources;
  }

  private void drop(Face face, String reason) {
    meters.add(telemetry.dropped(STAGE, face.camera(), reason)::increment);
  }

  private void decode(
      List<Source> sources,
      DeadLetters deadLetters,
      Closing pictures,
      List<Source> readable,
      List<LocatedFace> faces) {
    for (Source source : sources) {
      Face face = source.face();
      if (!descriptors.canDescribe(face.cropLandmarks())) {
        deadLetters.reject(
            source.record(), "bad-landmarks", "its landmarks are not those of a face");
        continue;
      }
      try {
        Picture picture = pictures.add(Picture.decodeFrame(face.jpeg()));
        faces.add(new LocatedFace(picture, face.cropLandmarks()));
        readable.add(source);
      } catch (UnreadablePictureException unreadable) {
        deadLetters.reject(
            source.record(), unreadable.reason(), String.valueOf(unreadable.getMessage()));
      }
    }
  }

  private static List<String> cameras(List<Source> sources) {
    return sources.stream().map(source -> source.face().camera()).toList();
  }

  /**
   * A failed device causes a retry, which keeps the faces. Any other failure is a face's fault: the
   * loop then processes the faces one by one, and rejects that face.
   */
  private float[][] describe(List<LocatedFace> faces) {
    long before = descriptors.nanos();
    long begun = System.nanoTime();
    try {
      return descriptors.describe(faces).toArray(float[][]::new);
    } finally {
      describing.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
      inference.record(descriptors.nanos() - before, TimeUnit.NANOSECONDS);
    }
  }

  private Match match(
      Face face, float[] descriptor, List<Match.Candidate> candidates, GalleryVersion version) {
    return MatchBuilder.builder()
        .faceId(face.id())
        .camera(face.camera())
        .track(face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .score(face.score())
        .quality(face.quality().overall())
        .zones(face.zones())
        .candidates(candidates)
        .threshold(options.thresholds().on(face.camera()))
        .model(options.model().name())
        .galleryVersion(version.sum())
        .gallery(version)
        .descriptor(options.keepDescriptors() ? descriptor : null)
        .build();
  }

  private void count(Match match, boolean replay) {
    Counter verdicts =
        Counter.builder("facestream.matches")
            .description("Faces compared with the gallery; known ones are under the threshold")
            .tags("camera", match.camera(), "verdict", match.known() ? "known" : "unknown")
            .register(telemetry.registry());
    Instant now = clock.instant();
    meters.add(verdicts::increment);
    meters.add(telemetry.out(STAGE, match.camera())::increment);
    if (replay) {
      // Its age has no meaning.
      return;
    }
    meters.add(
        () -> {
          Duration age = Duration.between(match.captureTime(), now);
          telemetry
              .sinceCapture(STAGE, match.camera())
              .record(age.isNegative() ? Duration.ZERO : age);
        });
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

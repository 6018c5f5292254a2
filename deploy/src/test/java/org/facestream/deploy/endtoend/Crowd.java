package org.facestream.deploy.endtoend;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.deploy.stage.Configuration;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.api.picture.FaceDescriber;
import org.facestream.sink.api.picture.SeenFace;

/**
 * What a detector and a recognizer publish of many tracks, with real crops and real descriptors, in
 * an order by chance: events before, between and after the faces that they are of, some records
 * twice, some faces without a descriptor, some tracks without an event. It knows what must be
 * stored of each.
 */
final class Crowd {
  private static final int CAMERAS = 6;
  private static final int[] JPEG_QUALITIES = {95, 60, 30, 10};

  /** A record, and when it is sent, in milliseconds since the first. */
  record Sent(long at, ProducerRecord<String, byte[]> record) {}

  /** A real face. */
  private record Look(byte[] jpeg, SeenFace seen, float[] descriptor) {}

  /** A face that was published. */
  private record Seen(Face face, Optional<float[]> descriptor) {}

  private final KafkaClients clients;
  private final Random random;
  private final List<Look> looks = new ArrayList<>();

  /** What must be stored, a line for each crop; by track. */
  private final Map<String, List<String>> truth = new TreeMap<>();

  private final List<String> events = new ArrayList<>();

  Crowd(KafkaClients clients, long seed) throws Exception {
    this.clients = clients;
    this.random = new Random(seed);
    try (FaceDescriber describer =
        new FaceDescriber(
            new Configuration(Optional.empty(), Map.of(), Map.of()).settings(), null)) {
      for (DemoPerson person : DemoPeople.all()) {
        try (Picture portrait = Picture.decodeStill(DemoPeople.portrait(person))) {
          for (int quality : JPEG_QUALITIES) {
            byte[] jpeg = portrait.jpeg(quality);
            try (Picture crop = Picture.decodeStill(jpeg)) {
              SeenFace seen = describer.seen(crop).get(0);
              looks.add(
                  new Look(jpeg, seen, describer.descriptors().describe(crop, seen.landmarks())));
            }
          }
        }
      }
    }
  }

  /**
   * More tracks.
   *
   * @param prefix of their ids
   * @param millis over which they begin, when sent
   * @param captured when the first is seen
   * @param spread over which they are seen, in milliseconds
   * @return in the order in which it is sent
   */
  List<Sent> tracks(String prefix, int count, long millis, Instant captured, long spread) {
    List<Sent> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      track(prefix + i, millis * i / count, captured.plusMillis(spread * i / count), all);
    }
    // Stable: the events of a track stay in their order.
    all.sort(Comparator.comparingLong(Sent::at));
    return all;
  }

  private void track(String track, long at, Instant begin, List<Sent> into) {
    String camera = "camera-" + random.nextInt(CAMERAS);
    List<Seen> seen = new ArrayList<>();
    int faces = 1 + random.nextInt(8);
    for (int i = 0; i < faces; i++) {
      Look look = looks.get(random.nextInt(looks.size()));
      Face face = face(look, camera, track, i, begin.plusMillis(i * 300L).plusNanos(i * 1_711L));
      boolean matched = random.nextInt(20) > 0;
      Optional<float[]> descriptor =
          matched ? Optional.of(slightlyOther(look.descriptor())) : Optional.empty();
      seen.add(new Seen(face, descriptor));
      long sent = at + i * 100L + random.nextInt(600);
      ProducerRecord<String, byte[]> record =
          FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), face);
      add(into, sent, record);
      descriptor.ifPresent(
          values ->
              add(
                  into,
                  sent + random.nextInt(3_000) - 500,
                  MatchTopic.toRecord(clients.name(MatchTopic.TOPIC), match(face, values))));
    }
    if (random.nextInt(100) == 0) {
      truth.put(track, List.of());
      return;
    }
    truth.put(track, kept(seen));
    long told = at + random.nextInt(8_000) - 1_500;
    int revisions = 1 + random.nextInt(3);
    for (int revision = 1; revision <= revisions; revision++) {
      IdentityEvent event = event(seen, revision, revision == revisions);
      events.add(event.eventId());
      into.add(
          new Sent(
              told + revision * 700L,
              IdentityTopic.toRecord(clients.name(IdentityTopic.TOPIC), event)));
    }
  }

  /** At least once. */
  private void add(List<Sent> into, long at, ProducerRecord<String, byte[]> record) {
    into.add(new Sent(at, record));
    if (random.nextInt(30) == 0) {
      into.add(new Sent(at + random.nextInt(5_000), record));
    }
  }

  private Face face(Look look, String camera, String track, int number, Instant captured) {
    String id = track + "-" + number;
    // What follows the end of a JPEG is no part of the picture: each one's bytes are its own.
    byte[] jpeg =
        ByteBuffer.allocate(look.jpeg().length + id.length())
            .put(look.jpeg())
            .put(id.getBytes(StandardCharsets.UTF_8))
            .array();
    return FaceBuilder.builder()
        .id(id)
        .camera(camera)
        .epoch(1)
        .frameSequence(number + 1)
        .captureTime(captured)
        .track(track)
        .frameWidth(640)
        .frameHeight(480)
        .box(look.seen().box())
        .landmarks(look.seen().landmarks())
        .cropLandmarks(look.seen().landmarks())
        .score(look.seen().score())
        .quality(new Quality(random.nextFloat(), 1, 1, 1, 1, 0, 0, 0))
        .zones(List.of())
        .jpeg(jpeg)
        .build();
  }

  /** No two are equal. */
  private float[] slightlyOther(float[] descriptor) {
    float[] values = descriptor.clone();
    double square = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (random.nextGaussian() * .005);
      square += values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) Math.sqrt(square);
    }
    return values;
  }

  private static Match match(Face face, float[] descriptor) {
    return MatchBuilder.builder()
        .faceId(face.id())
        .camera(face.camera())
        .track(face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .score(face.score())
        .quality(face.quality().overall())
        .zones(face.zones())
        .candidates(List.of())
        .threshold(1)
        .model("facenet")
        .galleryVersion(1)
        .descriptor(descriptor)
        .build();
  }

  private static IdentityEvent event(List<Seen> seen, int revision, boolean last) {
    Face first = seen.get(0).face();
    Face latest = seen.get(seen.size() - 1).face();
    return IdentityEventBuilder.builder()
        .eventId(first.track() + "." + revision)
        .type(
            last
                ? IdentityEvent.Type.ended
                : revision == 1 ? IdentityEvent.Type.started : IdentityEvent.Type.updated)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera(first.camera())
        .track(first.track())
        .revision(revision)
        .firstSeen(first.captureTime())
        .lastSeen(latest.captureTime())
        .name(IdentityEvent.UNKNOWN)
        .faces(seen.size())
        .quality(.75)
        .score(.5)
        .box(first.box())
        .model("facenet")
        .galleryVersion(1)
        .bestFace(first.id())
        .captureTime(latest.captureTime())
        .build();
  }

  /** The first, the last, and of those between the one of the best quality. */
  private static List<String> kept(List<Seen> seen) {
    List<Seen> kept = new ArrayList<>(List.of(seen.get(0)));
    if (seen.size() > 2) {
      kept.add(
          seen.subList(1, seen.size() - 1).stream()
              .max(Comparator.comparing(each -> each.face().quality().overall()))
              .orElseThrow());
    }
    if (seen.size() > 1) {
      kept.add(seen.get(seen.size() - 1));
    }
    return kept.stream()
        .map(
            each ->
                line(
                    each.face().id(),
                    each.face().jpeg(),
                    each.descriptor().map(Crowd::bytes).orElse(null)))
        .sorted()
        .toList();
  }

  private static byte[] bytes(float[] descriptor) {
    ByteBuffer bytes =
        ByteBuffer.allocate(descriptor.length * Float.BYTES)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(descriptor);
    return bytes.array();
  }

  /** A crop in short: two are equal only if all of their bytes are. */
  static String line(String faceId, byte[] jpeg, byte[] descriptor) {
    return "%s %08x %s"
        .formatted(
            faceId,
            Arrays.hashCode(jpeg),
            descriptor == null ? "-" : "%08x".formatted(Arrays.hashCode(descriptor)));
  }

  /** What must be stored, by track; an empty list of a track without an event. */
  Map<String, List<String>> truth() {
    return truth;
  }

  /** The ids of all events. */
  List<String> events() {
    return events;
  }

  /** The descriptors of people to look for. */
  List<float[]> queries() {
    return looks.stream().map(Look::descriptor).toList();
  }
}

package org.facestream.deploy.lab.bench.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.api.picture.FaceDescriber;
import org.facestream.sink.api.picture.SeenFace;
import org.jspecify.annotations.Nullable;

/**
 * What detectors and recognizers publish of people on many cameras: real crops and descriptors of
 * the demonstration's people, each descriptor moved a little, so that no two are equal.
 */
final class MadeUpDay {
  /** Of these a sink keeps three. */
  static final int FACES = 5;

  /** Of a crop, in pixels: of faces of about 70 to 130 pixels. */
  private static final int[] SIDES = {140, 200, 260};

  private static final int JPEG_QUALITY = 90;
  private static final int PEOPLE = 200;

  /** Of ten sightings, so many are of people who are known. */
  private static final int KNOWN = 6;

  private final KafkaClients clients;
  private final int cameras;
  private final Random random = new Random(7);
  private final List<Look> looks = new ArrayList<>();

  private record Look(byte[] jpeg, SeenFace seen, float[] descriptor) {}

  /** Describes the people once. */
  MadeUpDay(Settings settings, KafkaClients clients, int cameras) throws Exception {
    this.clients = clients;
    this.cameras = cameras;
    try (FaceDescriber describer = new FaceDescriber(settings, null)) {
      for (DemoPerson person : DemoPeople.all()) {
        try (Picture portrait = Picture.decodeStill(DemoPeople.portrait(person))) {
          for (int side : SIDES) {
            looks.add(look(describer, portrait, side));
          }
        }
      }
    }
  }

  /** As a detector crops a face: with half a face on each side. */
  private static Look look(FaceDescriber describer, Picture portrait, int side)
      throws UnreadablePictureException {
    Box box = describer.seen(portrait).get(0).box();
    float half = Math.max(box.width(), box.height());
    int left = Math.round(Math.max(0, (box.left() + box.right()) / 2 - half));
    int top = Math.round(Math.max(0, (box.top() + box.bottom()) / 2 - half));
    int right = Math.round(Math.min(portrait.width(), (box.left() + box.right()) / 2 + half));
    int bottom = Math.round(Math.min(portrait.height(), (box.top() + box.bottom()) / 2 + half));
    try (Rect place = new Rect(left, top, right - left, bottom - top);
        Mat part = new Mat(portrait.rgb(), place);
        Mat scaled = new Mat();
        Size size = new Size(side, Math.max(1, side * (bottom - top) / (right - left)))) {
      opencv_imgproc.resize(part, scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
      byte[] jpeg = Picture.jpeg(scaled, JPEG_QUALITY);
      try (Picture crop = Picture.decodeStill(jpeg)) {
        SeenFace seen = describer.seen(crop).get(0);
        return new Look(jpeg, seen, describer.descriptors().describe(crop, seen.landmarks()));
      }
    }
  }

  /** A descriptor to search with. */
  float[] wanted() {
    return moved(looks.get(random.nextInt(looks.size())).descriptor());
  }

  /** The mean size of a crop. */
  double crop() {
    return looks.stream().mapToInt(look -> look.jpeg().length).average().orElse(0);
  }

  /**
   * One sighting: two events, each after its faces and their matches.
   *
   * @param number that makes its ids
   */
  List<ProducerRecord<String, byte[]>> sighting(long number, Instant begin) {
    String track = "bench-" + number;
    String camera = "camera-" + number % cameras;
    Look look = looks.get(random.nextInt(looks.size()));
    boolean known = random.nextInt(10) < KNOWN;
    int person = random.nextInt(PEOPLE);
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < FACES; i++) {
      Face face = face(look, camera, track, i, begin.plusMillis(i * 500L));
      faces.add(face);
      records.add(FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), face));
      records.add(
          MatchTopic.toRecord(
              clients.name(MatchTopic.TOPIC),
              MatchBuilder.builder()
                  .faceId(face.id())
                  .camera(camera)
                  .track(track)
                  .captureTime(face.captureTime())
                  .box(face.box())
                  .score(face.score())
                  .quality(face.quality().overall())
                  .zones(face.zones())
                  .candidates(List.of())
                  .threshold(1)
                  .model("facenet")
                  .galleryVersion(1)
                  .descriptor(moved(look.descriptor()))
                  .build()));
      if (i == 1 || i == FACES - 1) {
        IdentityEvent event = event(faces, known ? "person-" + person : null, i > 1);
        records.add(IdentityTopic.toRecord(clients.name(IdentityTopic.TOPIC), event));
      }
    }
    return records;
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
        .frameWidth(1920)
        .frameHeight(1080)
        .box(look.seen().box())
        .landmarks(look.seen().landmarks())
        .cropLandmarks(look.seen().landmarks())
        .score(look.seen().score())
        .quality(new Quality(random.nextFloat(), 1, 1, 1, 1, 0, 0, 0))
        .zones(List.of())
        .jpeg(jpeg)
        .build();
  }

  private static IdentityEvent event(List<Face> faces, @Nullable String person, boolean last) {
    Face first = faces.get(0);
    Face latest = faces.get(faces.size() - 1);
    int revision = last ? 2 : 1;
    return IdentityEventBuilder.builder()
        .eventId(first.track() + "." + revision)
        .type(last ? IdentityEvent.Type.ended : IdentityEvent.Type.started)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera(first.camera())
        .track(first.track())
        .revision(revision)
        .firstSeen(first.captureTime())
        .lastSeen(latest.captureTime())
        .personId(person)
        .name(person == null ? IdentityEvent.UNKNOWN : "Name of " + person)
        .faces(faces.size())
        .quality(.75)
        .score(.99)
        .box(first.box())
        .model("facenet")
        .galleryVersion(1)
        .bestFace(first.id())
        .captureTime(latest.captureTime())
        .build();
  }

  private float[] moved(float[] descriptor) {
    float[] values = descriptor.clone();
    double square = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (random.nextGaussian() * .01);
      square += values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) Math.sqrt(square);
    }
    return values;
  }
}

package org.facestream.deploy.recognition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentFolder;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.FolderWatch;
import org.facestream.recognizer.gallery.enrol.StoredFaces;
import org.facestream.recognizer.gallery.enrol.Submission;
import org.facestream.recognizer.gallery.people.People;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people hand in to be enrolled, good and bad: real bytes, networks and broker. */
class HandedInTest extends EnrolmentCase {
  private static List<EnrolmentResult> enrolAll(
      KafkaClients clients, EnrolmentRules rules, List<Submission> submissions) {
    List<EnrolmentResult> results = new ArrayList<>();
    try (Enrolment enrolment = enrolment(clients, rules)) {
      enrolment.enrolAll(submissions, results::add, () -> false);
    }
    return results;
  }

  private static String outcome(EnrolmentResult result) {
    if (result instanceof EnrolmentResult.Refused refused) {
      return refused.reason();
    }
    return ((EnrolmentResult.Enrolled) result).already() ? "already" : "enrolled";
  }

  private static byte[] png(BufferedImage picture) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", bytes);
    return bytes.toByteArray();
  }

  private static byte[] fiveFaces() throws IOException {
    BufferedImage together = new BufferedImage(1600, 320, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = together.createGraphics();
    int[] people = {1, 2, 4, 5, 6};
    for (int i = 0; i < people.length; i++) {
      BufferedImage one = ImageIO.read(new ByteArrayInputStream(Portraits.photograph(people[i])));
      graphics.drawImage(one, i * 320, 0, 320, 320, null);
    }
    graphics.dispose();
    return png(together);
  }

  /** A JPEG whose header says another size. */
  private static byte[] forged(byte[] jpeg, int width, int height) {
    byte[] forged = jpeg.clone();
    for (int i = 2; i < forged.length - 9; i++) {
      int marker = forged[i + 1] & 0xff;
      if ((forged[i] & 0xff) == 0xff && (marker == 0xc0 || marker == 0xc2)) {
        forged[i + 5] = (byte) (height >> 8);
        forged[i + 6] = (byte) height;
        forged[i + 7] = (byte) (width >> 8);
        forged[i + 8] = (byte) width;
        return forged;
      }
    }
    throw new AssertionError("a JPEG without a header");
  }

  @Test
  void whatTheNetworkHasNoAnswerForIsRefusedAndTheRestGoesOn(@TempDir Path folder)
      throws Exception {
    Face good = SeenFaces.seen(detectors.get(0), 4, 1, "door", "four", 0, Instant.now());
    byte[] white = LightnessNetwork.white(good);
    Face bad = SeenFaces.like(good, "w", "white", good.cropLandmarks(), good.score(), white);
    float[][] answers = {{1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 1, Float.NaN, 0, 0}, {1, 0, 0, 0}};
    for (int i = 0; i < answers.length; i++) {
      Path network = LightnessNetwork.write(folder, answers[i]);
      try (Descriptors descriptors =
              new Descriptors(DescriptorModel.of(network.toString()), Device.CPU, 1);
          Enrolment enrolment =
              new Enrolment(
                  clients("answer" + i),
                  EnrolmentRules.DEFAULT,
                  detectors,
                  descriptors,
                  AuditTrail.NONE)) {
        assertEquals("bad-descriptor", outcome(enrolment.enrol("White", bad)));
        assertEquals("enrolled", outcome(enrolment.enrol("Four", good)));
      }
    }
  }

  @Test
  void whateverIsHandedInTheRestGoesOn(@TempDir Path folder) throws Exception {
    Path root = Files.createDirectory(folder.resolve("people"));
    Path ada = Files.createDirectory(root.resolve("Ada"));
    // 49 megapixels of nothing in 49 kB: allowed, so decoded, and nobody is in it.
    byte[] bomb = png(new BufferedImage(7000, 7000, BufferedImage.TYPE_BYTE_GRAY));
    assertTrue(bomb.length < 60_000, bomb.length + " bytes");
    Files.write(ada.resolve("01 bomb.png"), bomb);
    byte[] huge = bomb.clone();
    // The same, but its header says 60,000 x 60,000.
    for (int at : new int[] {18, 22}) {
      huge[at] = (byte) (60_000 >> 8);
      huge[at + 1] = (byte) 60_000;
    }
    Files.write(ada.resolve("02 huge.png"), huge);
    Files.write(ada.resolve("03 forged.jpg"), forged(Portraits.photograph(1), 65_000, 40_000));
    Files.write(ada.resolve("04 cut.jpg"), Arrays.copyOf(Portraits.photograph(2), 700));
    Files.writeString(ada.resolve("05 text.jpg"), "This is no picture.");
    Files.write(ada.resolve("06 empty.jpg"), new byte[0]);
    Files.write(ada.resolve("07 five.png"), fiveFaces());
    Files.createSymbolicLink(ada.resolve("08 loop.jpg"), Path.of("08 loop.jpg"));
    Files.createSymbolicLink(ada.resolve("09 up"), Path.of(".."));
    Files.createSymbolicLink(ada.resolve("10 out.jpg"), Path.of("../../outside.jpg"));
    Files.write(folder.resolve("outside.jpg"), Portraits.photograph(5));
    Path unreadable = Files.write(ada.resolve("11 locked.jpg"), Portraits.photograph(6));
    boolean locked = unreadable.toFile().setReadable(false, false) && !Files.isReadable(unreadable);
    Files.write(ada.resolve("12 \u001b[31mred.jpg"), "no picture".getBytes(UTF_8));
    Files.write(ada.resolve("13 good.jpg"), Portraits.photograph(1));
    Files.createSymbolicLink(root.resolve("all again"), Path.of("."));
    for (String name : List.of("عمر", "李雷", "अमृता", "Zoë \ud83d\ude80")) {
      Files.createDirectory(root.resolve(name));
    }
    Files.write(root.resolve("عمر").resolve("1.jpg"), Portraits.photograph(4));
    Files.write(root.resolve("李雷").resolve("1.jpg"), Portraits.photograph(3));
    Files.write(root.resolve("अमृता").resolve("1.jpg"), Portraits.photograph(7));
    Files.write(root.resolve("Zoë \ud83d\ude80").resolve("1.jpg"), Portraits.photograph(8));
    KafkaClients clients = clients("bad");

    List<EnrolmentResult> results =
        enrolAll(clients, EnrolmentRules.DEFAULT, new EnrolmentFolder(root).submissions());

    Map<String, String> outcomes =
        results.stream()
            .filter(result -> result.name().equals("Ada"))
            .collect(
                Collectors.toMap(result -> result.source().substring(4, 6), HandedInTest::outcome));
    assertEquals("no-face", outcomes.get("01"));
    assertEquals("too-large", outcomes.get("02"));
    assertEquals("too-large", outcomes.get("03"));
    assertEquals("corrupt-picture", outcomes.get("04"));
    assertEquals("not-a-picture", outcomes.get("05"));
    assertEquals("empty", outcomes.get("06"));
    assertEquals("several-faces", outcomes.get("07"));
    assertEquals("link", outcomes.get("08"));
    assertEquals("not-a-file", outcomes.get("09"));
    assertEquals("link", outcomes.get("10"));
    assertEquals(locked ? "unreadable" : "enrolled", outcomes.get("11"));
    assertEquals("not-a-picture", outcomes.get("12"));
    // A locked file is read by root, and then it is another person's picture as Ada's.
    assertEquals(locked ? "enrolled" : "unlike", outcomes.get("13"));
    assertEquals(
        4,
        results.stream()
            .filter(result -> result.source().endsWith("/1.jpg"))
            .filter(result -> outcome(result).equals("enrolled"))
            .count());
    for (EnrolmentResult result : results) {
      assertTrue(result.source().chars().noneMatch(Character::isISOControl), result.source());
      if (result instanceof EnrolmentResult.Refused refused) {
        assertEquals(1, refused.message().lines().count(), refused.message());
        assertTrue(refused.message().length() < 200, refused.message());
      }
    }
    assertEquals(5, new People(clients).list().size());
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      for (String name : List.of("x".repeat(10_000), "a\u0007b", "../etc", "..", "  ")) {
        UserError refused =
            assertThrows(
                UserError.class, () -> enrolment.enrol(name, "test", Portraits.photograph(1)));
        assertTrue(refused.getMessage().length() < 200, refused.getMessage());
        assertTrue(refused.getMessage().chars().noneMatch(Character::isISOControl));
      }
    }
  }

  @Test
  void aSecondRunLooksForNoFaceAndNewTermsAreTaken(@TempDir Path folder) throws IOException {
    KafkaClients clients = clients("twice");
    for (int person = 1; person <= 8; person++) {
      Path own = Files.createDirectory(folder.resolve("Person " + person));
      Files.write(own.resolve("1.jpg"), Portraits.photograph(person));
    }
    List<Submission> submissions = new EnrolmentFolder(folder).submissions();
    List<EnrolmentResult> first = enrolAll(clients, EnrolmentRules.DEFAULT, submissions);
    assertEquals(8, first.stream().filter(one -> outcome(one).equals("enrolled")).count());
    // In the order of the folder, whichever thread was faster.
    assertEquals(
        submissions.stream().map(one -> ((Submission.PictureFile) one).source()).toList(),
        first.stream().map(EnrolmentResult::source).toList());

    long looked = detectors.stream().mapToLong(Mtcnn::onnxNanos).sum();
    List<EnrolmentResult> second = enrolAll(clients, EnrolmentRules.DEFAULT, submissions);
    assertEquals(8, second.stream().filter(one -> outcome(one).equals("already")).count());
    Instant end = Instant.parse("2040-01-01T00:00:00Z");
    enrolAll(
        clients,
        EnrolmentRules.DEFAULT.withTerms(
            new EnrolmentTerms(Optional.of("form 7"), Optional.of(end))),
        submissions);
    assertEquals(looked, detectors.stream().mapToLong(Mtcnn::onnxNanos).sum());
    for (People.Entry entry : new People(clients).list()) {
      Reference reference = entry.references().get(0);
      assertEquals("form 7", reference.consent());
      assertEquals(end, reference.expiry());
    }
  }

  @Test
  void twoBecomeOne() {
    KafkaClients clients = clients("merge");
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      for (int person = 1; person <= 3; person++) {
        enrolment.enrol("Person " + person, "test", Portraits.photograph(person));
      }
    }
    People people = new People(clients);
    people.watch("Person 1", Optional.of("wanted"));
    UserError differ = assertThrows(UserError.class, () -> people.merge("Person 1", "Person 2"));
    assertTrue(differ.getMessage().contains("the watchlist wanted"), differ.getMessage());
    people.watch("Person 2", Optional.of("wanted"));
    People.Merged merged = people.merge("person 1", "person-2");
    assertEquals("wanted", people.show("person-2").person().watchlist());
    assertEquals("person-1", merged.gone().person().id());
    assertEquals(2, merged.kept().references().size());
    People.Entry kept = people.show("Person 2");
    assertEquals(2, kept.references().size());
    assertEquals(
        List.of("Person 2", "Person 2"), kept.references().stream().map(Reference::name).toList());
    assertThrows(UserError.class, () -> people.show("Person 1"));
    assertThrows(UserError.class, () -> people.merge("Person 2", "person-2"));
    assertThrows(UserError.class, () -> people.merge("Person 1", "person-2"));
    assertEquals(2, people.list().size());
  }

  @Test
  void aFaceThatACameraSawIsEnrolled() throws Exception {
    KafkaClients clients = clients("stored");
    Topics.ensure(clients, List.of(FaceTopic.TOPIC));
    Instant captured = Instant.now();
    String track = "front-gate-" + Long.toString(captured.toEpochMilli(), 36) + "-1-0";
    String topic = clients.name(FaceTopic.TOPIC);
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        Face seen =
            SeenFaces.seen(
                detectors.get(0), 4, 1 - i * .1, "front-gate", track, i, captured.plusMillis(i));
        String id = track.replace("-1-0", "-%d-0".formatted(i + 1));
        Face face =
            SeenFaces.like(seen, id, track, seen.cropLandmarks(), seen.score(), seen.jpeg());
        producer.send(FaceTopic.toRecord(topic, face));
      }
      producer.flush();
    }
    StoredFaces stored = new StoredFaces(clients);
    Face second = stored.face(track.replace("-1-0", "-2-0"));
    assertEquals(1, second.frameSequence());
    assertEquals(track, stored.bestOfTrack(track).track());
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      assertEquals("enrolled", outcome(enrolment.enrol("Ada", second)));
      Reference enrolled = new People(clients).show("Ada").references().get(0);
      assertEquals("camera front-gate, face " + second.id(), enrolled.source());
      assertTrue(enrolled.thumbnail().length > 500);
      // Whom the camera saw is who is on the photograph.
      assertEquals(
          "conflict", outcome(enrolment.enrol("Eve", "photograph", Portraits.photograph(4))));
      assertEquals("already", outcome(enrolment.enrol("Ada", second)));
    }
    UserError gone =
        assertThrows(UserError.class, () -> stored.face(track.replace("-1-0", "-9-0")));
    assertTrue(gone.getMessage().contains("has expired"), gone.getMessage());
    assertThrows(UserError.class, () -> stored.bestOfTrack("no id"));
  }

  @Test
  void whatIsPutIntoAWatchedFolderIsEnrolledWhenItIsWhole(@TempDir Path folder) throws Exception {
    KafkaClients clients = clients("watch");
    Path ada = Files.createDirectory(folder.resolve("Ada"));
    Files.write(ada.resolve("1.jpg"), Portraits.photograph(1));
    List<EnrolmentResult> results = new CopyOnWriteArrayList<>();
    AtomicBoolean stop = new AtomicBoolean();
    CompletableFuture<Void> watching =
        CompletableFuture.runAsync(
            () -> {
              try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT);
                  FolderWatch watch = new FolderWatch(new EnrolmentFolder(folder), enrolment)) {
                watch.run(results::add, stop::get);
              }
            });
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> results.size() == 1);
      // Renamed meanwhile by somebody else: the next picture is still theirs.
      new People(clients).rename("Ada", "Ada Lovelace");
      Path eve = Files.createDirectory(folder.resolve("Eve"));
      byte[] whole = Portraits.photograph(4);
      Path slow = Files.write(eve.resolve("1.jpg"), Arrays.copyOf(whole, 2000));
      for (int from = 2000; from < whole.length; from += (whole.length - 2000) / 3 + 1) {
        TimeUnit.MILLISECONDS.sleep(700);
        int to = Math.min(whole.length, from + (whole.length - 2000) / 3 + 1);
        Files.write(slow, Arrays.copyOfRange(whole, from, to), StandardOpenOption.APPEND);
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> results.size() == 2);
      Files.delete(slow);
      Files.writeString(ada.resolve("2.jpg"), "no picture");
      await().atMost(Duration.ofSeconds(30)).until(() -> results.size() == 3);
    } finally {
      stop.set(true);
    }
    watching.get(30, TimeUnit.SECONDS);
    assertEquals(
        List.of("enrolled", "enrolled", "not-a-picture"),
        results.stream().map(HandedInTest::outcome).toList());
    assertEquals(
        "Ada Lovelace, Eve",
        new People(clients)
            .list().stream().map(entry -> entry.person().name()).collect(Collectors.joining(", ")));
  }
}

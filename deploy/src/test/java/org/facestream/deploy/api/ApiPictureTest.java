package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.detector.Portraits;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.ApiServer;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.api.picture.LiveGallery;
import org.facestream.sink.api.picture.PictureRoutes;
import org.facestream.sink.people.Enroller;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uploaded pictures by HTTP, with the networks, a broker and photographs. */
@Timeout(240)
class ApiPictureTest {
  private static final int ADA = 1;
  private static final int STRANGER = 3;
  private static final int GRACE = 5;

  @TempDir static Path folder;
  private static final Closing closing = new Closing();
  private static final Headed access = new Headed();
  private static KafkaClients clients;
  private static ApiClient viewer;
  private static String address;

  @BeforeAll
  static void open() throws Exception {
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
    Settings settings =
        new Configuration(
                Optional.empty(),
                Map.of(),
                Map.of(
                    "kafka.bootstrap-servers",
                    kafka.bootstrapServers(),
                    "kafka.replication",
                    "1",
                    "recognizer.device",
                    "cpu",
                    "detector.device",
                    "cpu",
                    "api.port",
                    "0"))
            .settings();
    clients = new KafkaClients(settings.get(KafkaConfig.class));
    try (Enroller enroller =
        new Enroller(settings, clients, false, EnrolmentTerms.NONE, AuditTrail.NONE)) {
      enrol(enroller, "Ada", ADA);
      enrol(enroller, "Grace", GRACE);
    }
    ApiServer server =
        closing.add(
            new ApiServer(
                settings.get(ApiConfig.class),
                access,
                new PictureRoutes(
                        closing.add(new FaceReader(settings)),
                        closing.add(new LiveGallery(settings, clients)))
                    .routes(),
                "test",
                closing.add(new Telemetry())));
    address = "http://127.0.0.1:" + server.port();
    viewer = new ApiClient(address, Headed.as(Role.viewer));
  }

  private static void enrol(Enroller enroller, String name, int person) {
    EnrolmentResult result =
        enroller.enrolment().enrol(name, "photograph", Portraits.photograph(person));
    assertTrue(result instanceof EnrolmentResult.Enrolled, result.toString());
  }

  @AfterAll
  static void close() {
    closing.close();
  }

  private static ApiClient.Part picture(byte[] content) {
    return new ApiClient.Part("picture", "photo.jpg", content);
  }

  private static JsonNode ask(String path, byte[] content) throws Exception {
    return ApiClient.json(200, viewer.form(path, picture(content)));
  }

  private static byte[] three() {
    try (Picture frame =
        Portraits.frame(
            1280,
            720,
            new Portraits.Placed(GRACE, 40, 100, 360),
            new Portraits.Placed(ADA, 440, 60, 400),
            new Portraits.Placed(STRANGER, 880, 100, 380))) {
      return frame.jpeg(95);
    }
  }

  @Test
  void facesOfAPicture() throws Exception {
    JsonNode found = ask("/api/v1/detect", three());
    assertEquals(3, found.path("faces").size());
    assertEquals(1280, found.path("width").asInt());
    JsonNode face = found.at("/faces/0");
    assertTrue(face.path("score").asDouble() > .9);
    assertEquals(5, face.path("landmarks").size());
    assertTrue(face.at("/landmarks/0/x").asDouble() < face.at("/landmarks/1/x").asDouble());

    JsonNode described = ask("/api/v1/describe", Portraits.photograph(ADA));
    assertEquals("facenet", described.path("model").asText());
    assertEquals(512, described.at("/faces/0/descriptor").size());

    // A picture without a face is no mistake.
    try (Picture empty = Portraits.frame(640, 480)) {
      byte[] jpeg = empty.jpeg(90);
      for (String path : List.of("detect", "describe", "identify")) {
        assertEquals(0, ask("/api/v1/" + path, jpeg).path("faces").size(), path);
      }
    }
  }

  @Test
  void eachFaceIsIdentifiedByTheRecognizersRules() throws Exception {
    JsonNode found = ask("/api/v1/identify?limit=2", three());
    List<String> named = new ArrayList<>();
    for (JsonNode face : found.path("faces")) {
      assertEquals(2, face.path("candidates").size());
      JsonNode first = face.at("/candidates/0");
      assertTrue(first.path("distance").asDouble() <= face.at("/candidates/1/distance").asDouble());
      assertEquals(
          first.path("distance").asDouble() < first.path("threshold").asDouble(),
          face.path("known").asBoolean());
      named.add(face.path("known").asBoolean() ? first.path("name").asText() : "?");
    }
    named.sort(null);
    assertEquals(List.of("?", "Ada", "Grace"), named);
    assertTrue(access.looks().contains("picture.identify"));

    // Those who may see some cameras only are not to ask about everyone.
    ApiClient limited = new ApiClient(address, Headed.as(Role.viewer, "door"));
    ApiClient.json(403, limited.form("/api/v1/identify", picture(three())));
  }

  @Test
  void whatIsEnrolledSetAsideOrDeniedCountsAtOnce() throws Exception {
    byte[] photograph = Portraits.photograph(STRANGER);
    assertFalse(ask("/api/v1/identify", photograph).at("/faces/0/known").asBoolean());
    People people = new People(clients, AuditTrail.NONE);
    Reference ada = people.show("Ada").references().get(0);
    JsonNode face = ask("/api/v1/describe", photograph).at("/faces/0");
    float[] descriptor = new float[512];
    for (int i = 0; i < descriptor.length; i++) {
      descriptor[i] = (float) face.path("descriptor").get(i).asDouble();
    }
    Reference mary =
        ada.as(new Person("mary", "Mary")).withFaceId("mary-1").withDescriptor(descriptor);
    try (var writer = new org.facestream.recognizer.gallery.contract.GalleryWriter(clients)) {
      writer.put(List.of(mary));
      await(() -> known(photograph).equals("Mary"));
      writer.put(List.of(mary.withFaceId("mary-2").withDenies(true)));
      // As near as the reference is not nearer.
      assertEquals("Mary", known(photograph));
      float[] apart = descriptor.clone();
      apart[0] += .2f;
      writer.put(List.of(mary.withDescriptor(apart)));
      await(() -> known(photograph).equals(""));
      writer.erase(List.of("mary-1", "mary-2"));
      await(() -> known(photograph).equals(""));
    }
  }

  private static String known(byte[] photograph) throws Exception {
    JsonNode face = ask("/api/v1/identify", photograph).at("/faces/0");
    return face.path("known").asBoolean() ? face.at("/candidates/0/name").asText() : "";
  }

  private static void await(java.util.concurrent.Callable<Boolean> reached) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(reached);
  }

  @Test
  void twoPicturesAsFormAndAsJson() throws Exception {
    ApiClient.Part first = new ApiClient.Part("first", "a.jpg", Portraits.photograph(ADA));
    ApiClient.Part other = new ApiClient.Part("second", "b.jpg", Portraits.photograph(GRACE));
    JsonNode apart = ApiClient.json(200, viewer.form("/api/v1/compare", first, other));
    assertFalse(apart.path("same").asBoolean());
    String ada = Base64.getEncoder().encodeToString(Portraits.photograph(ADA));
    JsonNode same =
        ApiClient.json(
            200,
            viewer.send(
                "POST",
                "/api/v1/compare",
                "{\"first\":\"%s\",\"second\":\"%s\"}".formatted(ada, ada)));
    assertTrue(same.path("same").asBoolean());
    assertEquals(0, same.path("distance").asDouble(), 1e-3);
    ApiClient.Part three = new ApiClient.Part("second", "b.jpg", three());
    String problem = ApiClient.text(viewer.form("/api/v1/compare", first, three));
    assertTrue(problem.contains("second picture shows 3 faces"), problem);
  }

  @Test
  void whatIsNoUsablePictureIsRefusedWithAReason() throws Exception {
    ApiClient.json(422, viewer.form("/api/v1/detect", picture("no picture".getBytes())));
    ApiClient.json(422, viewer.form("/api/v1/detect", picture(new byte[0])));
    ApiClient.json(400, viewer.form("/api/v1/detect", ApiClient.Part.text("other", "x")));
    ApiClient.json(400, viewer.send("POST", "/api/v1/detect", "{\"picture\":\"%%%\"}"));
    ApiClient.json(400, viewer.send("POST", "/api/v1/detect", "{\"picture\":null}"));
    ApiClient.json(415, viewer.send("POST", "/api/v1/detect"));
    byte[] jpeg = Portraits.photograph(ADA);
    ApiClient.json(
        422, viewer.form("/api/v1/detect", picture(java.util.Arrays.copyOf(jpeg, 2000))));
    // A header that says 60000 x 60000 pixels.
    byte[] bomb = jpeg.clone();
    for (int i = 2; i < bomb.length - 9; i++) {
      if (bomb[i] == (byte) 0xff && (bomb[i + 1] == (byte) 0xc0 || bomb[i + 1] == (byte) 0xc2)) {
        bomb[i + 5] = (byte) 0xea;
        bomb[i + 7] = (byte) 0xea;
        break;
      }
    }
    ApiClient.json(413, viewer.form("/api/v1/identify", picture(bomb)));
  }

  @Test
  void oneCallerHasOnlySomeAtOnce() throws Exception {
    byte[] many = three();
    ExecutorService together = Executors.newFixedThreadPool(8);
    try {
      List<Future<HttpResponse<byte[]>>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(together.submit(() -> viewer.form("/api/v1/identify", picture(many))));
      }
      int refused = 0;
      for (Future<HttpResponse<byte[]>> answer : answers) {
        if (answer.get().statusCode() == 429) {
          assertEquals("1", answer.get().headers().firstValue("Retry-After").orElse(""));
          refused++;
        } else {
          ApiClient.json(200, answer.get());
        }
      }
      assertTrue(refused > 0 && refused < 16, refused + " refused");
    } finally {
      together.shutdownNow();
    }
  }
}

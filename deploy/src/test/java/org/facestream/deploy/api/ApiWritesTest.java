package org.facestream.deploy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.recognition.SeenFaces;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.sink.alert.SignedLinks;
import org.facestream.sink.api.alert.AlertRoutes;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.ApiServer;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.people.Desk;
import org.facestream.sink.api.people.PeopleRoutes;
import org.facestream.sink.api.people.SightingRoutes;
import org.facestream.sink.api.people.VisitorRoutes;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.api.search.SearchRoutes;
import org.facestream.sink.api.search.StoredFaces;
import org.facestream.sink.api.seen.CameraRoutes;
import org.facestream.sink.api.seen.SeenRoutes;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * People, searches and alert rules by HTTP, on a broker, a database, a recognizer and a sink, with
 * photographs.
 */
@Timeout(240)
class ApiWritesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ADA = 1;
  private static final int STRANGER = 3;
  private static final int SOUGHT = 4;
  private static final int ANOTHER = 5;

  @TempDir static Path folder;
  private static final Closing closing = new Closing();
  private static final Headed access = new Headed();
  private static EmbeddedDatabase database;
  private static Mtcnn mtcnn;
  private static Path audit;
  private static KafkaClients clients;
  private static String address;
  private static Settings settings;
  private static int sequence;

  @BeforeAll
  static void open() {
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
    database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
    mtcnn = closing.add(new Mtcnn(Device.CPU, 1));
    audit = folder.resolve("audit.log");
    Map<String, String> given = new LinkedHashMap<>(database.settings());
    given.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    given.put("kafka.replication", "1");
    given.put("kafka.partitions", "2");
    given.put("gallery.audit-file", audit.toString());
    given.put("worker.id", "only");
    given.put("recognizer.model", "resnet34-128");
    given.put("recognizer.device", "cpu");
    given.put("recognizer.threads", "1");
    given.put("recognizer.track-timeout", "3s");
    given.put("api.port", "0");
    given.put("sink.search-folder", folder.resolve("search").toString());
    settings = new Configuration(Optional.empty(), Map.of(), given).settings();
    clients = new KafkaClients(settings.get(KafkaConfig.class));
    Topics.ensure(clients, List.of(FaceTopic.TOPIC));
    Telemetry telemetry = closing.add(new Telemetry());
    for (StageKind kind : List.of(StageKind.sink, StageKind.recognizer)) {
      Stage stage = closing.add(kind.make(settings, clients, telemetry));
      stage.start();
    }
    Database store = closing.add(new Database(settings.get(StoreConfig.class)));
    Desk desk = closing.add(new Desk(settings, clients, store));
    ApiServer server =
        closing.add(
            new ApiServer(
                settings.get(ApiConfig.class),
                access,
                Stream.of(
                        new SeenRoutes(store).routes(),
                        new CameraRoutes(clients).routes(),
                        new PeopleRoutes(desk).routes(),
                        new SightingRoutes(desk).routes(),
                        new VisitorRoutes(desk).routes(),
                        new AlertRoutes(clients, store, Map.of()).routes(),
                        new SearchRoutes(
                                closing.add(new FaceReader(settings)),
                                closing.add(
                                    new StoredFaces(
                                        Optional.of(folder.resolve("search")), store, telemetry)),
                                store)
                            .routes())
                    .flatMap(List::stream)
                    .toList(),
                "test",
                telemetry));
    address = "http://127.0.0.1:" + server.port();
  }

  @AfterAll
  static void close() {
    closing.close();
  }

  private static String query(String query) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private static String name(String track) throws Exception {
    return query("SELECT name FROM sighting WHERE track = '" + track + "'");
  }

  private static String events(String track) {
    try {
      return query(
          "SELECT string_agg(revision || ' ' || type || ' ' || name, ', ' ORDER BY revision)"
              + " FROM identity_event WHERE track = '"
              + track
              + "'");
    } catch (Exception failed) {
      return failed.toString();
    }
  }

  private static void seen(String track, int person) throws Exception {
    Instant begin = Instant.now();
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        Face face =
            SeenFaces.seen(
                mtcnn, person, .7 + i * .1, "door", track, ++sequence, begin.plusMillis(i * 200L));
        producer
            .send(FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), SeenFaces.cropped(face)))
            .get();
      }
    }
    await().atMost(PATIENCE).until(() -> name(track) != null);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                !"0"
                    .equals(
                        query("SELECT count(*) FROM sighting_face WHERE track = '" + track + "'")));
  }

  private static ApiClient as(Role role) throws Exception {
    return new ApiClient(address, Headed.as(role));
  }

  @Test
  void everythingThatCommandsDoWithPeople() throws Exception {
    ApiClient operator = as(Role.operator);
    ApiClient administrator = as(Role.administrator);
    ApiClient viewer = as(Role.viewer);

    // A picture that is none does not keep the others from being enrolled.
    JsonNode enrolled =
        ApiClient.json(
            200,
            operator.form(
                "/api/v1/people",
                ApiClient.Part.text("name", "Ada <Lovelace> \u0622\u062f\u0627"),
                ApiClient.Part.text("consent", "case-17"),
                new ApiClient.Part("pictures", "ada.jpg", Portraits.photograph(ADA)),
                new ApiClient.Part("pictures", "broken.jpg", "no picture".getBytes(UTF_8))));
    assertTrue(enrolled.at("/results/0/enrolled").asBoolean(), enrolled.toString());
    assertFalse(enrolled.at("/results/1/enrolled").asBoolean());
    String ada = enrolled.at("/results/0/personId").asText();
    JsonNode person = ApiClient.json(200, viewer.send("GET", "/api/v1/people/" + ada));
    assertEquals("Ada <Lovelace> \u0622\u062f\u0627", person.path("name").asText());
    assertEquals("case-17", person.at("/references/0/consent").asText());
    String reference = "/api/v1/people/" + ada + "/references/";
    reference += person.at("/references/0/id").asText();
    HttpResponse<byte[]> picture = viewer.send("GET", reference + "/picture");
    assertEquals(200, picture.statusCode());
    assertEquals((byte) 0xff, picture.body()[0]);
    ApiClient.json(404, viewer.send("GET", "/api/v1/people/nobody"));
    ApiClient.json(403, viewer.send("DELETE", "/api/v1/people/" + ada));
    // The only picture stays in use.
    ApiClient.json(400, operator.send("POST", reference + "/set-aside"));

    JsonNode renamed =
        ApiClient.json(
            200,
            operator.send(
                "PATCH", "/api/v1/people/" + ada, "{\"name\":\"Ada\",\"watchlist\":\"guests\"}"));
    assertEquals("Ada", renamed.path("name").asText());
    assertEquals("guests", renamed.path("watchlist").asText());

    // Whom nobody knows: enrolled from the sighting, which gets the name.
    seen("door-1-1-0", STRANGER);
    assertEquals("unknown", name("door-1-1-0"));
    JsonNode bob =
        ApiClient.json(
            200, operator.send("POST", "/api/v1/sightings/door-1-1-0/enrol", "{\"name\":\"Bob\"}"));
    assertTrue(bob.at("/picture/enrolled").asBoolean(), bob.toString());
    assertEquals("Bob", bob.at("/sighting/name").asText(), bob.toString());
    assertEquals("Bob", name("door-1-1-0"));
    seen("door-1-2-0", STRANGER);
    await().atMost(PATIENCE).until(() -> "Bob".equals(name("door-1-2-0")));

    // A correction teaches a counter-example; taking it back erases that.
    String corrections = "/api/v1/sightings/door-1-2-0/corrections";
    JsonNode corrected =
        ApiClient.json(
            200, operator.send("POST", corrections, "{\"kind\":\"is_not\",\"person\":\"Bob\"}"));
    assertTrue(corrected.path("applied").asBoolean(), corrected.toString());
    assertTrue(corrected.path("personId").isNull());
    assertTrue(corrected.path("learned").asText().startsWith("Learned"), corrected.toString());
    assertEquals("unknown", name("door-1-2-0"));
    assertEquals(1, counterExamples(viewer));
    JsonNode undone = ApiClient.json(200, operator.send("DELETE", corrections));
    assertEquals("Bob", name("door-1-2-0"), () -> undone + events("door-1-2-0"));
    assertEquals(0, counterExamples(viewer));
    ApiClient.json(400, operator.send("DELETE", corrections));
    ApiClient.json(400, operator.send("POST", corrections, "{\"kind\":\"is\"}"));
    ApiClient.json(400, operator.send("POST", corrections, "{\"kind\":\"who\"}"));
    ApiClient.json(
        404, operator.send("POST", "/api/v1/sightings/none/corrections", "{\"kind\":\"no_face\"}"));

    // Another's cameras are as if they were not there; people are for those who see all.
    ApiClient elsewhere = new ApiClient(address, Headed.as(Role.administrator, "gate"));
    ApiClient.json(404, elsewhere.send("DELETE", "/api/v1/sightings/door-1-1-0"));
    ApiClient.json(404, elsewhere.send("POST", corrections, "{\"kind\":\"no_face\"}"));
    ApiClient.json(403, elsewhere.send("GET", "/api/v1/people"));

    lookAt(viewer, elsewhere);

    await()
        .atMost(PATIENCE)
        .until(() -> "t".equals(query("SELECT ended FROM sighting WHERE track = 'door-1-1-0'")));
    JsonNode erased =
        ApiClient.json(200, administrator.send("DELETE", "/api/v1/sightings/door-1-1-0"));
    assertTrue(erased.path("crops").asInt() > 0, erased.toString());
    assertEquals("unknown", name("door-1-1-0"));

    JsonNode merged =
        ApiClient.json(
            400, operator.send("POST", "/api/v1/people/bob/merge", "{\"into\":\"" + ada + "\"}"));
    assertTrue(merged.path("detail").asText().contains("watchlist"), merged.toString());
    ApiClient.json(200, operator.send("PATCH", "/api/v1/people/" + ada, "{\"watchlist\":\"\"}"));
    ApiClient.json(
        200, operator.send("POST", "/api/v1/people/bob/merge", "{\"into\":\"" + ada + "\"}"));
    assertEquals(1, ApiClient.json(200, viewer.send("GET", "/api/v1/people")).path("items").size());
    JsonNode forgotten = ApiClient.json(200, administrator.send("DELETE", "/api/v1/people/" + ada));
    assertTrue(forgotten.path("finished").asBoolean(), forgotten.toString());
    assertEquals("unknown", name("door-1-2-0"));
    assertEquals(0, ApiClient.json(200, viewer.send("GET", "/api/v1/people")).path("items").size());
    assertEquals(
        0, ApiClient.json(200, operator.send("GET", "/api/v1/deeds")).path("items").size());
    ApiClient.json(
        404, operator.send("POST", "/api/v1/visitors/visitor-5f0c2ab91e37/ignore", "{}"));
    ApiClient.json(404, operator.send("POST", "/api/v1/visitors/me/discard", "{}"));
    ApiClient.json(
        404,
        operator.send("POST", "/api/v1/visitors/visitor-5f0c2ab91e37/name", "{\"name\":\"Eve\"}"));

    // The trail names who asked, and no secret.
    String trail = Files.readString(audit);
    assertTrue(trail.contains("forget user=\"api:guard\""), trail);
    assertFalse(trail.contains("Ada"), trail);
    assertTrue(access.looks().contains("people.forget"), access.looks().toString());
  }

  @Test
  void aFaceIsFoundAmongThoseThatWereSeen() throws Exception {
    ApiClient viewer = as(Role.viewer);
    seen("door-7-1-0", SOUGHT);
    seen("door-7-2-0", ANOTHER);
    byte[] photo = Portraits.photograph(SOUGHT);
    JsonNode found =
        ApiClient.json(
            200,
            viewer.form(
                "/api/v1/search?camera=door&limit=20",
                new ApiClient.Part("picture", "photo.jpg", photo)));
    assertEquals(1, found.path("faces").asInt(), found.toString());
    assertEquals("resnet34-128", found.path("model").asText());
    for (int i = 0; i < 3; i++) {
      assertEquals("door-7-1-0", found.at("/items/" + i + "/track").asText(), found.toString());
      assertEquals("likely", found.at("/items/" + i + "/likeness").asText());
    }
    assertTrue(
        found.path("items").findValuesAsText("track").contains("door-7-2-0"), found.toString());
    HttpResponse<byte[]> crop =
        viewer.send(
            "GET", "/api/v1/sightings/door-7-1-0/crops/" + found.at("/items/0/faceId").asText());
    assertEquals(200, crop.statusCode());
    assertTrue(access.looks().contains("face.search"));

    // What is asked for, of what the caller may see.
    String search = "/api/v1/search?from=" + Instant.now().plusSeconds(60);
    ApiClient.Part picture = new ApiClient.Part("picture", "photo.jpg", photo);
    JsonNode later = ApiClient.json(200, viewer.form(search, picture));
    assertEquals(0, later.path("items").size());
    for (String query : List.of("", "?camera=door", "?camera=door&camera=gate")) {
      JsonNode elsewhere =
          ApiClient.json(
              200,
              new ApiClient(address, Headed.as(Role.viewer, "gate"))
                  .form("/api/v1/search" + query, picture));
      assertEquals(0, elsewhere.path("items").size(), query);
    }
    String nobody =
        ApiClient.json(
                422,
                viewer.form("/api/v1/search?face=2", new ApiClient.Part("picture", "a", photo)))
            .path("detail")
            .asText();
    assertEquals("The picture shows one face: there is no face 2.", nobody);
    ApiClient.json(400, viewer.form("/api/v1/search?limit=0", picture));

    seen("door-7-3-0", SOUGHT);
    JsonNode similar =
        ApiClient.json(200, viewer.send("GET", "/api/v1/sightings/door-7-3-0/similar?limit=3"));
    for (int i = 0; i < 3; i++) {
      assertEquals("door-7-1-0", similar.at("/items/" + i + "/track").asText(), similar.toString());
    }
    ApiClient.json(404, viewer.send("GET", "/api/v1/sightings/door-9-9-9/similar"));
    ApiClient.json(
        404,
        new ApiClient(address, Headed.as(Role.viewer, "gate"))
            .send("GET", "/api/v1/sightings/door-7-3-0/similar"));
  }

  @Test
  void rulesForAlerts() throws Exception {
    ApiClient administrator = as(Role.administrator);
    ApiClient operator = as(Role.operator);
    String rule = "/api/v1/alert-rules/night";
    String night =
        """
        {"match":{"unknown":true,"cameras":["door"]},"outlets":["phone"],
         "schedule":{"timeZone":"Europe/Zurich","hours":[{"days":["sat"],"from":"22:00","to":"06:00"}]}}""";
    ApiClient.json(403, operator.send("PUT", rule, night));
    JsonNode set = ApiClient.json(200, administrator.send("PUT", rule, night));
    assertEquals("night", set.path("name").asText());
    assertEquals(300, set.path("coolDownSeconds").asInt());
    assertEquals(set, ApiClient.json(200, operator.send("GET", rule)));
    assertEquals(
        1, ApiClient.json(200, operator.send("GET", "/api/v1/alert-rules")).path("items").size());
    JsonNode wrong =
        ApiClient.json(
            400, administrator.send("PUT", rule, night.replace("Europe/Zurich", "Europe/Mars")));
    assertTrue(wrong.path("detail").asText().contains("zone"), wrong.toString());
    ApiClient.json(400, administrator.send("PUT", rule, night.replace("22:00", "6 pm")));
    ApiClient.json(400, administrator.send("PUT", "/api/v1/alert-rules/No%20Id", night));
    JsonNode tried = ApiClient.json(200, administrator.send("POST", rule + "/test"));
    assertFalse(tried.at("/outlets/phone/delivered").asBoolean());
    assertTrue(tried.at("/outlets/phone/detail").asText().length() > 5, tried.toString());
    ApiClient.json(400, operator.send("GET", "/api/v1/alerts?cursor=none"));
    assertEquals(
        0,
        ApiClient.json(200, operator.send("GET", "/api/v1/alerts?rule=night"))
            .path("items")
            .size());
    assertEquals(204, administrator.send("DELETE", rule).statusCode());
    ApiClient.json(404, administrator.send("DELETE", rule));
    ApiClient.json(404, operator.send("GET", rule));
  }

  /** Two sightings of one camera, in pages of one, with their crops. */
  private static void lookAt(ApiClient viewer, ApiClient elsewhere) throws Exception {
    JsonNode first =
        ApiClient.json(200, viewer.send("GET", "/api/v1/sightings?limit=1&camera=door"));
    assertEquals("door-1-2-0", first.at("/items/0/track").asText());
    assertEquals("Bob", first.at("/items/0/who/name").asText(), () -> first + events("door-1-2-0"));
    String cursor = first.path("next").asText();
    JsonNode second =
        ApiClient.json(200, viewer.send("GET", "/api/v1/sightings?limit=1&cursor=" + cursor));
    assertEquals("door-1-1-0", second.at("/items/0/track").asText());
    JsonNode none =
        ApiClient.json(
            200,
            viewer.send("GET", "/api/v1/sightings?limit=1&cursor=" + second.path("next").asText()));
    assertEquals(0, none.path("items").size());
    assertTrue(none.path("next").isNull());
    for (String query :
        List.of("person=bob", "person=Bob&camera=door&from=2020-01-01T00:00:00Z", "camera=door")) {
      JsonNode found = ApiClient.json(200, viewer.send("GET", "/api/v1/sightings?" + query));
      assertEquals(2, found.path("items").size(), query);
    }
    for (String query : List.of("person=eve", "unknown=true", "zone=x", "camera=gate")) {
      JsonNode found = ApiClient.json(200, viewer.send("GET", "/api/v1/sightings?" + query));
      assertEquals(0, found.path("items").size(), query);
    }
    ApiClient.json(400, viewer.send("GET", "/api/v1/sightings?cursor=x"));
    ApiClient.json(400, viewer.send("GET", "/api/v1/sightings?unknown=true&person=x"));

    JsonNode detail = ApiClient.json(200, viewer.send("GET", "/api/v1/sightings/door-1-2-0"));
    String face = detail.at("/crops/0/faceId").asText();
    HttpResponse<byte[]> crop = viewer.send("GET", "/api/v1/sightings/door-1-2-0/crops/" + face);
    assertEquals(200, crop.statusCode());
    assertEquals((byte) 0xff, crop.body()[0]);
    assertTrue(crop.headers().firstValue("Cache-Control").orElse("").startsWith("private"));
    ApiClient again =
        new ApiClient(
            address,
            Map.of("x-role", "viewer", "If-None-Match", crop.headers().firstValue("ETag").get()));
    assertEquals(304, again.send("GET", "/api/v1/sightings/door-1-2-0/crops/" + face).statusCode());
    ApiClient.json(404, viewer.send("GET", "/api/v1/sightings/door-1-2-0/crops/none"));
    assertEquals(200, viewer.send("GET", "/api/v1/sightings/door-1-2-0/crop").statusCode());

    // Who has a link needs no key; one that was changed is refused.
    ApiClient nobody = new ApiClient(address, Map.of());
    String link;
    try (Database store = new Database(settings.get(StoreConfig.class))) {
      link =
          new SignedLinks(store.dataSource())
              .sign(SignedLinks.crop("door-1-2-0"), Instant.now().plusSeconds(60));
    }
    assertEquals(200, nobody.send("GET", link).statusCode());
    ApiClient.json(403, nobody.send("GET", link.replace("door-1-2", "door-1-1")));
    ApiClient.json(403, nobody.send("GET", link + "0"));
    ApiClient.json(401, nobody.send("GET", "/api/v1/sightings/door-1-2-0/crop"));

    // A caller of another camera finds nothing of this one.
    assertEquals(
        0, ApiClient.json(200, elsewhere.send("GET", "/api/v1/sightings")).path("items").size());
    assertEquals(
        0,
        ApiClient.json(200, elsewhere.send("GET", "/api/v1/sightings?camera=door"))
            .path("items")
            .size());
    for (String path : List.of("", "/crop", "/crops/" + face)) {
      ApiClient.json(404, elsewhere.send("GET", "/api/v1/sightings/door-1-2-0" + path));
    }
    ApiClient.json(403, elsewhere.send("GET", "/api/v1/visits"));

    JsonNode visits = ApiClient.json(200, viewer.send("GET", "/api/v1/visits?person=bob"));
    assertEquals("door", visits.at("/items/0/stops/0/camera").asText(), visits.toString());
    ApiClient.json(200, viewer.send("GET", "/api/v1/visitors"));
    ApiClient.json(200, viewer.send("GET", "/api/v1/cameras"));
    ApiClient.json(404, viewer.send("GET", "/api/v1/cameras/none"));
  }

  private static int counterExamples(ApiClient viewer) throws Exception {
    JsonNode bob = ApiClient.json(200, viewer.send("GET", "/api/v1/people/Bob"));
    int count = 0;
    for (JsonNode reference : bob.path("references")) {
      if (reference.path("review").asText().equals("counter-example")) {
        count++;
      }
    }
    return count;
  }
}

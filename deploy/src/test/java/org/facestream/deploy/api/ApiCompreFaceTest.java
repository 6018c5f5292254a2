package org.facestream.deploy.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.detector.Portraits;
import org.facestream.ingest.frame.Picture;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.api.access.Look;
import org.facestream.sink.api.access.LookTrail;
import org.facestream.sink.api.http.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The routes of CompreFace, by plain HTTP and by its official client, with photographs. */
@Tag("long")
@Timeout(240)
class ApiCompreFaceTest {
  private static final int ADA = 1;
  private static final int STRANGER = 3;
  private static final int GRACE = 5;
  private static final String SUBJECTS = "/api/v1/recognition/subjects";
  private static final String FACES = "/api/v1/recognition/faces";
  private static final String RECOGNIZE = "/api/v1/recognition/recognize";

  @TempDir static Path folder;
  private static CompreFaceServer server;
  private static ApiClient client;
  private static String key;

  @BeforeAll
  static void open() throws Exception {
    server = new CompreFaceServer(folder);
    key = server.key(Role.administrator);
    client = with(key);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static ApiClient with(String secret) throws Exception {
    return new ApiClient(server.address(), Map.of("x-api-key", secret));
  }

  @BeforeEach
  void nobodyIsEnrolled() throws Exception {
    ApiClient.json(200, client.send("DELETE", SUBJECTS));
  }

  private static ApiClient.Part file(byte[] content) {
    return new ApiClient.Part("file", "photo.jpg", content);
  }

  private static String enrol(String subject, int person) throws Exception {
    JsonNode added =
        ApiClient.json(
            201, client.form(FACES + "?subject=" + subject, file(Portraits.photograph(person))));
    assertEquals(subject.replace("%20", " "), added.path("subject").asText());
    return added.path("image_id").asText();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static void refused(int status, int code, HttpResponse<byte[]> answer) throws Exception {
    JsonNode body = ApiClient.json(status, answer);
    assertEquals(code, body.path("code").asInt(), body::toString);
    assertFalse(body.path("message").asText().isBlank());
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
  void subjects() throws Exception {
    assertEquals(
        "Ada Lovelace",
        ApiClient.json(201, client.send("POST", SUBJECTS, "{\"subject\":\"Ada Lovelace\"}"))
            .path("subject")
            .asText());
    refused(400, 26, client.send("POST", SUBJECTS, "{\"subject\":\"ada lovelace\"}"));
    refused(400, 26, client.send("POST", SUBJECTS, "{\"name\":\"x\"}"));
    enrol("Grace", GRACE);
    assertEquals(
        List.of("Ada Lovelace", "Grace"),
        texts(ApiClient.json(200, client.send("GET", SUBJECTS)).path("subjects")));
    refused(400, 26, client.send("POST", SUBJECTS, "{\"subject\":\"Grace\"}"));

    // A name that is new, and one that somebody has: the second merges.
    String renamed = "{\"subject\":\"Grace Hopper\",\"api_endpoint\":\"Grace\"}";
    assertTrue(
        ApiClient.json(200, client.send("PUT", SUBJECTS + "/Grace", renamed))
            .path("updated")
            .asBoolean());
    String ada = enrol("Ada%20Lovelace", ADA);
    String into = "{\"subject\":\"Grace Hopper\"}";
    ApiClient.json(200, client.send("PUT", SUBJECTS + "/Ada%20Lovelace", into));
    assertEquals(
        List.of("Grace Hopper"),
        texts(ApiClient.json(200, client.send("GET", SUBJECTS)).path("subjects")));
    JsonNode list = ApiClient.json(200, client.send("GET", FACES + "?subject=Grace%20Hopper"));
    assertEquals(2, list.path("total_elements").asInt());
    assertTrue(list.path("faces").findValuesAsText("image_id").contains(ada));

    refused(404, 11, client.send("PUT", SUBJECTS + "/Nobody", renamed));
    refused(404, 11, client.send("DELETE", SUBJECTS + "/Nobody"));
    ApiClient.json(200, client.send("DELETE", SUBJECTS + "/Grace%20Hopper"));
    assertEquals(0, ApiClient.json(200, client.send("GET", FACES)).path("total_elements").asInt());
    ApiClient.json(201, client.send("POST", SUBJECTS, "{\"subject\":\"Empty\"}"));
    assertEquals(1, ApiClient.json(200, client.send("DELETE", SUBJECTS)).path("deleted").asInt());
    assertEquals(0, ApiClient.json(200, client.send("GET", SUBJECTS)).path("subjects").size());
  }

  @Test
  void imagesInPagesOneByOneAndSeveral() throws Exception {
    String ada = enrol("Ada", ADA);
    assertTrue(ada.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), ada);
    assertEquals(ada, enrol("Ada", ADA), "the same picture is the same image");
    String grace = enrol("Grace", GRACE);
    String mary = enrol("Mary", STRANGER);
    JsonNode second = ApiClient.json(200, client.send("GET", FACES + "?page=1&size=2"));
    assertEquals(1, second.path("faces").size());
    assertEquals(1, second.path("page_number").asInt());
    assertEquals(2, second.path("page_size").asInt());
    assertEquals(2, second.path("total_pages").asInt());
    assertEquals(3, second.path("total_elements").asInt());
    refused(400, 26, client.send("GET", FACES + "?size=0"));

    HttpResponse<byte[]> picture = client.send("GET", FACES + "/" + ada + "/img");
    assertEquals((byte) 0xd8, picture.body()[1]);
    HttpResponse<byte[]> direct =
        with("none").send("GET", "/api/v1/static/" + key + "/images/" + ada);
    // A key in the header goes before the one in the address.
    assertEquals(401, direct.statusCode());
    ApiClient bare = new ApiClient(server.address(), Map.of());
    assertEquals(
        picture.body().length,
        bare.send("GET", "/api/v1/static/" + key + "/images/" + ada).body().length);
    assertEquals(401, bare.send("GET", "/api/v1/static/none/images/" + ada).statusCode());
    String none = "00000000-0000-0000-0000-000000000000";
    assertEquals(0, client.send("GET", FACES + "/" + none + "/img").body().length);

    refused(404, 11, client.send("DELETE", FACES + "/" + none));
    assertEquals(
        "Mary",
        ApiClient.json(200, client.send("DELETE", FACES + "/" + mary)).path("subject").asText());
    JsonNode several =
        ApiClient.json(
            200, client.send("POST", FACES + "/delete", "[\"%s\",\"%s\"]".formatted(none, grace)));
    assertEquals(List.of(grace), several.findValuesAsText("image_id"));
    assertEquals(
        1,
        ApiClient.json(200, client.send("DELETE", FACES + "?subject=Ada")).path("deleted").asInt());
    assertEquals(0, ApiClient.json(200, client.send("DELETE", FACES)).path("deleted").asInt());
    assertEquals(0, ApiClient.json(200, client.send("GET", SUBJECTS)).path("subjects").size());
  }

  @Test
  void whatEnrolmentRefusesHasACode() throws Exception {
    refused(400, 33, client.form(FACES, file(Portraits.photograph(ADA))));
    refused(400, 31, client.form(FACES + "?subject=Ada", file(three())));
    try (Picture empty = Portraits.frame(640, 480)) {
      refused(400, 28, client.form(FACES + "?subject=Ada", file(empty.jpeg(90))));
      for (String path : List.of(RECOGNIZE, "/api/v1/detection/detect")) {
        refused(400, 28, client.form(path, file(empty.jpeg(90))));
      }
    }
    refused(422, 21, client.form(RECOGNIZE, file("no picture".getBytes())));
    refused(400, 26, client.form(FACES + "?subject=unknown", file(Portraits.photograph(ADA))));
    enrol("Ada", ADA);
    // Somebody else's face under another name.
    refused(400, 26, client.form(FACES + "?subject=Mary", file(Portraits.photograph(ADA))));
    assertEquals(
        "case-17",
        new People(server.clients(), AuditTrail.NONE).show("Ada").references().get(0).consent());
    ApiClient.json(
        201,
        client.form(
            FACES + "?subject=Grace&consent=form-3&det_prob_threshold=0.5",
            file(Portraits.photograph(GRACE))));
    assertEquals(
        "form-3",
        new People(server.clients(), AuditTrail.NONE).show("Grace").references().get(0).consent());
    refused(
        400,
        26,
        client.form(FACES + "?subject=G&det_prob_threshold=2", file(Portraits.photograph(GRACE))));
  }

  @Test
  void recognizeAndDetect() throws Exception {
    enrol("Ada", ADA);
    enrol("Grace", GRACE);
    JsonNode found =
        ApiClient.json(
            200,
            client.form(
                RECOGNIZE
                    + "?limit=0&prediction_count=2&det_prob_threshold=0.8&status=True"
                    + "&face_plugins=calculator,age,gender,landmarks,mask&made_up=1",
                file(three())));
    assertEquals(3, found.path("result").size());
    Set<String> sure = new TreeSet<>();
    for (JsonNode face : found.path("result")) {
      assertEquals(2, face.path("subjects").size());
      assertEquals(512, face.path("embedding").size());
      assertEquals(5, face.path("landmarks").size());
      assertTrue(face.path("execution_time").has("calculator"));
      // Plugins that are not there are left out.
      assertFalse(face.has("age") || face.has("gender") || face.has("mask"));
      JsonNode box = face.path("box");
      assertTrue(box.path("x_min").asInt() < box.path("x_max").asInt());
      if (face.at("/subjects/0/similarity").asDouble() > .9) {
        sure.add(face.at("/subjects/0/subject").asText());
      }
      assertTrue(
          face.at("/subjects/1/similarity").asDouble()
              <= face.at("/subjects/0/similarity").asDouble());
    }
    assertEquals(Set.of("Ada", "Grace"), sure);
    assertEquals("facestream.mtcnn", found.at("/plugins_versions/detector").asText());

    // The same in base64, with the usual answer: one subject, and nothing else.
    String base64 = Base64.getEncoder().encodeToString(Portraits.photograph(ADA));
    JsonNode one =
        ApiClient.json(
            200, client.send("POST", RECOGNIZE, "{\"file\":\"%s\",\"other\":1}".formatted(base64)));
    assertEquals(1, one.at("/result/0/subjects").size());
    assertFalse(one.has("plugins_versions") || one.at("/result/0").has("embedding"));
    refused(400, 26, client.form(RECOGNIZE + "?prediction_count=0", file(three())));
    refused(400, 26, client.form(RECOGNIZE + "?limit=-1", file(three())));
    refused(400, 26, client.send("POST", RECOGNIZE, "{}"));

    JsonNode largest =
        ApiClient.json(200, client.form("/api/v1/detection/detect?&limit=1", file(three())));
    assertEquals(1, largest.path("result").size());
    int left = largest.at("/result/0/box/x_min").asInt();
    assertTrue(left > 0 && !largest.at("/result/0").has("subjects"), largest::toString);
    // A face that was cut out.
    JsonNode cut =
        ApiClient.json(
            200, client.form(RECOGNIZE + "?detect_faces=false", file(Portraits.photograph(ADA))));
    assertEquals(1, cut.path("result").size());
  }

  @Test
  void verificationAndEmbeddings() throws Exception {
    String ada = enrol("Ada", ADA);
    byte[] photograph = Portraits.photograph(ADA);
    JsonNode same =
        ApiClient.json(200, client.form(FACES + "/" + ada + "/verify", file(photograph)));
    assertTrue(same.at("/result/0/similarity").asDouble() > .999, same::toString);
    JsonNode among =
        ApiClient.json(
            200,
            client.form(
                FACES + "/" + ada + "/verify?face_plugins=calculator,landmarks", file(three())));
    assertEquals(
        1,
        among.findValuesAsText("similarity").stream()
            .filter(each -> Double.parseDouble(each) > .9)
            .count());
    String none = "00000000-0000-0000-0000-000000000000";
    refused(404, 11, client.form(FACES + "/" + none + "/verify", file(photograph)));

    String verify = "/api/v1/verification/verify";
    ApiClient.Part source = new ApiClient.Part("source_image", "a.jpg", photograph);
    JsonNode verified =
        ApiClient.json(
            200,
            client.form(
                verify + "?status=true&face_plugins=calculator",
                source,
                new ApiClient.Part("target_image", "b.jpg", three())));
    assertEquals(3, verified.at("/result/0/face_matches").size());
    assertTrue(verified.at("/result/0/source_image_face/box").has("probability"));
    assertTrue(verified.at("/result/0/plugins_versions").has("calculator"));
    refused(
        400,
        31,
        client.form(
            verify,
            new ApiClient.Part("source_image", "a.jpg", three()),
            new ApiClient.Part("target_image", "b.jpg", photograph)));

    String embedding = verified.at("/result/0/source_image_face/embedding").toString();
    JsonNode searched =
        ApiClient.json(
            200,
            client.send(
                "POST",
                "/api/v1/recognition/embeddings/recognize?prediction_count=1",
                "{\"embeddings\":[" + embedding + "]}"));
    assertEquals("Ada", searched.at("/result/0/similarities/0/subject").asText());
    assertEquals(512, searched.at("/result/0/embedding").size());
    JsonNode compared =
        ApiClient.json(
            200,
            client.send(
                "POST",
                "/api/v1/recognition/embeddings/faces/" + ada + "/verify",
                "{\"embeddings\":[" + embedding + "]}"));
    assertTrue(compared.at("/result/0/similarity").asDouble() > .999);
    String target = verified.at("/result/0/face_matches/0/embedding").toString();
    JsonNode two =
        ApiClient.json(
            200,
            client.send(
                "POST",
                "/api/v1/verification/embeddings/verify",
                "{\"source\":%s,\"targets\":[%s,%s]}".formatted(embedding, embedding, target)));
    assertEquals(2, two.path("result").size());
    assertEquals(
        verified.at("/result/0/face_matches/0/similarity").asDouble(),
        two.at("/result/1/similarity").asDouble(),
        1e-4);
    refused(
        400,
        26,
        client.send(
            "POST", "/api/v1/recognition/embeddings/recognize", "{\"embeddings\":[[1,2,3]]}"));
  }

  @Test
  void rolesAndTheTrail() throws Exception {
    ApiClient viewer = with(server.key(Role.viewer));
    ApiClient operator = with(server.key(Role.operator));
    enrol("Ada", ADA);
    ApiClient.json(200, viewer.form(RECOGNIZE, file(Portraits.photograph(ADA))));
    refused(403, 9, viewer.form(FACES + "?subject=Ada", file(Portraits.photograph(ADA))));
    refused(403, 9, operator.send("DELETE", FACES));
    refused(401, 10, with("fs_none").send("GET", FACES));
    try (LookTrail trail = new LookTrail(server.database().dataSource())) {
      List<String> actions =
          trail.list(java.util.OptionalLong.empty(), 3).stream().map(Look::action).toList();
      assertEquals(List.of("picture.identify", "people.enrol", "people.forget"), actions);
      assertTrue(trail.broken().isEmpty());
    }
  }

  /** Its official client, unchanged, through every call of its documentation. */
  @Test
  void theOfficialClient() throws Exception {
    String python = System.getProperty("facestream.python", "python3");
    assumeTrue(
        runs(python, "-c", "import compreface"),
        python + " with compreface-sdk is not here; another is told by -Dfacestream.python=PATH");
    Path ada = Files.write(folder.resolve("ada.jpg"), Portraits.photograph(ADA));
    Path grace = Files.write(folder.resolve("grace.jpg"), Portraits.photograph(GRACE));
    Path three = Files.write(folder.resolve("three.jpg"), three());
    Path script = Path.of("src/test/resources/org/facestream/deploy/api/compreface_client.py");
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                python,
                (Files.exists(script) ? script : Path.of("deploy").resolve(script)).toString(),
                String.valueOf(server.port()),
                key,
                ada.toString(),
                grace.toString(),
                three.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), () -> read(output));
    assertEquals("every call works", Files.readString(output).strip());
  }

  @Test
  void aCollectionIsImportedThroughItsApiWhichMayGoAwayThen() throws Exception {
    enrol("Ada", ADA);
    enrol("Grace", GRACE);
    ApiClient.json(201, client.send("POST", SUBJECTS, "{\"subject\":\"Empty\"}"));
    Path keyFile = Files.writeString(folder.resolve("key.txt"), key + "\n");
    Path wrong = Files.writeString(folder.resolve("wrong.txt"), "fs_wrong");
    String kept = folder.resolve("kept").toString();
    Path report = folder.resolve("report.csv");
    try (EmbeddedKafka other = new EmbeddedKafka(folder.resolve("other"), 0)) {
      CommandLineRun refused =
          imported(other, server.address(), "--key-file", wrong.toString(), "--folder", kept);
      assertEquals(2, refused.exitCode(), refused.out());
      assertTrue(refused.err().contains("401"), refused.err());
      CommandLineRun first =
          imported(
              other,
              server.address(),
              "--key-file",
              keyFile.toString(),
              "--folder",
              kept,
              "--report",
              report.toString());
      assertEquals(0, first.exitCode(), first.out() + first.err());
      assertTrue(first.out().contains("2 of 2 pictures enrolled, of 2 people"), first.out());
      assertTrue(first.err().contains("1 subjects have no picture"), first.err());
      assertFalse((first.out() + first.err()).contains(key));
      assertEquals(3, Files.readAllLines(report).size());

      ApiClient.json(200, client.send("DELETE", SUBJECTS));
      CommandLineRun again = imported(other, "--folder", kept);
      assertEquals(0, again.exitCode(), again.out() + again.err());
      assertTrue(again.out().contains("2 of them were enrolled before"), again.out());
    }
  }

  private static CommandLineRun imported(EmbeddedKafka kafka, String... arguments) {
    List<String> all = new ArrayList<>(List.of("import", "compreface"));
    all.addAll(List.of(arguments));
    all.addAll(
        List.of(
            "--set",
            "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
            "--set",
            "kafka.replication=1",
            "--set",
            "recognizer.device=cpu",
            "--set",
            "detector.device=cpu"));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  private static boolean runs(String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException notThere) {
      return false;
    }
  }
}

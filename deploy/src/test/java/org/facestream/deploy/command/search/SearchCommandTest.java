package org.facestream.deploy.command.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.frame.Picture;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.sink.api.picture.FaceDescriber;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on real faces, with a database that runs and no broker. */
@Tag("bare")
class SearchCommandTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @TempDir Path folder;

  private final List<String> settings = new ArrayList<>();

  /** Of what is stored, by track. */
  private final Map<String, float[]> descriptors = new LinkedHashMap<>();

  private float[] query;

  private CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(settings);
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private CommandLineRun done(String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(0, run.exitCode(), run.out() + run.err());
    return run;
  }

  private void assertRefuses(String why, String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(2, run.exitCode(), run.out() + run.err());
    assertTrue(run.err().contains(why), run.err());
    assertEquals(1, run.err().strip().lines().count(), run.err());
  }

  private Path photo(DemoPerson person) throws Exception {
    return Files.write(folder.resolve(person.id() + ".jpg"), DemoPeople.portrait(person));
  }

  /** The portrait as it is, a smaller and a dimmer one: three sightings of everybody. */
  private void store(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      for (String table : List.of("sighting_face", "face_picture", "face_descriptor")) {
        statement.execute(
            "CREATE TABLE %s_1 PARTITION OF %s FOR VALUES FROM ('2026-11-01') TO ('2026-12-31')"
                .formatted(table, table));
      }
    }
    try (FaceDescriber describer =
            new FaceDescriber(
                new Configuration(Optional.empty(), Map.of(), Map.of()).settings(), null);
        PreparedStatement face =
            connection.prepareStatement(
                "INSERT INTO sighting_face (day, row_id, face_id, track, camera, capture_time,"
                    + " box_left, box_top, box_right, box_bottom, score, quality, landmarks)"
                    + " VALUES ('2026-11-30', ?, ?, ?, ?, ?, 1, 2, 3, 4, 1, 1, '{}')");
        PreparedStatement picture =
            connection.prepareStatement("INSERT INTO face_picture VALUES ('2026-11-30', ?, ?)");
        PreparedStatement values =
            connection.prepareStatement(
                "INSERT INTO face_descriptor (day, row_id, model, descriptor)"
                    + " VALUES ('2026-11-30', ?, 'facenet', ?)")) {
      query = describe(describer, DemoPeople.portrait(DemoPeople.all().get(0)));
      int row = 0;
      for (DemoPerson person : DemoPeople.all()) {
        for (int quality : new int[] {90, 30, 10}) {
          row++;
          try (Picture whole = Picture.decodeStill(DemoPeople.portrait(person))) {
            byte[] jpeg = whole.jpeg(quality);
            float[] descriptor = describe(describer, jpeg);
            String track = person.id() + "-" + quality;
            descriptors.put(track, descriptor);
            face.setLong(1, row);
            face.setString(2, "face-" + row);
            face.setString(3, track);
            face.setString(4, quality == 90 ? "gate" : "door");
            face.setObject(5, NOON.plusSeconds(row).atOffset(ZoneOffset.UTC));
            face.executeUpdate();
            picture.setLong(1, row);
            picture.setBytes(2, jpeg);
            picture.executeUpdate();
            ByteBuffer bytes =
                ByteBuffer.allocate(4 * descriptor.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(descriptor);
            values.setLong(1, row);
            values.setBytes(2, bytes.array());
            values.executeUpdate();
          }
        }
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO sighting (track, revision, ended, camera, first_seen, last_seen, person_id,"
              + " name, faces, quality, score, model) SELECT track, 1, true, camera, now(), now(),"
              + " CASE WHEN camera = 'gate' THEN 'known' END,"
              + " CASE WHEN camera = 'gate' THEN 'Somebody Known' ELSE 'unknown' END, 1, 1, 1, 'm'"
              + " FROM sighting_face");
    }
    connection.commit();
  }

  private static float[] describe(FaceDescriber describer, byte[] jpeg) throws Exception {
    try (Picture picture = Picture.decodeStill(jpeg)) {
      return describer.descriptors().describe(picture, describer.seen(picture).get(0).landmarks());
    }
  }

  @Test
  void theFacesOfThePersonComeFirst() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    DemoPerson ada = DemoPeople.all().get(0);
    Path photo = photo(ada);
    Path nobody = folder.resolve("nobody.png");
    ImageIO.write(new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB), "png", nobody.toFile());
    try (EmbeddedDatabase database = new EmbeddedDatabase(data.resolve("postgres"), 0)) {
      Map<String, String> places = new LinkedHashMap<>(database.settings());
      // Nothing listens there: the database is enough.
      places.put("kafka.bootstrap-servers", "127.0.0.1:1");
      places.put("sink.search-folder", folder.resolve("index").toString());
      places.forEach((key, value) -> settings.addAll(List.of("--set", key + "=" + value)));

      assertRefuses("No face is stored yet", "search", photo.toString());
      try (Database store =
              new Database(
                  new Configuration(Optional.empty(), Map.of(), places)
                      .settings()
                      .get(StoreConfig.class));
          Connection connection = store.dataSource().getConnection()) {
        store(connection);
      }
      assertRefuses(
          "No stored face was described by mobilefacenet, but by facenet",
          "search",
          photo.toString(),
          "--model",
          "mobilefacenet");
      assertRefuses("shows no face", "search", nobody.toString());
      assertRefuses("--face 2 is none", "search", photo.toString(), "--face", "2");
      assertRefuses("--limit is 0", "search", photo.toString(), "--limit", "0");
      assertRefuses("'tomorrow' is not a time", "search", photo.toString(), "--from", "tomorrow");
      assertRefuses(
          "--to is before --from",
          "search",
          photo.toString(),
          "--from",
          "2026-12-01",
          "--to",
          "2026-11-01");

      Path crops = folder.resolve("crops");
      JsonNode all =
          JSON.readTree(
              done(
                      "search",
                      photo.toString(),
                      "--limit",
                      "100",
                      "--json",
                      "--crops",
                      crops.toString())
                  .out());
      assertEquals("facenet", all.get("model").asText());
      assertEquals(1, all.get("face").asInt());
      assertEquals(1, all.get("faces").asInt());
      assertExact(all.get("found"));
      for (int i = 0; i < 3; i++) {
        JsonNode hit = all.get("found").get(i);
        assertTrue(hit.get("track").asText().startsWith(ada.id() + "-"), all::toString);
        assertEquals("likely", hit.get("likeness").asText());
        assertTrue(Files.size(Path.of(hit.get("picture").get("crop").asText())) > 1000);
      }
      assertEquals("no", all.get("found").get(20).get("likeness").asText());
      assertEquals("Somebody Known", all.get("found").get(0).get("person").get("name").asText());

      CommandLineRun text =
          done(
              "search",
              photo.toString(),
              "--camera",
              "door",
              "--person",
              "unknown",
              "--from",
              "2026-11-30T12:00:00Z",
              "--limit",
              "2");
      List<String> lines = text.out().strip().lines().toList();
      assertEquals(3, lines.size(), text.out());
      assertTrue(lines.get(1).contains(ada.id() + "-30"), text.out());
      assertTrue(lines.get(2).contains(ada.id() + "-10"), text.out());
      CommandLineRun none = done("search", photo.toString(), "--zone", "nowhere");
      assertTrue(none.out().contains("no stored face fulfils"), none.out());
    }
    assertTrue(Files.exists(folder.resolve("index").resolve("index.json")));
    settings.clear();
    assertRefuses(
        "PostgreSQL at 127.0.0.1:1/nothing does not answer",
        "search",
        photo.toString(),
        "--set",
        "store.url=jdbc:postgresql://127.0.0.1:1/nothing");
  }

  /** In the order and with the distances of a plain comparison of the real descriptors. */
  private void assertExact(JsonNode found) {
    List<String> nearestFirst =
        descriptors.keySet().stream().sorted(Comparator.comparingDouble(this::distance)).toList();
    List<String> tracks = new ArrayList<>();
    for (JsonNode hit : found) {
      tracks.add(hit.get("track").asText());
      assertEquals(distance(hit.get("track").asText()), hit.get("distance").floatValue(), 1e-4f);
    }
    assertEquals(nearestFirst, tracks);
  }

  private float distance(String track) {
    return Metric.EUCLIDEAN.distance(query, descriptors.get(track));
  }
}

package org.facestream.deploy.endtoend;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.identity.EventSchema;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;

/** What came of the pictures, in Kafka and in PostgreSQL. */
final class Stored {

  private Stored() {}

  /**
   * A row per track.
   *
   * @param camera the camera's id
   * @param name the person's name or unknown
   * @param from first seen
   * @param to last seen
   * @param ended whether the track has ended
   */
  record Row(String camera, String name, Instant from, Instant to, boolean ended) {
    Instant middle() {
      return from.plus(Duration.between(from, to).dividedBy(2));
    }
  }

  /** Every committed event of the identities topic, by partition and offset. */
  static List<IdentityEvent> events(KafkaClients clients) throws Exception {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, IdentityTopic.TOPIC)) {
      reader.readToEnd(records::add);
    }
    List<IdentityEvent> events = new ArrayList<>(records.size());
    for (ConsumerRecord<String, byte[]> record : records) {
      EventSchema.check(record.value());
      events.add(IdentityTopic.fromRecord(record));
    }
    return events;
  }

  static List<String> eventIds(EmbeddedDatabase database) throws SQLException {
    return texts(database, "select event_id from identity_event");
  }

  /** Ids of all sightings. */
  static List<String> tracks(EmbeddedDatabase database) throws SQLException {
    return texts(database, "select track from sighting");
  }

  /** The track of each crop, its face, and whether it has a descriptor; sorted. */
  static List<String> crops(EmbeddedDatabase database) throws SQLException {
    return texts(
            database,
            "select concat(track, ' ', face_id, ' ', case when descriptor is null then 'false'"
                + " else 'true' end) from sighting_face join face_picture using (day, row_id)"
                + " left join face_descriptor using (day, row_id)")
        .stream()
        .sorted()
        .toList();
  }

  private static List<String> texts(EmbeddedDatabase database, String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  static List<Row> sightings(EmbeddedDatabase database) throws SQLException {
    List<Row> found = new ArrayList<>();
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select camera, name, first_seen, last_seen, ended from sighting"
                    + " order by first_seen")) {
      while (rows.next()) {
        found.add(
            new Row(
                rows.getString("camera"),
                rows.getString("name"),
                rows.getObject("first_seen", OffsetDateTime.class).toInstant(),
                rows.getObject("last_seen", OffsetDateTime.class).toInstant(),
                rows.getBoolean("ended")));
      }
    }
    return found;
  }

  private static Connection connect(EmbeddedDatabase database) throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }
}

package org.facestream.sink.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.facestream.recognizer.identity.GalleryVersion;

/**
 * The table {@code gallery_topic}: ids of topics say nothing of which came first, so the moment is
 * kept at which each was first heard of. And versions of the gallery as two columns.
 */
final class GalleryTopics {
  private static final String NOTE =
      "INSERT INTO gallery_topic (topic) SELECT unnest(?::text[]) ON CONFLICT DO NOTHING";

  private GalleryTopics() {}

  /** Notes topics that were not heard of before; call it before anything of them is stored. */
  static void note(Connection connection, Collection<GalleryVersion> versions) throws SQLException {
    Object[] topics =
        versions.stream()
            .map(GalleryVersion::topic)
            .filter(Objects::nonNull)
            .distinct()
            // Two that overlap never wait for each other in a circle.
            .sorted()
            .toArray();
    if (topics.length == 0) {
      return;
    }
    try (PreparedStatement note = connection.prepareStatement(NOTE)) {
      note.setArray(1, connection.createArrayOf("text", topics));
      note.executeUpdate();
    }
  }

  /** Since when each topic is known. */
  static Map<String, Instant> all(Connection connection) throws SQLException {
    Map<String, Instant> all = new HashMap<>();
    try (PreparedStatement query =
            connection.prepareStatement("SELECT topic, known_since FROM gallery_topic");
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        all.put(rows.getString(1), rows.getObject(2, OffsetDateTime.class).toInstant());
      }
    }
    return all;
  }

  /** Sets two parameters, topic and offsets; both are null for a version that is only a number. */
  static void bind(PreparedStatement statement, int first, GalleryVersion version)
      throws SQLException {
    if (version.topic() == null) {
      statement.setNull(first, Types.VARCHAR);
      statement.setNull(first + 1, Types.ARRAY);
      return;
    }
    statement.setString(first, version.topic());
    statement.setArray(
        first + 1, statement.getConnection().createArrayOf("bigint", version.offsets().toArray()));
  }

  /** The version in three columns of a row: its number, topic and offsets. */
  static GalleryVersion read(ResultSet row, int first) throws SQLException {
    String topic = row.getString(first + 1);
    Array offsets = row.getArray(first + 2);
    return topic == null || offsets == null
        ? GalleryVersion.ofNumber(row.getLong(first))
        : new GalleryVersion(topic, List.of((Long[]) offsets.getArray()));
  }
}

package org.facestream.deploy.lab.bench.evidence;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.facestream.sink.store.Database;

/** How much is stored. */
final class Stored {
  private static final List<String> TABLES =
      List.of(
          "identity_event",
          "sighting",
          "sighting_face",
          "face_picture",
          "face_descriptor",
          "visit_span");

  private Stored() {}

  /** By table, with its indexes and pictures, and of the search index. */
  static Map<String, Long> bytes(Database store, Path index) throws Exception {
    Map<String, Long> bytes = new TreeMap<>();
    for (String table : TABLES) {
      bytes.put(
          table,
          count(
              store,
              "SELECT pg_total_relation_size('%1$s') + coalesce(sum(pg_total_relation_size(relid)), 0)"
                      .formatted(table)
                  + " FROM pg_partition_tree('%s') WHERE isleaf".formatted(table)));
    }
    try (Stream<Path> files = Files.walk(index)) {
      bytes.put(
          "search index",
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum());
    }
    return bytes;
  }

  /** The number that a query gives. */
  static long count(Database store, String query) throws SQLException {
    try (Connection connection = store.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      long count = row.getLong(1);
      connection.rollback();
      return count;
    }
  }
}

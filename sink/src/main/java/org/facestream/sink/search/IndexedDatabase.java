package org.facestream.sink.search;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Which database it is, and which of its transactions have ended.
 *
 * @param identity another one for another cluster, table, or history after a recovery
 * @param horizon all transactions before this one have ended
 */
record IndexedDatabase(String identity, long horizon) {
  private static final String QUERY =
      """
      SELECT s.system_identifier || '/' || c.timeline_id || '/'
              || 'face_descriptor'::regclass::oid::bigint,
          pg_snapshot_xmin(pg_current_snapshot())::text
      FROM pg_control_system() s, pg_control_checkpoint() c""";

  /** Begins the transaction with a snapshot, which all its queries see. */
  static IndexedDatabase snapshot(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      try (ResultSet row = statement.executeQuery(QUERY)) {
        row.next();
        return new IndexedDatabase(row.getString(1), Long.parseUnsignedLong(row.getString(2)));
      }
    }
  }
}

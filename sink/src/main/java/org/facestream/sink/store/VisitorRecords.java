package org.facestream.sink.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What is recorded about visitors, in PostgreSQL. Thread-safe. */
public final class VisitorRecords {
  private static final String SUMMARIES =
      """
      SELECT visitor_id, count(*), array_agg(DISTINCT camera ORDER BY camera), min(first_seen),
          max(last_seen) FROM sighting WHERE visitor_id IS NOT NULL
          GROUP BY visitor_id ORDER BY max(last_seen) DESC, visitor_id""";

  private final DataSource dataSource;

  /**
   * A visitor's sightings together.
   *
   * @param sightings how many
   * @param cameras each once, by id
   */
  public record Summary(
      String visitorId, long sightings, List<String> cameras, Instant firstSeen, Instant lastSeen) {
    public Summary {
      cameras = List.copyOf(cameras);
    }
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public VisitorRecords(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Every visitor with a sighting, who was seen last first. */
  public List<Summary> summaries() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Summary> summaries = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(SUMMARIES);
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              summaries.add(
                  new Summary(
                      row.getString(1),
                      row.getLong(2),
                      List.of((String[]) row.getArray(3).getArray()),
                      row.getObject(4, OffsetDateTime.class).toInstant(),
                      row.getObject(5, OffsetDateTime.class).toInstant()));
            }
          }
          return summaries;
        });
  }
}

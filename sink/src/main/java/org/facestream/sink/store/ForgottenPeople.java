package org.facestream.sink.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.facestream.recognizer.identity.IdentityEvent;

/** Who is not to be named: the table {@code forgotten_person}, and events without them. */
final class ForgottenPeople {
  /**
   * Tracks that began so soon after a person was forgotten are taken for older ones: recognizers
   * may know somebody for two seconds more, and cameras' and database's clocks are not the same.
   */
  static final Duration LAG = Duration.ofSeconds(10);

  private static final String REMEMBER =
      """
      INSERT INTO forgotten_person (person_sha256, forgotten_at, gallery_version)
      VALUES (?, clock_timestamp(), ?)
      ON CONFLICT (person_sha256) DO UPDATE SET forgotten_at = excluded.forgotten_at,
          gallery_version = excluded.gallery_version""";

  private static final String ERASE =
      "UPDATE %s SET person_id = NULL, name = '%s', watchlist = NULL, distance = NULL,"
          + " margin = NULL WHERE person_id = ?";

  private ForgottenPeople() {}

  /**
   * Notes that a person is forgotten as of now.
   *
   * @param galleryVersion the version of the gallery from which on the person is not in it
   */
  static void remember(Connection connection, String personId, long galleryVersion)
      throws SQLException {
    try (PreparedStatement remember = connection.prepareStatement(REMEMBER)) {
      remember.setString(1, sha256(personId));
      remember.setLong(2, galleryVersion);
      remember.executeUpdate();
    }
  }

  /** Deletes what says who was forgotten before an instant; returns of how many people. */
  static long letGo(Connection connection, Instant cutoff) throws SQLException {
    try (PreparedStatement people =
            connection.prepareStatement("DELETE FROM forgotten_person WHERE forgotten_at < ?");
        PreparedStatement erasures =
            connection.prepareStatement(
                "UPDATE erasure_audit SET person_sha256 = NULL"
                    + " WHERE person_sha256 IS NOT NULL AND at < ?")) {
      people.setObject(1, EventRows.utc(cutoff));
      erasures.setObject(1, EventRows.utc(cutoff));
      erasures.executeUpdate();
      return people.executeUpdate();
    }
  }

  /** Makes a person's rows an unknown person's, and says how many that were. */
  static EventStore.Rows erase(Connection connection, String personId) throws SQLException {
    return new EventStore.Rows(
        erase(connection, "identity_event", personId), erase(connection, "sighting", personId));
  }

  private static long erase(Connection connection, String table, String personId)
      throws SQLException {
    try (PreparedStatement erase =
        connection.prepareStatement(ERASE.formatted(table, IdentityEvent.UNKNOWN))) {
      erase.setString(1, personId);
      return erase.executeUpdate();
    }
  }

  /** The events as they may be stored: of whoever is forgotten as an unknown person's. */
  static List<IdentityEvent> anonymised(Connection connection, List<IdentityEvent> events)
      throws SQLException {
    // Until this transaction ends nobody can be forgotten: whoever is forgotten after it finds its
    // rows, and whoever was forgotten before is seen here.
    try (PreparedStatement lock =
        connection.prepareStatement("LOCK TABLE forgotten_person IN SHARE MODE")) {
      lock.execute();
    }
    Map<String, String> digests = new HashMap<>();
    events.stream()
        .map(IdentityEvent::personId)
        .filter(Objects::nonNull)
        .forEach(person -> digests.computeIfAbsent(person, ForgottenPeople::sha256));
    if (digests.isEmpty()) {
      return events;
    }
    Map<String, Forgotten> forgotten = among(connection, digests.values());
    List<IdentityEvent> storable = new ArrayList<>(events.size());
    for (IdentityEvent event : events) {
      Forgotten person =
          event.personId() == null ? null : forgotten.get(digests.get(event.personId()));
      storable.add(person != null && person.concerns(event) ? anonymous(event) : event);
    }
    return storable;
  }

  private static Map<String, Forgotten> among(Connection connection, Collection<String> digests)
      throws SQLException {
    Map<String, Forgotten> forgotten = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT person_sha256, forgotten_at, gallery_version FROM forgotten_person"
                + " WHERE person_sha256 = ANY (?)")) {
      query.setArray(1, connection.createArrayOf("text", digests.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          forgotten.put(
              rows.getString(1),
              new Forgotten(rows.getObject(2, OffsetDateTime.class).toInstant(), rows.getLong(3)));
        }
      }
    }
    return forgotten;
  }

  /**
   * A person who was forgotten, and may have been enrolled again since.
   *
   * @param at when, by the database's clock
   * @param galleryVersion from which on the person was not in it
   */
  private record Forgotten(Instant at, long galleryVersion) {
    /** By the track's beginning: what was known before the forgetting outlasts it in a track. */
    boolean concerns(IdentityEvent event) {
      return !event.firstSeen().isAfter(at.plus(LAG)) || event.galleryVersion() < galleryVersion;
    }
  }

  private static IdentityEvent anonymous(IdentityEvent event) {
    return new IdentityEvent(
        event.eventId(),
        event.type(),
        event.schemaVersion(),
        event.camera(),
        event.track(),
        event.revision(),
        event.firstSeen(),
        event.lastSeen(),
        event.zones(),
        null,
        IdentityEvent.UNKNOWN,
        null,
        null,
        null,
        event.faces(),
        event.quality(),
        event.score(),
        event.box(),
        event.model(),
        event.galleryVersion(),
        event.bestFace(),
        event.captureTime());
  }

  /**
   * What stands for a person who must not be named: a pseudonym, for who has a name can make the id
   * of it and look. Every sink must come to the same one for an event of any time, and a key that
   * lay in the database beside the rows would keep nothing from who reads them; so it is kept for a
   * while only.
   */
  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}

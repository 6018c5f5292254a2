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
import java.util.stream.Stream;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;

/** People who must not be named: the table {@code forgotten_person}, and its effect on events. */
final class ForgottenPeople {
  /**
   * Tracks that began so soon after a person was forgotten are taken for older ones: recognizers
   * may know somebody for two seconds more, and cameras' and database's clocks are not the same.
   */
  static final Duration LAG = Duration.ofSeconds(10);

  private static final String REMEMBER =
      """
      INSERT INTO forgotten_person (person_sha256, forgotten_at, gallery_version, gallery_topic,
          gallery_offsets)
      VALUES (?, clock_timestamp(), ?, ?, ?)
      ON CONFLICT (person_sha256) DO UPDATE SET forgotten_at = excluded.forgotten_at,
          gallery_version = excluded.gallery_version, gallery_topic = excluded.gallery_topic,
          gallery_offsets = excluded.gallery_offsets\
      """;

  private static final String ERASE =
      "UPDATE %s SET person_id = NULL, name = '%s', watchlist = NULL, distance = NULL,"
          + " margin = NULL WHERE person_id = ?";

  private static final String ERASE_VISITOR =
      "UPDATE %s SET visitor_id = NULL, ignored = false WHERE visitor_id = ?";

  /** Their files are erased when this is committed. */
  private static final String ERASE_EXPORTS =
      "UPDATE person_export SET person_id = NULL, forgotten_at = now() WHERE person_id = ?";

  private ForgottenPeople() {}

  /**
   * Notes that a person is forgotten as of now.
   *
   * @param galleryVersion the version of the gallery without the person
   */
  static void remember(Connection connection, String personId, GalleryVersion galleryVersion)
      throws SQLException {
    try (PreparedStatement remember = connection.prepareStatement(REMEMBER)) {
      remember.setString(1, sha256(personId));
      remember.setLong(2, galleryVersion.sum());
      GalleryTopics.bind(remember, 3, galleryVersion);
      remember.executeUpdate();
    }
    // After the row: who stores events locks the table first, too, and then notes topics.
    GalleryTopics.note(connection, List.of(galleryVersion));
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

  /** Makes a person's or a visitor's rows an unknown person's, and says how many that were. */
  static EventStore.Rows erase(Connection connection, String id) throws SQLException {
    CorrectionRows.forget(connection, id);
    try (PreparedStatement exports = connection.prepareStatement(ERASE_EXPORTS)) {
      exports.setString(1, id);
      exports.executeUpdate();
    }
    return new EventStore.Rows(
        erase(connection, "identity_event", id), erase(connection, "sighting", id));
  }

  /** The person's or visitor's sightings, locked in the order of their keys. */
  static List<String> tracks(Connection connection, String id) throws SQLException {
    return tracks(
        connection,
        "(person_id = ? OR visitor_id = ?)",
        select -> {
          select.setString(1, id);
          select.setString(2, id);
        });
  }

  /** Those of the tracks that are an unknown person's now, locked in the order of their keys. */
  static List<String> unknown(Connection connection, Collection<String> tracks)
      throws SQLException {
    return tracks(
        connection,
        "track = ANY (?) AND person_id IS NULL",
        select -> select.setArray(1, connection.createArrayOf("text", tracks.toArray())));
  }

  private interface Binding {
    void on(PreparedStatement statement) throws SQLException;
  }

  private static List<String> tracks(Connection connection, String which, Binding binding)
      throws SQLException {
    List<String> tracks = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT track FROM sighting WHERE " + which + " ORDER BY track FOR NO KEY UPDATE")) {
      binding.on(select);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          tracks.add(rows.getString(1));
        }
      }
    }
    return tracks;
  }

  private static long erase(Connection connection, String table, String id) throws SQLException {
    long erased = 0;
    for (String statement :
        List.of(ERASE.formatted(table, IdentityEvent.UNKNOWN), ERASE_VISITOR.formatted(table))) {
      try (PreparedStatement erase = connection.prepareStatement(statement)) {
        erase.setString(1, id);
        erased += erase.executeUpdate();
      }
    }
    return erased;
  }

  /** The events as they may be stored: those of forgotten people as events of an unknown person. */
  static List<IdentityEvent> anonymised(Connection connection, List<IdentityEvent> events)
      throws SQLException {
    // Until this transaction ends nobody can be forgotten: later erasures find its rows, and
    // earlier ones are visible here.
    try (PreparedStatement lock =
        connection.prepareStatement("LOCK TABLE forgotten_person IN SHARE MODE")) {
      lock.execute();
    }
    GalleryTopics.note(connection, events.stream().map(IdentityEvent::version).toList());
    Map<String, String> digests = new HashMap<>();
    events.stream()
        .flatMap(event -> Stream.of(event.personId(), event.visitorId()))
        .filter(Objects::nonNull)
        .forEach(person -> digests.computeIfAbsent(person, ForgottenPeople::sha256));
    if (digests.isEmpty()) {
      return events;
    }
    Map<String, Forgotten> forgotten = among(connection, digests.values());
    if (forgotten.isEmpty()) {
      return events;
    }
    Map<String, Instant> topics = GalleryTopics.all(connection);
    List<IdentityEvent> storable = new ArrayList<>(events.size());
    for (IdentityEvent event : events) {
      Forgotten person =
          event.personId() == null ? null : forgotten.get(digests.get(event.personId()));
      IdentityEvent named =
          person != null && person.concerns(event, topics) ? event.anonymous() : event;
      // A visitor's id never comes again.
      boolean visited =
          event.visitorId() != null && forgotten.containsKey(digests.get(event.visitorId()));
      storable.add(visited ? named.with().visitorId(null).ignored(null).build() : named);
    }
    return storable;
  }

  private static Map<String, Forgotten> among(Connection connection, Collection<String> digests)
      throws SQLException {
    Map<String, Forgotten> forgotten = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT person_sha256, forgotten_at, gallery_version, gallery_topic, gallery_offsets"
                + " FROM forgotten_person WHERE person_sha256 = ANY (?)")) {
      query.setArray(1, connection.createArrayOf("text", digests.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          forgotten.put(
              rows.getString(1),
              new Forgotten(
                  rows.getObject(2, OffsetDateTime.class).toInstant(),
                  GalleryTopics.read(rows, 3)));
        }
      }
    }
    return forgotten;
  }

  /**
   * A person who was forgotten, and may have been enrolled again since.
   *
   * @param at when, by the database's clock
   * @param gallery the version of the gallery without the person
   */
  private record Forgotten(Instant at, GalleryVersion gallery) {
    /**
     * By the track's beginning: what was known before the forgetting outlasts it in a track. Or by
     * the gallery that it was decided with.
     */
    boolean concerns(IdentityEvent event, Map<String, Instant> topics) {
      return !event.firstSeen().isAfter(at.plus(LAG)) || !without(event.version(), topics);
    }

    /**
     * Whether a person in a gallery of that version was enrolled again after being forgotten. In
     * another topic of the name they were when it came after; which is one that nobody had heard of
     * when the person was forgotten. Where the forgetting knows no topic, it was in the first.
     */
    private boolean without(GalleryVersion version, Map<String, Instant> topics) {
      if (version.topic() == null || version.topic().equals(gallery.topic())) {
        return version.covers(gallery);
      }
      Instant since = Objects.requireNonNull(topics.get(version.topic()), "noted before");
      if (gallery.topic() != null) {
        return since.isAfter(at);
      }
      boolean first = topics.values().stream().noneMatch(since::isAfter);
      return !first || version.covers(gallery);
    }
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

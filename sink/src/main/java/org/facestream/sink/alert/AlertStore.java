package org.facestream.sink.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.RecordJson;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;

/** Records alerts in PostgreSQL, once for each rule and track. Thread-safe. */
final class AlertStore {
  /** Why a delivery waits whose outlet no sink has. */
  static final String NO_OUTLET = "no outlet of that name is configured";

  /** The first part of the advisory locks' key; the second part stands for a cool-down. */
  private static final int LOCK = 0x0fac_e002;

  private static final String SIGHTINGS =
      """
      SELECT track, faces_erased OR no_face, EXISTS (SELECT FROM correction
          WHERE correction.track = sighting.track AND undone_at IS NULL)
      FROM sighting WHERE track = ANY (?)""";

  private static final String VISITS_BEFORE =
      """
      SELECT count(*) FROM visit_span, visit_gap
      WHERE who = ? AND last_seen < ?::timestamptz - gap""";

  private static final String IN_COOL_DOWN =
      """
      SELECT EXISTS (SELECT FROM alert WHERE rule = ? AND whom = ? AND outcome = 'raised'
          AND captured > ? AND captured < ?)""";

  private static final String INSERT =
      """
      INSERT INTO alert (id, rule, rule_name, track, camera, captured, outcome, whom, person_id,
          visitor_id, name, event)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""";

  private static final String DELIVER =
      """
      INSERT INTO alert_delivery (alert, outlet, last_error)
      SELECT ?, outlet, CASE WHEN outlet <> ALL (?) THEN ? END FROM unnest(?) AS one (outlet)""";

  /** What a correction takes back is not sent any more. */
  private static final String TAKEN_BACK =
      """
      UPDATE alert_delivery SET state = 'cancelled', last_error = 'corrected',
          settled_at = clock_timestamp()
      FROM alert WHERE alert.id = alert_delivery.alert AND state = 'waiting' AND track = ?
          AND person_id IS NOT NULL AND person_id IS DISTINCT FROM ?""";

  private final DataSource dataSource;
  private final Set<String> outlets;
  private final Duration maxAge;

  /** What became of what a rule found. */
  enum Result {
    raised,
    cool_down,
    too_old
  }

  /**
   * An event that fits a rule.
   *
   * @param sent the event's time, by which it is too old or not
   */
  record Found(AlertRule rule, IdentityEvent event, Instant sent) {
    String id() {
      return rule.id() + "." + event.track();
    }

    /** Who has no second alert while the rule cools down. */
    String whom() {
      if (event.personId() != null) {
        return "person:" + event.personId();
      }
      return event.visitorId() == null
          ? "camera:" + event.camera()
          : "visitor:" + event.visitorId();
    }

    int lock() {
      return (rule.id() + " " + whom()).hashCode();
    }
  }

  /** A new row. */
  record Recorded(String rule, Result result) {}

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   * @param outlets that are configured
   * @param maxAge older events are recorded, but not sent; zero for any age
   */
  AlertStore(DataSource dataSource, Set<String> outlets, Duration maxAge) {
    this.dataSource = dataSource;
    this.outlets = Set.copyOf(outlets);
    this.maxAge = maxAge;
  }

  /**
   * Records what is new among what was found, in one transaction.
   *
   * @param corrected events of corrections
   * @return the new rows; what comes again makes none
   */
  List<Recorded> record(List<Found> found, List<IdentityEvent> corrected, Instant now)
      throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          for (IdentityEvent event : corrected) {
            takeBack(connection, event);
          }
          List<Recorded> recorded = new ArrayList<>();
          List<Found> fresh = fresh(connection, found);
          lock(connection, fresh);
          for (Found each : fresh) {
            Result result = result(connection, each, now);
            if (insert(connection, each, result)) {
              recorded.add(new Recorded(each.rule().id(), result));
            }
          }
          return recorded;
        });
  }

  /** Those that may raise an alert: not of forgotten people, and not of what is no face. */
  private List<Found> fresh(Connection connection, List<Found> found) throws SQLException {
    if (found.isEmpty()) {
      return found;
    }
    Set<String> known = known(connection, found);
    List<Found> fresh = found.stream().filter(each -> !known.contains(each.id())).toList();
    List<IdentityEvent> events = fresh.stream().map(Found::event).toList();
    // Nobody can be forgotten until this transaction ends.
    List<IdentityEvent> storable = EventStore.storable(connection, events);
    Map<String, Boolean> corrected = new HashMap<>();
    Set<String> silent = silent(connection, events, corrected);
    List<Found> left = new ArrayList<>();
    for (int i = 0; i < fresh.size(); i++) {
      Found each = fresh.get(i);
      IdentityEvent event = each.event();
      boolean seenByUser = event.personId() == null && corrected.getOrDefault(event.track(), false);
      if (storable.get(i) == event
          && !silent.contains(event.track())
          && !seenByUser
          && oftenEnough(connection, each)) {
        left.add(each);
      }
    }
    return left;
  }

  private static Set<String> known(Connection connection, List<Found> found) throws SQLException {
    Set<String> known = new HashSet<>();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT id FROM alert WHERE id = ANY (?)")) {
      select.setArray(1, connection.createArrayOf("text", found.stream().map(Found::id).toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          known.add(rows.getString(1));
        }
      }
    }
    return known;
  }

  /** The tracks that were erased or are no faces; notes which others a user corrected. */
  private static Set<String> silent(
      Connection connection, Collection<IdentityEvent> events, Map<String, Boolean> corrected)
      throws SQLException {
    Set<String> silent = new HashSet<>();
    try (PreparedStatement select = connection.prepareStatement(SIGHTINGS)) {
      select.setArray(
          1, connection.createArrayOf("text", events.stream().map(IdentityEvent::track).toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          if (rows.getBoolean(2)) {
            silent.add(rows.getString(1));
          }
          corrected.put(rows.getString(1), rows.getBoolean(3));
        }
      }
    }
    return silent;
  }

  private static boolean oftenEnough(Connection connection, Found found) throws SQLException {
    Integer visits = found.rule().match().visits();
    if (visits == null || !found.rule().match().dependsOnVisits(found.event())) {
      return true;
    }
    try (PreparedStatement select = connection.prepareStatement(VISITS_BEFORE)) {
      select.setString(1, found.event().visitorId());
      select.setObject(2, found.event().firstSeen().atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1) + 1 >= visits;
      }
    }
  }

  /** Two sinks that see one person at once wait for each other, in one order. */
  private static void lock(Connection connection, List<Found> found) throws SQLException {
    TreeSet<Integer> locks = new TreeSet<>();
    found.stream()
        .filter(each -> each.rule().coolDownSeconds() > 0)
        .forEach(each -> locks.add(each.lock()));
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT pg_advisory_xact_lock(?, ?)")) {
      for (int each : locks) {
        lock.setInt(1, LOCK);
        lock.setInt(2, each);
        lock.execute();
      }
    }
  }

  private Result result(Connection connection, Found found, Instant now) throws SQLException {
    if (!maxAge.isZero() && found.sent().isBefore(now.minus(maxAge))) {
      return Result.too_old;
    }
    long coolDown = found.rule().coolDownSeconds();
    if (coolDown == 0) {
      return Result.raised;
    }
    Instant captured = found.event().captureTime();
    try (PreparedStatement select = connection.prepareStatement(IN_COOL_DOWN)) {
      select.setString(1, found.rule().id());
      select.setString(2, found.whom());
      select.setObject(3, captured.minusSeconds(coolDown).atOffset(ZoneOffset.UTC));
      select.setObject(4, captured.plusSeconds(coolDown).atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1) ? Result.cool_down : Result.raised;
      }
    }
  }

  private boolean insert(Connection connection, Found found, Result result) throws SQLException {
    IdentityEvent event = found.event();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, found.id());
      insert.setString(2, found.rule().id());
      insert.setString(3, found.rule().name());
      insert.setString(4, event.track());
      insert.setString(5, event.camera());
      insert.setObject(6, event.captureTime().atOffset(ZoneOffset.UTC));
      insert.setString(7, result.name());
      insert.setString(8, found.whom());
      insert.setString(9, event.personId());
      insert.setString(10, event.visitorId());
      insert.setString(11, event.name());
      insert.setString(12, new String(RecordJson.write(event), UTF_8));
      if (insert.executeUpdate() == 0) {
        return false;
      }
    }
    if (result == Result.raised && !found.rule().outlets().isEmpty()) {
      try (PreparedStatement deliver = connection.prepareStatement(DELIVER)) {
        deliver.setString(1, found.id());
        deliver.setArray(2, connection.createArrayOf("text", outlets.toArray()));
        deliver.setString(3, NO_OUTLET);
        deliver.setArray(4, connection.createArrayOf("text", found.rule().outlets().toArray()));
        deliver.executeUpdate();
      }
    }
    return true;
  }

  private static void takeBack(Connection connection, IdentityEvent event) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(TAKEN_BACK)) {
      update.setString(1, event.track());
      update.setString(2, event.personId());
      update.executeUpdate();
    }
  }
}

package org.facestream.sink.api.seen;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredEvents;
import org.jspecify.annotations.Nullable;

/** The route about stored events: what was published, and when. */
public final class EventRoutes {
  private static final Set<String> TYPES =
      Stream.of(IdentityEvent.Type.values()).map(Enum::name).collect(Collectors.toSet());

  private final DataSource database;

  public EventRoutes(Database database) {
    this.database = database.dataSource();
  }

  /** Events, the latest first. */
  record EventPage(List<IdentityEvent> items, @Nullable String next) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get("/api/v1/events", Role.viewer, "List identity events, the latest first.")
            .query("track", Parameter.Type.text, "Id of a sighting.")
            .query("person", Parameter.Type.text, "Id or name of a person.")
            .query("unknown", Parameter.Type.flag, "Only unknown people.")
            .query("visitor", Parameter.Type.text, "Id of a visitor.")
            .repeated("camera", "Id of a camera.")
            .query("type", Parameter.Type.text, "started, updated, ended or corrected.")
            .query("from", Parameter.Type.time, "Not what was last seen before.")
            .query("to", Parameter.Type.time, "Not what was last seen after.")
            .pages()
            .answer(EventPage.class)
            .handle(this::list));
  }

  private void list(Call call) throws StoreException {
    Optional<String> person = call.query("person");
    boolean unknown = call.flag("unknown");
    if (unknown && person.isPresent()) {
      throw Problem.invalid("Give person or unknown, not both.");
    }
    Optional<String> type = call.query("type");
    if (type.isPresent() && !TYPES.contains(type.get())) {
      throw Problem.invalid("type must be started, updated, ended or corrected.");
    }
    int limit = call.limit();
    PagedQuery query =
        new PagedQuery(StoredEvents.SELECT)
            .add(unknown ? " person_id IS NULL" : " TRUE")
            .add(" AND track = ?", call.query("track").map(PagedQuery::text))
            .add(" AND visitor_id = ?", call.query("visitor").map(PagedQuery::text))
            .add(" AND camera = ANY (?)", call.cameras().map(PagedQuery::texts))
            .add(" AND type = ?", type.map(PagedQuery::text))
            .add(" AND last_seen >= ?", call.time("from").map(PagedQuery::time))
            .add(" AND last_seen <= ?", call.time("to").map(PagedQuery::time));
    person.ifPresent(
        who ->
            query
                .add(" AND (person_id = ?", PagedQuery.text(who))
                .add(
                    " OR lower(name) = lower(?) AND person_id IS NOT NULL)",
                    PagedQuery.text(who.strip())));
    query.page("event_id", call.query("cursor").map(PagedQuery.Place::of), limit);
    Map<String, Object> what = new LinkedHashMap<>();
    for (String name : List.of("track", "person", "visitor", "camera", "from", "to")) {
      call.query(name).ifPresent(value -> what.put(name, value));
    }
    call.look("event.list", what);
    List<IdentityEvent> found = query.select(database, StoredEvents::read);
    call.answer(new EventPage(found, found.size() < limit ? null : cursor(found.get(limit - 1))));
  }

  private static String cursor(IdentityEvent last) {
    return new PagedQuery.Place(last.lastSeen(), last.eventId()).cursor();
  }
}

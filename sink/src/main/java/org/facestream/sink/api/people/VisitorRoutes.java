package org.facestream.sink.api.people;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.people.VisitorLooks;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.people.VisitorNaming;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Routes with the answers to an unknown person who is seen again. */
public final class VisitorRoutes {
  private static final String VISITOR = "/api/v1/visitors/{visitor}";
  private static final Duration USUAL = Duration.ofDays(30);

  private final Desk desk;

  public VisitorRoutes(Desk desk) {
    this.desk = desk;
  }

  /**
   * How long an answer holds.
   *
   * @param until null for 30 days
   */
  record AnswerTime(@Nullable Instant until) {
    Instant end() {
      Instant now = Instant.now();
      Instant end = until == null ? now.plus(USUAL) : until;
      if (!end.isAfter(now)) {
        throw Problem.invalid("until has passed.");
      }
      return end;
    }
  }

  /**
   * Who a visitor is.
   *
   * @param name a new name, or name or id of a person
   * @param confirm whether crops that look like somebody else are enrolled
   */
  record NameBody(
      String name, @Nullable String consent, @Nullable Instant expiry, @Nullable Boolean confirm) {}

  /** Whose the visitor's pictures and sightings are, and how many. */
  record NamedVisitor(String personId, String name, int pictures, int sightings) {}

  /** How many looks the answer holds for. */
  record Ignored(String visitor, int looks, Instant until) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.post(VISITOR + "/name", Role.operator, "Make a visitor a person of the gallery.")
            .body(NameBody.class)
            .answer(NamedVisitor.class)
            .handle(this::name),
        Route.post(VISITOR + "/ignore", Role.operator, "Ignore a visitor: no alert, nobody else.")
            .body(AnswerTime.class)
            .answer(Ignored.class)
            .handle(this::ignore),
        Route.post(VISITOR + "/discard", Role.operator, "Erase a visitor that is no face.")
            .body(AnswerTime.class)
            .answer(Views.DeedDone.class)
            .handle(this::discard),
        Route.delete(VISITOR, Role.administrator, "Forget a visitor.")
            .answer(Views.DeedDone.class)
            .handle(this::forget));
  }

  private String visitor(Call call) {
    Desk.requireEveryCamera(call);
    String id = call.path("visitor");
    if (!VisitorLooks.isVisitor(id)) {
      throw Problem.notFound("There is no visitor of this id.");
    }
    return id;
  }

  private void name(Call call) throws StoreException {
    NameBody body = call.body(NameBody.class);
    String id = visitor(call);
    EnrolmentTerms terms =
        new EnrolmentTerms(Optional.ofNullable(body.consent()), Optional.ofNullable(body.expiry()));
    Enroller.check(desk.settings(), terms);
    VisitorNaming naming =
        new VisitorNaming(
            desk.settings(),
            desk.people(call.caller()),
            desk.database(),
            desk.trail(call.caller()));
    if (!naming.has(id)) {
      throw Problem.notFound("There is no visitor of this id, or not any more.");
    }
    call.look("visitor.name", Map.of("visitor", id));
    VisitorNaming.Named named =
        desk.enrol(
            enroller ->
                naming.name(id, body.name(), Boolean.TRUE.equals(body.confirm()), terms, enroller));
    call.answer(
        new NamedVisitor(
            named.person().id(), named.person().name(), named.pictures(), named.sightings()));
  }

  private void ignore(Call call) {
    Instant until = call.body(AnswerTime.class).end();
    String id = visitor(call);
    requireLooks(call, id);
    call.look("visitor.ignore", Map.of("visitor", id));
    int looks = desk.people(call.caller()).visitors().ignore(id, until);
    call.answer(new Ignored(id, looks, until));
  }

  private void requireLooks(Call call, String id) {
    if (!desk.people(call.caller()).visitors().has(id)) {
      throw Problem.notFound("There is no visitor of this id, or not any more.");
    }
  }

  private void discard(Call call) {
    Instant until = call.body(AnswerTime.class).end();
    String id = visitor(call);
    requireLooks(call, id);
    call.look("visitor.discard", Map.of("visitor", id));
    call.answer(Views.DeedDone.of(desk.deeds(call.caller()).discard(id, until)));
  }

  private void forget(Call call) {
    String id = visitor(call);
    call.look("visitor.forget", Map.of("visitor", id));
    call.answer(Views.DeedDone.of(desk.deeds(call.caller()).forget(id)));
  }
}

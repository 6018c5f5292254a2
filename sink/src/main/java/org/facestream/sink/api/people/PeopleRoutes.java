package org.facestream.sink.api.people;

import io.javalin.http.UploadedFile;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;

/** Routes about enrolled people. */
public final class PeopleRoutes {
  private static final String PEOPLE = "/api/v1/people";
  private static final String PERSON = PEOPLE + "/{person}";
  private static final String REFERENCE = PERSON + "/references/{reference}";
  private static final Duration KEEP = Duration.ofHours(1);

  private final Desk desk;

  public PeopleRoutes(Desk desk) {
    this.desk = desk;
  }

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(PEOPLE, Role.viewer, "List everyone who is enrolled.")
            .answer(Views.PersonList.class)
            .handle(this::list),
        Route.post(PEOPLE, Role.operator, "Enrol pictures of a person, new or known.")
            .body(Content.form(Views.EnrolForm.class))
            .answer(Views.EnrolResults.class)
            .handle(call -> enrol(call, required(call, "name"), call.form("id"))),
        Route.get(PERSON, Role.viewer, "Read a person with all references.")
            .answer(Views.PersonDetail.class)
            .handle(this::show),
        Route.patch(PERSON, Role.operator, "Rename a person, or change the watchlist.")
            .body(Views.PersonChange.class)
            .answer(Views.PersonDetail.class)
            .handle(this::change),
        Route.delete(PERSON, Role.administrator, "Forget a person, in gallery and sightings.")
            .answer(Views.DeedDone.class)
            .handle(this::forget),
        Route.post(PERSON + "/merge", Role.operator, "Make one person of two.")
            .body(Views.MergeInto.class)
            .answer(Views.DeedDone.class)
            .handle(this::merge),
        Route.post(PERSON + "/references", Role.operator, "Enrol more pictures of a person.")
            .body(Content.form(Views.EnrolForm.class))
            .answer(Views.EnrolResults.class)
            .handle(this::enrolMore),
        Route.get(REFERENCE + "/picture", Role.viewer, "Read the picture of a reference.")
            .answer(Content.JPEG)
            .handle(this::picture),
        Route.post(REFERENCE + "/set-aside", Role.operator, "Keep a reference, but do not use it.")
            .answer(Views.PersonDetail.class)
            .handle(call -> review(call, true)),
        Route.post(REFERENCE + "/restore", Role.operator, "Use a reference again.")
            .answer(Views.PersonDetail.class)
            .handle(call -> review(call, false)),
        Route.get("/api/v1/deeds", Role.operator, "List what is not finished with people.")
            .answer(Views.DeedList.class)
            .handle(this::deeds));
  }

  private void list(Call call) {
    Desk.requireEveryCamera(call);
    call.look("people.list", Map.of());
    call.answer(
        new Views.PersonList(
            desk.people(call.caller()).list().stream().map(Views.PersonItem::of).toList()));
  }

  private People.Entry person(Call call) {
    Desk.requireEveryCamera(call);
    return desk.person(call, call.path("person"));
  }

  private void show(Call call) {
    People.Entry entry = person(call);
    call.look("people.read", Map.of("person", entry.person().id()));
    call.answer(Views.PersonDetail.of(entry));
  }

  private void picture(Call call) {
    Reference reference = reference(call, person(call));
    if (reference.thumbnail().length == 0) {
      throw Problem.notFound("No picture is kept of this reference.");
    }
    call.look("people.picture", Map.of("person", reference.personId()));
    call.answer(reference.thumbnail(), "image/jpeg", reference.faceId(), KEEP);
  }

  private static Reference reference(Call call, People.Entry entry) {
    return entry.references().stream()
        .filter(each -> each.faceId().equals(call.path("reference")))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("The person has no reference of this id."));
  }

  private void review(Call call, boolean aside) {
    People.Entry entry = person(call);
    List<String> one = List.of(reference(call, entry).faceId());
    call.look("people.review", Map.of("person", entry.person().id()));
    if (aside) {
      desk.check(call.caller()).setAside(entry.person(), one);
    } else {
      desk.check(call.caller()).restore(entry.person(), Optional.of(one));
    }
    call.answer(Views.PersonDetail.of(desk.person(call, entry.person().id())));
  }

  private void change(Call call) {
    Views.PersonChange change = call.body(Views.PersonChange.class);
    Person person = person(call).person();
    call.look("people.change", Map.of("person", person.id()));
    String watchlist = change.watchlist();
    if (watchlist != null) {
      desk.people(call.caller())
          .watch(person.id(), Optional.of(watchlist).filter(name -> !name.isBlank()));
    }
    String name = change.name();
    if (name != null && !name.equals(person.name())) {
      desk.deeds(call.caller()).rename(person.id(), name);
    }
    call.answer(Views.PersonDetail.of(desk.person(call, person.id())));
  }

  private void forget(Call call) throws StoreException {
    Desk.requireEveryCamera(call);
    String who = call.path("person");
    call.look("people.forget", Map.of("person", who));
    call.answer(done(who, desk.deeds(call.caller())::forget));
  }

  private void merge(Call call) throws StoreException {
    Desk.requireEveryCamera(call);
    String into = call.body(Views.MergeInto.class).into();
    String who = call.path("person");
    call.look("people.merge", Map.of("person", who, "into", into));
    call.answer(done(who, id -> desk.deeds(call.caller()).merge(id, into)));
  }

  /** A deed on a person. */
  interface Work {
    PeopleDeeds.Done on(String idOrName);
  }

  /** What was recorded and could not be finished, a running sink finishes: that is no error. */
  private Views.DeedDone done(String who, Work work) throws StoreException {
    try {
      return Views.DeedDone.of(work.on(who));
    } catch (UserError refused) {
      boolean begun =
          new UnfinishedDeeds(desk.database())
              .all().stream()
                  .anyMatch(
                      deed -> deed.person().id().equals(who) || deed.person().name().equals(who));
      if (!begun) {
        throw refused;
      }
      return new Views.DeedDone(who, 0, 0, false, refused.getMessage());
    }
  }

  private void deeds(Call call) throws StoreException {
    Desk.requireEveryCamera(call);
    call.look("deeds.list", Map.of());
    call.answer(
        new Views.DeedList(
            new UnfinishedDeeds(desk.database()).all().stream().map(Views.DeedItem::of).toList()));
  }

  private void enrolMore(Call call) throws StoreException {
    Person person = person(call).person();
    enrol(call, person.name(), Optional.of(person.id()));
  }

  private void enrol(Call call, String name, Optional<String> id) throws StoreException {
    Desk.requireEveryCamera(call);
    List<UploadedFile> pictures = call.files("pictures");
    if (pictures.isEmpty()) {
      throw Problem.invalid("Send one file or more as `pictures`.");
    }
    EnrolmentTerms terms =
        new EnrolmentTerms(
            call.form("consent"), time(call.form("expiry")), call.form("watchlist"), id);
    Enroller.check(desk.settings(), terms);
    boolean confirm = call.form("confirm").orElse("false").equals("true");
    call.look("people.enrol", Map.of("name", name, "pictures", pictures.size()));
    List<Views.EnrolResult> results = new ArrayList<>();
    for (UploadedFile picture : pictures) {
      byte[] encoded = Call.bytes(picture);
      results.add(
          desk.enrol(
              enroller -> {
                Enrolment enrolment = enroller.under(confirm, terms, desk.trail(call.caller()));
                return Views.EnrolResult.of(enrolment.enrol(name, source(picture), encoded));
              }));
    }
    call.answer(new Views.EnrolResults(results));
  }

  /** A browser's name of a file is only a hint, and may be anything. */
  private static String source(UploadedFile picture) {
    String name = picture.filename().replaceAll("[\\p{Cntrl}\\p{Cf}]", " ").strip();
    return "upload " + name.substring(0, Math.min(100, name.length()));
  }

  private static String required(Call call, String part) {
    return call.form(part)
        .orElseThrow(() -> Problem.invalid("The form has no part `" + part + "`."));
  }

  private static Optional<Instant> time(Optional<String> text) {
    return text.map(PeopleRoutes::instant);
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException none) {
      throw Problem.invalid("expiry must be a time such as 2027-06-30T00:00:00Z.");
    }
  }
}

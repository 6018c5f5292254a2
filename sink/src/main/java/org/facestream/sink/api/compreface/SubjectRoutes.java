package org.facestream.sink.api.compreface;

import java.util.List;
import java.util.Map;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.store.StoreException;

/** Subjects: the names of people. */
final class SubjectRoutes {
  private static final String SUBJECTS = "/api/v1/recognition/subjects";
  private static final String SUBJECT = SUBJECTS + "/{subject}";

  private final FaceCollection collection;

  SubjectRoutes(FaceCollection collection) {
    this.collection = collection;
  }

  List<Route> routes() {
    return List.of(
        Route.get(SUBJECTS, Role.viewer, "CompreFace: list the names of everyone.")
            .dialect(Codes.DIALECT)
            .answer(Answers.Subjects.class)
            .handle(this::list),
        Route.post(SUBJECTS, Role.operator, "CompreFace: add a name without a picture.")
            .dialect(Codes.DIALECT)
            .body(Answers.Subject.class)
            .created(Answers.Subject.class)
            .handle(this::add),
        Route.put(SUBJECT, Role.operator, "CompreFace: rename a person, or merge two.")
            .dialect(Codes.DIALECT)
            .body(Answers.Subject.class)
            .answer(Answers.Updated.class)
            .handle(this::rename),
        Route.delete(SUBJECT, Role.administrator, "CompreFace: forget a person.")
            .dialect(Codes.DIALECT)
            .answer(Answers.Subject.class)
            .handle(this::delete),
        Route.delete(SUBJECTS, Role.administrator, "CompreFace: forget everyone.")
            .dialect(Codes.DIALECT)
            .answer(Answers.Deleted.class)
            .handle(this::deleteAll));
  }

  private void list(Call call) throws StoreException {
    call.requireEveryCamera();
    call.look("people.list", Map.of());
    call.answer(new Answers.Subjects(collection.subjects()));
  }

  private void add(Call call) throws StoreException {
    call.requireEveryCamera();
    String name = PersonName.check(call.body(Answers.Subject.class).subject());
    call.look("people.add", Map.of("name", name));
    if (!collection.people(name).isEmpty() || !collection.empty().add(name, call.caller().name())) {
      throw Codes.constraint("Subject already exists");
    }
    call.answer(new Answers.Subject(name));
  }

  private void rename(Call call) throws StoreException {
    call.requireEveryCamera();
    String from = call.path("subject");
    String to = PersonName.check(call.body(Answers.Subject.class).subject());
    call.look("people.change", Map.of("name", from));
    List<String> whom = collection.people(from);
    List<String> others = collection.people(to);
    if (whom.size() > 1 || others.size() > 1) {
      throw Codes.constraint("Several people have this name: use /api/v1/people with the id.");
    }
    if (whom.isEmpty()) {
      renameEmpty(call, from, to, !others.isEmpty());
    } else if (others.isEmpty() || others.equals(whom)) {
      collection.desk().deeds(call.caller()).rename(whom.get(0), to);
      collection.empty().remove(to);
    } else {
      collection.desk().deeds(call.caller()).merge(whom.get(0), others.get(0));
    }
    if (!PersonName.same(from, to)) {
      collection.gallery().await(known -> known.values().stream().noneMatch(isCalled(from)));
    }
    call.answer(new Answers.Updated(true));
  }

  private static java.util.function.Predicate<Reference> isCalled(String name) {
    return reference -> PersonName.same(reference.name(), name);
  }

  private void renameEmpty(Call call, String from, String to, boolean merge) throws StoreException {
    if (!collection.empty().remove(from)) {
      throw Codes.noSubject();
    }
    if (!merge) {
      collection.empty().add(to, call.caller().name());
    }
  }

  private void delete(Call call) throws StoreException {
    call.requireEveryCamera();
    String name = call.path("subject");
    call.look("people.forget", Map.of("name", name));
    List<String> people = collection.people(name);
    if (people.size() > 1) {
      throw Codes.constraint("Several people have this name: use /api/v1/people with the id.");
    }
    boolean wasEmpty = collection.empty().remove(name);
    if (people.isEmpty() && !wasEmpty) {
      throw Codes.noSubject();
    }
    collection.forget(call.caller(), people);
    call.answer(new Answers.Subject(name));
  }

  private void deleteAll(Call call) throws StoreException {
    call.requireEveryCamera();
    call.look("people.forget", Map.of("all", true));
    List<String> names = collection.subjects();
    for (String name : names) {
      collection.empty().remove(name);
    }
    collection.forget(
        call.caller(),
        collection.gallery().references().stream()
            .map(Reference::personId)
            .distinct()
            .sorted()
            .toList());
    call.answer(new Answers.Deleted(names.size()));
  }
}

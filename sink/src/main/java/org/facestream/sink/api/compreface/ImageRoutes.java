package org.facestream.sink.api.compreface;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.store.StoreException;

/** Images: the enrolled pictures of people. */
final class ImageRoutes {
  private static final String FACES = "/api/v1/recognition/faces";
  private static final String FACE = FACES + "/{image_id}";
  private static final Duration KEEP = Duration.ofMinutes(5);
  private static final int LARGEST_PAGE = 2_000;

  private final FaceCollection collection;
  private final FaceReader reader;

  /**
   * @param reader stays its owner's
   */
  ImageRoutes(FaceCollection collection, FaceReader reader) {
    this.collection = collection;
    this.reader = reader;
  }

  List<Route> routes() {
    return List.of(
        Route.get(FACES, Role.viewer, "CompreFace: list enrolled pictures.")
            .dialect(Codes.DIALECT)
            .query("page", Parameter.Type.integer, "Number of the page, from 0.")
            .query("size", Parameter.Type.integer, "Pictures on a page, 20 where it is left out.")
            .query("subject", Parameter.Type.text, "Only of this person.")
            .answer(Answers.Images.class)
            .handle(this::list),
        Route.post(FACES, Role.operator, "CompreFace: enrol a picture.")
            .dialect(Codes.DIALECT)
            .query("subject", Parameter.Type.text, "The person's name.")
            .query("det_prob_threshold", Parameter.Type.number, "Least probability of a face.")
            .query("consent", Parameter.Type.text, "Where the person's consent is kept.")
            .body(Content.formOrJson(Answers.Upload.class))
            .created(Answers.Image.class)
            .handle(this::add),
        Route.delete(FACES, Role.administrator, "CompreFace: erase the pictures of a person.")
            .dialect(Codes.DIALECT)
            .query("subject", Parameter.Type.text, "Whose; everyone's where it is left out.")
            .answer(Answers.Deleted.class)
            .handle(this::deleteOfSubject),
        Route.post(FACES + "/delete", Role.administrator, "CompreFace: erase several pictures.")
            .dialect(Codes.DIALECT)
            .body(Content.json(String[].class))
            .answer(Content.json(Answers.Image[].class))
            .handle(this::deleteSeveral),
        Route.delete(FACE, Role.administrator, "CompreFace: erase a picture.")
            .dialect(Codes.DIALECT)
            .answer(Answers.Image.class)
            .handle(this::delete),
        Route.get(FACE + "/img", Role.viewer, "CompreFace: read an enrolled face.")
            .dialect(Codes.DIALECT)
            .answer(Content.JPEG)
            .handle(this::picture),
        Route.get(
                "/api/v1/static/{api_key}/images/{image_id}",
                Role.viewer,
                "CompreFace: read an enrolled face, with the key in the address.")
            .dialect(Codes.DIALECT)
            .answer(Content.JPEG)
            .handle(this::picture));
  }

  private void list(Call call) {
    call.requireEveryCamera();
    int page = Wishes.whole(call, "page", 0, 0, Integer.MAX_VALUE);
    int size = Math.min(LARGEST_PAGE, Wishes.whole(call, "size", 20, 1, Integer.MAX_VALUE));
    Optional<String> subject = call.query("subject");
    call.look("people.list", subject.map(name -> Map.of("name", name)).orElse(Map.of()));
    List<Reference> all = subject.map(collection::images).orElseGet(collection::images);
    int pages = (all.size() + size - 1) / size;
    call.answer(
        new Answers.Images(
            all.stream().skip((long) page * size).limit(size).map(ImageRoutes::image).toList(),
            page,
            size,
            pages,
            all.size()));
  }

  private static Answers.Image image(Reference reference) {
    return new Answers.Image(ImageId.of(reference.faceId()), reference.name());
  }

  private void add(Call call) throws StoreException {
    call.requireEveryCamera();
    String name =
        PersonName.check(call.query("subject").orElseThrow(() -> Codes.missing("subject")));
    EnrolmentTerms terms = terms(call);
    Enroller.check(collection.desk().settings(), terms);
    byte[] picture = call.upload("file", Answers.Upload.class, Answers.Upload::file);
    if (call.query("det_prob_threshold").isPresent()) {
      requireProbability(call, picture);
    }
    call.look("people.enrol", Map.of("name", name, "pictures", 1));
    EnrolmentResult result =
        collection
            .desk()
            .enrol(
                enroller ->
                    enroller
                        .under(false, terms, collection.desk().trail(call.caller()))
                        .enrol(name, "upload by CompreFace's API", picture));
    if (result instanceof EnrolmentResult.Refused refused) {
      throw refusal(refused);
    }
    EnrolmentResult.Enrolled enrolled = (EnrolmentResult.Enrolled) result;
    collection.empty().remove(name);
    collection.gallery().await(known -> known.containsKey(enrolled.faceId()));
    call.answer(new Answers.Image(ImageId.of(enrolled.faceId()), enrolled.person().name()));
  }

  private EnrolmentTerms terms(Call call) {
    return new EnrolmentTerms(
        call.query("consent")
            .or(collection.desk().settings().get(ApiConfig.class)::comprefaceConsent),
        Optional.empty());
  }

  private void requireProbability(Call call, byte[] picture) {
    Wishes wishes = new Wishes(0, Wishes.probability(call), java.util.Set.of(), false, true);
    int faces = reader.read(call.caller(), picture, wishes.wanted(false)).faces().size();
    if (faces == 0) {
      throw Codes.noFace();
    }
  }

  private static Problem refusal(EnrolmentResult.Refused refused) {
    return switch (refused.reason()) {
      case "no-face" -> Codes.noFace();
      case "several-faces" -> Codes.tooManyFaces("given image");
      default ->
          Codes.constraint(
              "The picture is refused (%s): %s".formatted(refused.reason(), refused.message()));
    };
  }

  private void deleteOfSubject(Call call) {
    call.requireEveryCamera();
    Optional<String> subject = call.query("subject");
    call.look(
        "people.erase",
        subject.map(name -> Map.<String, Object>of("name", name)).orElse(Map.of("all", true)));
    List<Reference> images = subject.map(collection::images).orElseGet(collection::images);
    collection.erase(call.caller(), images);
    call.answer(new Answers.Deleted(images.size()));
  }

  private void delete(Call call) {
    call.requireEveryCamera();
    Reference image = collection.image(call.path("image_id")).orElseThrow(Codes::noImage);
    call.look("people.erase", Map.of("person", image.personId()));
    collection.erase(call.caller(), List.of(image));
    call.answer(image(image));
  }

  private void deleteSeveral(Call call) {
    call.requireEveryCamera();
    List<Reference> images = new ArrayList<>();
    // One that is not there is no error, as in CompreFace.
    Arrays.stream(call.body(String[].class))
        .distinct()
        .forEach(id -> collection.image(id).ifPresent(images::add));
    call.look("people.erase", Map.of("pictures", images.size()));
    collection.erase(call.caller(), images);
    call.answer(images.stream().map(ImageRoutes::image).toList());
  }

  /** As in CompreFace, no bytes where there is no such image. */
  private void picture(Call call) {
    call.requireEveryCamera();
    Optional<Reference> image =
        collection
            .image(call.path("image_id"))
            .flatMap(found -> collection.whole(call.caller(), found));
    if (image.isEmpty()) {
      call.context().contentType("image/jpeg").result(new byte[0]);
      return;
    }
    call.look("people.picture", Map.of("person", image.get().personId()));
    call.answer(image.get().thumbnail(), "image/jpeg", image.get().faceId(), KEEP);
  }
}

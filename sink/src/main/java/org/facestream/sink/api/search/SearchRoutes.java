package org.facestream.sink.api.search;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.api.picture.PictureRoutes.FaceView;
import org.facestream.sink.search.Found;
import org.facestream.sink.search.Wanted;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;

/** Routes that find a face among all that were seen. */
public final class SearchRoutes {
  private static final int MOST = 1_000;

  private final FaceReader reader;
  private final StoredFaces stored;
  private final StoredCrops crops;

  /** A picture with the face that is looked for. */
  record Photo(byte[] picture) {}

  /**
   * A stored face. Its picture is at {@code /api/v1/sightings/{track}/crops/{faceId}}, as long as
   * it is kept.
   *
   * @param distance by the model's metric
   * @param likeness by the model's thresholds
   * @param person whose sighting it is
   */
  record Hit(
      float distance,
      Likeness likeness,
      Instant time,
      String camera,
      List<String> zones,
      Found.Person person,
      String track,
      String faceId) {
    static Hit of(Found found, DescriptorModel model) {
      Found.Seen seen = found.seen();
      return new Hit(
          found.distance(),
          Likeness.of(found.distance(), model),
          seen.time(),
          seen.camera(),
          seen.zones(),
          found.person(),
          seen.track(),
          seen.faceId());
    }
  }

  /**
   * What was found for a face of a photo.
   *
   * @param faces how many the photo shows
   * @param face the one that was looked for, in pixels of the upright photo
   * @param items the nearest first
   */
  record PhotoResult(String model, int faces, FaceView face, List<Hit> items) {}

  /**
   * What was found for a stored face.
   *
   * @param faceId the one that was looked for
   * @param items the nearest first, without those of the same sighting
   */
  record SimilarResult(String model, String faceId, List<Hit> items) {}

  /**
   * @param reader stays its owner's
   * @param stored stays its owner's
   */
  public SearchRoutes(FaceReader reader, StoredFaces stored, Database database) {
    this.reader = reader;
    this.stored = stored;
    this.crops = new StoredCrops(database.dataSource());
  }

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        filtered(
                Route.post(
                        "/api/v1/search",
                        Role.viewer,
                        "Find the stored faces that are nearest to the face in a photo.")
                    .query(
                        "face",
                        Parameter.Type.integer,
                        "Which face of the photo: 1, the default, is the largest."))
            .body(Content.formOrJson(Photo.class))
            .answer(PhotoResult.class)
            .handle(this::search),
        filtered(
                Route.get(
                    "/api/v1/sightings/{track}/similar",
                    Role.viewer,
                    "Find the stored faces that are nearest to the best one of a sighting."))
            .answer(SimilarResult.class)
            .handle(this::similar));
  }

  private static Route.Builder filtered(Route.Builder route) {
    return route
        .query("from", Parameter.Type.time, "Captured then or later.")
        .query("to", Parameter.Type.time, "Captured before.")
        .repeated("camera", "Id of a camera.")
        .repeated("zone", "Name of a zone.")
        .repeated("person", "Id or name of a person; `unknown` for nobody known.")
        .query(
            "limit", Parameter.Type.integer, "Largest number of faces, 1 to 1000; 10 if absent.");
  }

  private void search(Call call) throws StoreException {
    int number = call.integer("face", 1, 1, MOST);
    int most = limit(call);
    byte[] photo = call.upload("picture", Photo.class, Photo::picture);
    FaceReader.Reading found = reader.read(call.caller(), photo, FaceReader.Wanted.all(true));
    List<FaceReader.Described> faces =
        found.faces().stream()
            .sorted(
                Comparator.comparingDouble((FaceReader.Described each) -> -area(each.face().box())))
            .toList();
    if (number > faces.size()) {
      throw Problem.unusable(
          faces.isEmpty()
              ? "The picture shows no face: send one with a face."
              : "The picture shows %s: there is no face %s."
                  .formatted(faces.size() == 1 ? "one face" : faces.size() + " faces", number));
    }
    FaceReader.Described face = faces.get(number - 1);
    float[] descriptor = face.descriptor();
    if (descriptor == null) {
      throw Problem.unusable("Eyes and mouth of the face are not found: send another picture.");
    }
    DescriptorModel model = reader.model();
    look(call, Map.of());
    call.answer(
        new PhotoResult(
            model.name(),
            faces.size(),
            FaceView.of(face.face()),
            nearest(call, descriptor, model, most)));
  }

  private void similar(Call call) throws StoreException {
    int most = limit(call);
    String track = call.path("track");
    DescriptorModel model = reader.model();
    List<StoredCrops.Described> faces = crops.of(List.of(track), model.name());
    faces.stream().findFirst().ifPresent(face -> requireCamera(call, face));
    StoredCrops.Described best =
        faces.stream()
            .filter(face -> face.descriptor() != null && model.name().equals(face.model()))
            .max(Comparator.comparingDouble(face -> face.face().quality().overall()))
            .orElseThrow(
                () ->
                    Problem.notFound(
                        "There is no sighting of this id, or no descriptor of it is kept."));
    look(call, Map.of("track", track));
    List<Hit> hits =
        nearest(call, descriptor(best), model, Math.min(Wanted.MOST, most + faces.size()));
    call.answer(
        new SimilarResult(
            model.name(),
            best.face().id(),
            hits.stream().filter(hit -> !hit.track().equals(track)).limit(most).toList()));
  }

  private static void requireCamera(Call call, StoredCrops.Described face) {
    call.requireCamera(face.face().camera(), "sighting");
  }

  private static float[] descriptor(StoredCrops.Described face) {
    float[] descriptor = face.descriptor();
    if (descriptor == null) {
      throw new IllegalStateException("faces without one were left out");
    }
    return descriptor;
  }

  private static int limit(Call call) {
    return call.integer("limit", 10, 1, MOST);
  }

  private static double area(Box box) {
    return (double) (box.right() - box.left()) * (box.bottom() - box.top());
  }

  private static void look(Call call, Map<String, String> more) {
    Map<String, Object> what = new LinkedHashMap<>(more);
    for (String name : List.of("from", "to")) {
      call.query(name).ifPresent(value -> what.put(name, value));
    }
    for (String name : List.of("camera", "zone", "person")) {
      List<String> values = call.queries(name);
      if (!values.isEmpty()) {
        what.put(name, String.join(" ", values));
      }
    }
    call.look("face.search", what);
  }

  private List<Hit> nearest(Call call, float[] descriptor, DescriptorModel model, int most)
      throws StoreException {
    Set<String> cameras = new TreeSet<>(call.queries("camera"));
    Optional<Set<String>> allowed = call.caller().cameras();
    if (allowed.isPresent()) {
      boolean any = cameras.isEmpty();
      if (any) {
        cameras.addAll(allowed.get());
      } else {
        cameras.retainAll(allowed.get());
      }
      if (cameras.isEmpty()) {
        return List.of();
      }
    }
    Wanted.Conditions conditions =
        new Wanted.Conditions(
            call.time("from").orElse(null),
            call.time("to").orElse(null),
            List.copyOf(cameras),
            call.queries("zone"),
            call.queries("person"));
    return stored
        .search(new Wanted(descriptor, model.name(), model.metric(), conditions, most))
        .stream()
        .map(found -> Hit.of(found, model))
        .toList();
  }
}

package org.facestream.sink.api.picture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Point;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.identity.Match;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.jspecify.annotations.Nullable;

/** Routes that say who and what is on an uploaded picture. The picture is not kept. */
public final class PictureRoutes {
  private final FaceReader reader;
  private final LiveGallery gallery;

  /** One picture. */
  record Upload(byte[] picture) {}

  /** Two pictures, each with one face. */
  record TwoUploads(byte[] first, byte[] second) {}

  /**
   * A face.
   *
   * @param landmarks eyes, nose and corners of the mouth, each from left to right
   * @param score the detector's probability, 0 to 1
   * @param quality how well it serves recognition, 0 to 1
   */
  public record FaceView(Box box, List<Point> landmarks, float score, float quality) {
    /** A face that was read, as the API shows it. */
    public static FaceView of(SeenFace face) {
      return new FaceView(face.box(), face.landmarks().points(), face.score(), face.quality());
    }
  }

  /** The faces of a picture, best first, in its pixels. */
  record Faces(int width, int height, List<FaceView> faces) {}

  /**
   * A face with its descriptor, which is biometric data.
   *
   * @param descriptor null when the landmarks do not span a face
   */
  record DescribedView(FaceView face, float @Nullable [] descriptor) {}

  /** The faces of a picture with descriptors of a model. */
  record DescribedFaces(int width, int height, String model, List<DescribedView> faces) {}

  /**
   * Two pictures compared.
   *
   * @param threshold the distance below which two faces are probably one person's
   */
  record Comparison(String model, float distance, float threshold, boolean same) {}

  /**
   * Somebody whom a face looks like.
   *
   * @param threshold the distance below which it counts as this person's
   */
  record CandidateView(
      String personId,
      String name,
      @Nullable String watchlist,
      float distance,
      float threshold,
      boolean known) {}

  /**
   * A face and whom it looks like, the likeliest first.
   *
   * @param known whether it counts as the first one's
   */
  record IdentifiedFace(FaceView face, boolean known, List<CandidateView> candidates) {}

  /** The faces of a picture and whom they look like. */
  record IdentifiedFaces(int width, int height, String model, List<IdentifiedFace> faces) {}

  /**
   * @param reader stays its owner's
   * @param gallery stays its owner's
   */
  public PictureRoutes(FaceReader reader, LiveGallery gallery) {
    this.reader = reader;
    this.gallery = gallery;
  }

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.post("/api/v1/detect", Role.viewer, "Find the faces of a picture.")
            .body(Content.formOrJson(Upload.class))
            .answer(Faces.class)
            .handle(this::detect),
        Route.post("/api/v1/describe", Role.viewer, "Describe the faces of a picture.")
            .body(Content.formOrJson(Upload.class))
            .answer(DescribedFaces.class)
            .handle(this::describe),
        Route.post("/api/v1/compare", Role.viewer, "Compare the faces of two pictures.")
            .body(Content.formOrJson(TwoUploads.class))
            .answer(Comparison.class)
            .handle(this::compare),
        Route.post("/api/v1/identify", Role.viewer, "Say whom the faces of a picture look like.")
            .query("limit", Parameter.Type.integer, "Largest number of people for a face, 1 to 50.")
            .body(Content.formOrJson(Upload.class))
            .answer(IdentifiedFaces.class)
            .handle(this::identify));
  }

  private FaceReader.Reading read(Call call, boolean describe) {
    byte[] picture = call.upload("picture", Upload.class, Upload::picture);
    return reader.read(call.caller(), picture, FaceReader.Wanted.all(describe));
  }

  private void detect(Call call) {
    FaceReader.Reading found = read(call, false);
    call.look("picture.detect", Map.of("faces", found.faces().size()));
    call.answer(
        new Faces(
            found.width(),
            found.height(),
            found.faces().stream().map(each -> FaceView.of(each.face())).toList()));
  }

  private void describe(Call call) {
    FaceReader.Reading found = read(call, true);
    call.look("picture.describe", Map.of("faces", found.faces().size()));
    call.answer(
        new DescribedFaces(
            found.width(),
            found.height(),
            reader.model().name(),
            found.faces().stream()
                .map(each -> new DescribedView(FaceView.of(each.face()), each.descriptor()))
                .toList()));
  }

  private void compare(Call call) {
    byte[] first = call.upload("first", TwoUploads.class, TwoUploads::first);
    byte[] second = call.upload("second", TwoUploads.class, TwoUploads::second);
    FaceReader.Wanted wanted = FaceReader.Wanted.all(true);
    float[] one = FaceReader.one(reader.read(call.caller(), first, wanted), "first");
    float[] other = FaceReader.one(reader.read(call.caller(), second, wanted), "second");
    call.look("picture.compare", Map.of());
    DescriptorModel model = reader.model();
    float distance = model.metric().distance(one, other);
    call.answer(
        new Comparison(
            model.name(), distance, model.verification(), distance < model.verification()));
  }

  private void identify(Call call) {
    call.requireEveryCamera();
    int most = call.integer("limit", 3, 1, 50);
    FaceReader.Reading found = read(call, true);
    List<FaceReader.Described> described =
        found.faces().stream().filter(each -> each.descriptor() != null).toList();
    List<List<Match.Candidate>> candidates =
        gallery.candidates(
            described.stream().map(each -> Objects.requireNonNull(each.descriptor())).toList(),
            most);
    call.look("picture.identify", Map.of("faces", found.faces().size()));
    List<IdentifiedFace> faces = new ArrayList<>();
    int next = 0;
    for (FaceReader.Described each : found.faces()) {
      List<CandidateView> views =
          each.descriptor() == null
              ? List.of()
              : candidates.get(next++).stream().map(this::view).toList();
      faces.add(
          new IdentifiedFace(
              FaceView.of(each.face()), !views.isEmpty() && views.get(0).known(), views));
    }
    call.answer(new IdentifiedFaces(found.width(), found.height(), reader.model().name(), faces));
  }

  private CandidateView view(Match.Candidate candidate) {
    float threshold = gallery.threshold(candidate);
    return new CandidateView(
        candidate.personId(),
        candidate.name(),
        candidate.watchlist(),
        candidate.distance(),
        threshold,
        candidate.distance() < threshold);
  }
}

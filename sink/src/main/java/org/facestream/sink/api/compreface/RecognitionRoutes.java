package org.facestream.sink.api.compreface;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.picture.FaceReader;
import org.jspecify.annotations.Nullable;

/** Detection, recognition and verification of uploaded pictures, which are not kept. */
final class RecognitionRoutes {
  private final FaceCollection collection;
  private final FaceReader reader;
  private final Likenesses likenesses;

  /**
   * @param reader stays its owner's
   */
  RecognitionRoutes(FaceCollection collection, FaceReader reader) {
    this.collection = collection;
    this.reader = reader;
    this.likenesses = new Likenesses(collection, reader);
  }

  List<Route> routes() {
    return List.of(
        Wishes.declare(
                Route.post("/api/v1/detection/detect", Role.viewer, "CompreFace: find the faces."))
            .body(Content.formOrJson(Answers.Upload.class))
            .answer(Answers.Faces.class)
            .handle(this::detect),
        Wishes.declare(
                Route.post(
                    "/api/v1/recognition/recognize",
                    Role.viewer,
                    "CompreFace: say whom the faces look like."))
            .query("prediction_count", Parameter.Type.integer, Likenesses.COUNT)
            .query("detect_faces", Parameter.Type.text, "false: the picture is a face, cut out.")
            .body(Content.formOrJson(Answers.Upload.class))
            .answer(Answers.Faces.class)
            .handle(this::recognize),
        Wishes.declare(
                Route.post(
                    "/api/v1/recognition/faces/{image_id}/verify",
                    Role.viewer,
                    "CompreFace: compare faces with an enrolled picture."))
            .body(Content.formOrJson(Answers.Upload.class))
            .answer(Answers.Faces.class)
            .handle(this::verifyWithImage),
        Wishes.declare(
                Route.post(
                    "/api/v1/verification/verify",
                    Role.viewer,
                    "CompreFace: compare the faces of two pictures."))
            .body(Content.formOrJson(Answers.TwoUploads.class))
            .answer(Answers.Verification.class)
            .handle(this::verify));
  }

  /** The faces of a picture, of which there must be one. */
  private <T> Look look(
      Call call,
      String part,
      Class<T> type,
      Function<T, byte[]> component,
      Wishes wishes,
      boolean describe) {
    byte[] picture = call.upload(part, type, component);
    Look look =
        new Look(
            reader.read(call.caller(), picture, wishes.wanted(describe)),
            wishes,
            reader.model().name());
    if (look.faces().isEmpty()) {
      throw Codes.noFace();
    }
    return look;
  }

  private Look look(Call call, boolean describe) {
    return look(
        call, "file", Answers.Upload.class, Answers.Upload::file, Wishes.of(call), describe);
  }

  private void detect(Call call) {
    Look look = look(call, false);
    call.look("picture.detect", Map.of("faces", look.faces().size()));
    call.answer(
        new Answers.Faces(
            look.faces().stream().map(face -> look.face(face, null, null)).toList(),
            look.versions()));
  }

  private void recognize(Call call) {
    call.requireEveryCamera();
    int most = Likenesses.most(call);
    Look look = look(call, true);
    List<List<Answers.Likeness>> found =
        likenesses.of(look.faces().stream().map(FaceReader.Described::descriptor).toList(), most);
    call.look("picture.identify", Map.of("faces", look.faces().size()));
    List<Answers.Face> faces = new ArrayList<>();
    for (int i = 0; i < look.faces().size(); i++) {
      faces.add(look.face(look.faces().get(i), found.get(i), null));
    }
    call.answer(new Answers.Faces(faces, look.versions()));
  }

  private void verifyWithImage(Call call) {
    call.requireEveryCamera();
    Reference image = likenesses.image(call);
    Look look = look(call, true);
    call.look("picture.compare", Map.of("person", image.personId(), "faces", look.faces().size()));
    call.answer(new Answers.Faces(compared(look, image.descriptor()), look.versions()));
  }

  private void verify(Call call) {
    Wishes wishes = Wishes.of(call);
    Look source =
        look(
            call,
            "source_image",
            Answers.TwoUploads.class,
            Answers.TwoUploads::source,
            wishes.ofAll(),
            true);
    if (source.faces().size() > 1) {
      throw Codes.tooManyFaces("source image");
    }
    Look target =
        look(
            call,
            "target_image",
            Answers.TwoUploads.class,
            Answers.TwoUploads::target,
            wishes,
            true);
    call.look("picture.compare", Map.of("faces", target.faces().size()));
    FaceReader.Described face = source.faces().get(0);
    call.answer(
        new Answers.Verification(
            List.of(
                new Answers.Verified(
                    source.face(face, null, null),
                    compared(target, face.descriptor()),
                    target.versions()))));
  }

  /** A face that cannot be described resembles none. */
  private List<Answers.Face> compared(Look look, float @Nullable [] with) {
    DescriptorModel model = reader.model();
    Similarity similarity = Similarity.of(model);
    return look.faces().stream()
        .map(
            face -> {
              float[] descriptor = face.descriptor();
              double alike =
                  with == null || descriptor == null
                      ? 0
                      : similarity.at(model.metric().distance(with, descriptor));
              return look.face(face, null, alike);
            })
        .toList();
  }
}

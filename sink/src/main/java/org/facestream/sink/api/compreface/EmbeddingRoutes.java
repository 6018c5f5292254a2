package org.facestream.sink.api.compreface;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.picture.FaceReader;

/** The same as with pictures, with descriptors that the plugin calculator gave. */
final class EmbeddingRoutes {
  /** A request compares no more than this. */
  private static final int MOST = 1_000;

  private final FaceReader reader;
  private final Likenesses likenesses;

  /**
   * @param reader stays its owner's
   */
  EmbeddingRoutes(FaceCollection collection, FaceReader reader) {
    this.reader = reader;
    this.likenesses = new Likenesses(collection, reader);
  }

  List<Route> routes() {
    return List.of(
        Route.post(
                "/api/v1/recognition/embeddings/recognize",
                Role.viewer,
                "CompreFace: say whom descriptors look like.")
            .dialect(Codes.DIALECT)
            .query("prediction_count", Parameter.Type.integer, Likenesses.COUNT)
            .body(Answers.Embeddings.class)
            .answer(Answers.SearchedAll.class)
            .handle(this::recognize),
        Route.post(
                "/api/v1/recognition/embeddings/faces/{image_id}/verify",
                Role.viewer,
                "CompreFace: compare descriptors with an enrolled picture.")
            .dialect(Codes.DIALECT)
            .body(Answers.Embeddings.class)
            .answer(Answers.ComparedAll.class)
            .handle(this::verifyWithImage),
        Route.post(
                "/api/v1/verification/embeddings/verify",
                Role.viewer,
                "CompreFace: compare descriptors.")
            .dialect(Codes.DIALECT)
            .body(Answers.TwoSides.class)
            .answer(Answers.ComparedAll.class)
            .handle(this::verify));
  }

  private void recognize(Call call) {
    call.requireEveryCamera();
    int most = Likenesses.most(call);
    List<float[]> sent = limited(call.body(Answers.Embeddings.class).embeddings());
    List<List<Answers.Likeness>> found = likenesses.of(likenesses.checked(sent), most);
    call.look("picture.identify", Map.of("faces", sent.size()));
    List<Answers.Searched> result = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      result.add(new Answers.Searched(sent.get(i), found.get(i)));
    }
    call.answer(new Answers.SearchedAll(result));
  }

  private void verifyWithImage(Call call) {
    call.requireEveryCamera();
    List<float[]> sent = limited(call.body(Answers.Embeddings.class).embeddings());
    Reference image = likenesses.image(call);
    call.look("picture.compare", Map.of("person", image.personId(), "faces", sent.size()));
    call.answer(new Answers.ComparedAll(compared(image.descriptor(), sent)));
  }

  private void verify(Call call) {
    Answers.TwoSides sides = call.body(Answers.TwoSides.class);
    List<float[]> targets = limited(sides.targets());
    float[] source = likenesses.checked(List.of(sides.source())).get(0);
    call.look("picture.compare", Map.of("faces", targets.size()));
    call.answer(new Answers.ComparedAll(compared(source, targets)));
  }

  private List<Answers.Compared> compared(float[] with, List<float[]> sent) {
    DescriptorModel model = reader.model();
    Similarity similarity = Similarity.of(model);
    List<float[]> checked = likenesses.checked(sent);
    List<Answers.Compared> result = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      result.add(
          new Answers.Compared(
              sent.get(i), similarity.at(model.metric().distance(with, checked.get(i)))));
    }
    return result;
  }

  private static List<float[]> limited(List<float[]> sent) {
    if (sent.isEmpty() || sent.size() > MOST) {
      throw Codes.constraint("Send 1 to " + MOST + " embeddings");
    }
    return sent;
  }
}

package org.facestream.sink.api.compreface;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.identity.Match;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.picture.FaceReader;
import org.jspecify.annotations.Nullable;

/** Whom descriptors look like, and the references that they are compared with. */
final class Likenesses {
  static final String COUNT = "Largest number of people for a face; 1 where it is left out.";

  /** As many as a request for all of them gets. */
  private static final int MOST = 50;

  private static final int ALL = -1;

  private final FaceCollection collection;
  private final FaceReader reader;

  Likenesses(FaceCollection collection, FaceReader reader) {
    this.collection = collection;
    this.reader = reader;
  }

  /** How many people are wanted. */
  static int most(Call call) {
    int given = Wishes.whole(call, "prediction_count", 1, ALL, Integer.MAX_VALUE);
    if (given == 0) {
      throw Codes.constraint("prediction_count must be 1 or more, or -1 for all");
    }
    return given == ALL ? MOST : Math.min(given, MOST);
  }

  /**
   * The people whom each face looks like, the likeliest first; none for a face without descriptor.
   */
  List<List<Answers.Likeness>> of(List<? extends float @Nullable []> descriptors, int most) {
    List<float[]> described =
        descriptors.stream().filter(Objects::nonNull).<float[]>map(each -> each).toList();
    List<List<Match.Candidate>> found = collection.gallery().candidates(described, most);
    Similarity similarity = Similarity.of(reader.model());
    List<List<Answers.Likeness>> all = new ArrayList<>();
    int next = 0;
    for (float[] descriptor : descriptors) {
      all.add(
          descriptor == null
              ? List.of()
              : found.get(next++).stream()
                  .map(each -> new Answers.Likeness(each.name(), similarity.at(each.distance())))
                  .toList());
    }
    return all;
  }

  /** The reference of the address, with its descriptor. */
  Reference image(Call call) {
    Reference image =
        collection
            .image(call.path("image_id"))
            .flatMap(found -> collection.whole(call.caller(), found))
            .orElseThrow(Codes::noImage);
    DescriptorModel model = reader.model();
    if (!image.model().equals(model.name()) || image.descriptor().length != model.length()) {
      throw Codes.constraint(
          "The image was enrolled with another network than recognizer.model: enrol it again");
    }
    return image;
  }

  /** Descriptors that were sent, as the network gives them. */
  List<float[]> checked(List<float[]> sent) {
    DescriptorModel model = reader.model();
    return sent.stream().map(each -> checked(each, model)).toList();
  }

  private static float[] checked(float @Nullable [] sent, DescriptorModel model) {
    if (sent == null || sent.length != model.length()) {
      throw Codes.constraint("An embedding must have " + model.length() + " values");
    }
    double sum = 0;
    for (float value : sent) {
      sum += (double) value * value;
    }
    if (!Double.isFinite(sum) || sum == 0) {
      throw Codes.constraint("An embedding must have finite values, not all 0");
    }
    if (!model.definition().normalise()) {
      return sent;
    }
    float[] normalised = new float[sent.length];
    double length = Math.sqrt(sum);
    for (int i = 0; i < sent.length; i++) {
      normalised[i] = (float) (sent[i] / length);
    }
    return normalised;
  }
}

package org.facestream.sink.api.compreface;

import java.util.List;
import java.util.stream.Stream;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.people.Desk;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.api.picture.LiveGallery;

/** The routes of CompreFace 1.2 for recognition, detection and verification. */
public final class CompreFaceRoutes {
  private final List<Route> routes;

  /**
   * @param desk stays its owner's
   * @param reader stays its owner's
   * @param gallery stays its owner's
   */
  public CompreFaceRoutes(Desk desk, FaceReader reader, LiveGallery gallery) {
    FaceCollection collection = new FaceCollection(desk, gallery);
    routes =
        Stream.of(
                new SubjectRoutes(collection).routes(),
                new ImageRoutes(collection, reader).routes(),
                new RecognitionRoutes(collection, reader).routes(),
                new EmbeddingRoutes(collection, reader).routes())
            .flatMap(List::stream)
            .toList();
  }

  /** All of them. */
  public List<Route> routes() {
    return routes;
  }
}

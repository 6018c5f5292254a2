package org.facestream.ingest.source.picture;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.registry.Polygon;

/**
 * Blacks out areas of pictures. It caches the areas in pixels for the last size, so use one object
 * per camera. One thread uses it.
 */
public final class PrivacyMasks implements AutoCloseable {
  private final List<MaskedArea> areas = new ArrayList<>();
  private final Scalar black = new Scalar(0);
  private List<Polygon> masks = List.of();
  private int width;
  private int height;

  /**
   * Blacks out every pixel that one of the areas touches, and at most two pixels around it.
   *
   * @param picture of any format of 8 bits per channel in which zeros are black
   */
  public void paint(Mat picture, List<Polygon> wanted) {
    if (wanted.isEmpty()) {
      return;
    }
    prepare(wanted, picture.cols(), picture.rows());
    areas.forEach(area -> area.fill(picture, black));
  }

  private void prepare(List<Polygon> wanted, int columns, int rows) {
    if (wanted.equals(masks) && columns == width && rows == height) {
      return;
    }
    free();
    for (Polygon polygon : wanted) {
      areas.add(new MaskedArea(polygon.points(), columns, rows));
    }
    masks = wanted;
    width = columns;
    height = rows;
  }

  private void free() {
    areas.forEach(MaskedArea::close);
    areas.clear();
    masks = List.of();
  }

  @Override
  public void close() {
    free();
    black.close();
  }
}

package org.facestream.detector.track;

import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.ingest.registry.Zone;

/**
 * The zones of one camera.
 *
 * @param zones in the camera's order
 */
public record CameraZones(List<Zone> zones) {
  /** A camera without zones. */
  public static final CameraZones NONE = new CameraZones(List.of());

  public CameraZones {
    zones = List.copyOf(zones);
  }

  /**
   * The zones of a face. One point decides: the centre of the face's box, or of its part inside the
   * picture if the border cuts it. A point on the border of two zones that touch is in one of them.
   *
   * @param box in frame coordinates
   * @param width pixels of the frame
   * @param height pixels of the frame
   * @return names, in the camera's order; zones may overlap
   */
  public List<String> of(Box box, int width, int height) {
    double x = middle(box.left(), box.right(), width);
    double y = middle(box.top(), box.bottom(), height);
    return zones.stream().filter(zone -> zone.polygon().contains(x, y)).map(Zone::name).toList();
  }

  private static double middle(double from, double to, int size) {
    return (Math.max(0, from) + Math.min(size, to)) / (2.0 * size);
  }
}

package org.facestream.detector.track;

import java.util.List;

/**
 * The tracker's state of one camera, immutable: an aborted turn does not change it, and a worker
 * that takes the camera over continues from it.
 *
 * @param width pixels of the frames that the tracks refer to
 * @param height pixels of the frames that the tracks refer to
 * @param lastFrame capture time of the last frame, milliseconds since 1970
 * @param tracks that are alive
 */
public record CameraTracks(int width, int height, long lastFrame, List<Track> tracks) {
  public static final CameraTracks NONE = new CameraTracks(0, 0, 0, List.of());

  public CameraTracks {
    tracks = List.copyOf(tracks);
  }
}

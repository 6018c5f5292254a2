package org.facestream.deploy.lab.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.deploy.lab.simulation.rtsp.Viewer;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;

class LoadCamerasTest {
  @Test
  void asManyFacesAreInSightAsAskedFor() throws Exception {
    int found = 0;
    int pictures = 0;
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        LoadScene scene = new LoadScene(new Format(1280, 720, 5), 3);
        Mat frame = new Mat()) {
      assertEquals(5 * LoadScene.LOOP_SECONDS, scene.frames());
      for (int number = 0; number < scene.frames(); number += 9) {
        scene.draw(number, frame);
        try (Picture picture = Picture.decodeStill(Picture.jpeg(frame, 85))) {
          int faces =
              (int)
                  mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0).stream()
                      .filter(face -> face.score() >= 0.9)
                      .count();
          assertTrue(faces <= 3, faces + " faces in frame " + number);
          found += faces;
          pictures++;
        }
      }
    }
    // At the edges a face is half in sight.
    assertTrue(found >= 0.8 * 3 * pictures, found + " faces in " + pictures + " pictures");
  }

  @Test
  void camerasShowDifferentPartsOfOneLoop() throws Exception {
    try (LoadCameras cameras = LoadCameras.start(0, new LoadCameras.Load(320, 180, 10, 5, 0))) {
      List<Camera> two = cameras.cameras(2);
      assertEquals(List.of("bench-001", "bench-002"), two.stream().map(Camera::id).toList());
      assertEquals(5, two.get(0).fps());
      for (Camera camera : two) {
        try (Viewer viewer = new Viewer(camera.url(), "tcp")) {
          assertEquals(320, viewer.next().width());
        }
      }
      List<Camera> three = cameras.cameras(3);
      assertEquals(two, three.subList(0, 2));
      assertEquals(two, cameras.cameras(2));
      assertEquals(0, cameras.unsent());
      assertTrue(cameras.bitRate() > 1_000);
    }
  }

  @Test
  void whatCannotBeShownIsRefused() {
    assertSays("--size 1280x719 is not even", 1280, 719, 5, 5, 1);
    assertSays("--size 32x720 is out of range", 32, 720, 5, 5, 1);
    assertSays("--fps is 0", 1280, 720, 5, 0, 1);
    assertSays("--stream-fps is 4; give 5", 1280, 720, 4, 5, 1);
    assertSays("--faces is -1; in 1280x720 give 0 to 12", 1280, 720, 5, 5, -1);
    assertSays("--faces is 13", 1280, 720, 5, 5, 13);
    assertSays("in 320x180 give 0 to 0", 320, 180, 5, 5, 1);
  }

  private static void assertSays(
      String expected, int width, int height, int fps, int sampled, int faces) {
    UserError refused =
        assertThrows(
            UserError.class, () -> new LoadCameras.Load(width, height, fps, sampled, faces));
    assertTrue(
        refused.getMessage().startsWith(expected) || refused.getMessage().contains(expected),
        refused.getMessage());
  }
}

package org.facestream.deploy.lab.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.face.Box;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.Test;

class SceneTest {
  private static final Format SMALL = new Format(640, 360, 5);

  /**
   * Below this the recognizer does not look at a face (recognizer.min-score): the legs of a chair
   * in the office have 0.73.
   */
  private static final float CERTAIN = 0.9f;

  @Test
  void theDetectorFindsWhoeverIsToBeSeenAndNobodyElse() throws Exception {
    int visible = 0;
    int found = 0;
    Set<String> people = new TreeSet<>();
    List<String> extra = new ArrayList<>();
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        Mat frame = new Mat()) {
      for (Script script : Script.ALL) {
        try (Scene scene = new Scene(script, Format.DEMO)) {
          for (int number = 0; number < scene.frames(); number += 17) {
            scene.draw(number, frame);
            List<Detection> faces = detect(mtcnn, Picture.jpeg(frame, 85));
            for (Scene.Placed placed : scene.at(number)) {
              boolean hit = faces.removeIf(face -> on(face.box(), placed.pose()));
              if (scene.visible(placed.walk(), number)) {
                visible++;
                found += hit ? 1 : 0;
                people.add(hit ? placed.walk().person() : "");
              }
            }
            int at = number;
            faces.stream()
                .filter(face -> face.score() >= CERTAIN)
                .forEach(face -> extra.add(script.camera() + " frame " + at + ": " + face));
          }
        }
      }
    }
    people.remove("");
    assertEquals(8, people.size(), people::toString);
    assertEquals(List.of(), extra);
    assertTrue(visible > 60, "visible " + visible);
    assertTrue(found >= 0.95 * visible, found + " of " + visible);
  }

  @Test
  void everyPortraitHasOneFace() throws Exception {
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1)) {
      for (DemoPerson person : DemoPeople.all()) {
        assertEquals(1, detect(mtcnn, DemoPeople.portrait(person)).size(), person.id());
      }
    }
  }

  @Test
  void theSameSeedGivesTheSamePictures() {
    Script script = Script.ALL.get(0);
    byte[] first = picture(script, 50);
    assertArrayEquals(first, picture(script, 50));
    Script other =
        new Script(
            script.camera(),
            script.photograph(),
            script.wall(),
            script.seconds(),
            script.seed() + 1,
            script.walks());
    assertFalse(Arrays.equals(first, picture(other, 50)));
  }

  @Test
  void theScriptsShowWhatTheDemonstrationPromises() {
    Map<String, Set<String>> cameras = new TreeMap<>();
    for (Script script : Script.ALL) {
      try (Scene scene = new Scene(script, SMALL)) {
        assertTrue(scene.at(0).isEmpty(), "nobody is in sight when the loop begins");
        assertTrue(scene.at(scene.frames() - 1).isEmpty(), "nor when it ends");
        List<Scene.Appearance> appearances = scene.appearances();
        assertEquals(script.walks().size(), appearances.size());
        for (Scene.Appearance appearance : appearances) {
          assertTrue(appearance.share() > 0.8, appearance::toString);
          assertTrue(appearance.last() - appearance.first() > 5 * SMALL.fps());
          cameras
              .computeIfAbsent(appearance.person(), person -> new HashSet<>())
              .add(script.camera());
        }
        boolean several = false;
        for (int frame = 0; frame < scene.frames(); frame++) {
          several |= scene.at(frame).size() > 1;
        }
        assertTrue(several);
      }
    }
    assertEquals(
        DemoPeople.all().stream().map(DemoPerson::id).collect(Collectors.toSet()),
        cameras.keySet());
    assertTrue(
        DemoPeople.enrolled().stream().anyMatch(person -> cameras.get(person.id()).size() == 2));
    assertEquals(5, DemoPeople.enrolled().size());
  }

  private static byte[] picture(Script script, int number) {
    try (Scene scene = new Scene(script, SMALL);
        Mat frame = new Mat()) {
      scene.draw(number, frame);
      byte[] pixels = new byte[3 * SMALL.width() * SMALL.height()];
      frame.data().get(pixels);
      return pixels;
    }
  }

  private static List<Detection> detect(Mtcnn mtcnn, byte[] jpeg) throws Exception {
    try (Picture picture = Picture.decodeStill(jpeg)) {
      return new ArrayList<>(mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0));
    }
  }

  private static boolean on(Box box, Pose pose) {
    double x = (box.left() + box.right()) / 2;
    double y = (box.top() + box.bottom()) / 2;
    return Math.abs(x - pose.x()) < 0.35 * pose.faceWidth()
        && Math.abs(y - pose.y()) < 0.45 * pose.faceWidth();
  }
}

package org.facestream.detector.mtcnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.Portraits;
import org.facestream.detector.Portraits.Placed;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Point;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MtcnnTest {
  private static Mtcnn mtcnn;

  @BeforeAll
  static void load() {
    mtcnn = new Mtcnn(Device.CPU, 1);
  }

  @AfterAll
  static void unload() {
    mtcnn.close();
    mtcnn.close();
  }

  /** Looked at by eye: both eyes, nose and both corners of the mouth lie where they should. */
  @ParameterizedTest
  @CsvSource({
    "1, 211 176 307 310, 236 230 281 229 259 253 241 278 279 277",
    "2, 239 169 342 313, 291 221 333 231 322 255 283 277 316 285",
    "3, 260 107 334 206, 287 143 320 144 309 160 291 183 317 184",
    "4, 205 155 289 260, 224 193 262 194 238 218 227 236 258 236",
    "5, 180 139 302 319, 216 212 272 209 247 248 227 280 268 277",
    "6, 271 127 352 234, 284 172 320 173 295 196 287 216 316 216",
    "7, 192 136 388 401, 254 235 346 229 309 297 254 326 337 320",
    "8, 220 160 298 257, 242 198 278 197 260 216 245 235 278 234"
  })
  void findsAFaceAndItsLandmarks(int number, String edges, String places) {
    try (Picture picture = portrait(number)) {
      List<Detection> found = mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0);

      assertEquals(1, found.size());
      Detection face = found.get(0);
      float[] edge = numbers(edges);
      Box expected = new Box(edge[0], edge[1], edge[2], edge[3]);
      assertTrue(face.box().iou(expected) > 0.9, face::toString);
      float[] place = numbers(places);
      float tolerance = expected.width() * 0.04f;
      for (int i = 0; i < 5; i++) {
        Point point = face.landmarks().points().get(i);
        assertEquals(place[2 * i], point.x(), tolerance, face::toString);
        assertEquals(place[2 * i + 1], point.y(), tolerance, face::toString);
      }
      assertTrue(face.score() > 0.99, face::toString);
    }
  }

  /** Four of the portraits are in colour. With red and blue swapped one is lost, all are weaker. */
  @Test
  void wantsRedFirst() {
    int lost = 0;
    for (int number = 5; number <= 8; number++) {
      try (Picture right = portrait(number);
          Picture wrong = swapped(right)) {
        List<List<Detection>> found = mtcnn.detect(List.of(right, wrong), MtcnnOptions.DEFAULT);
        assertEquals(1, found.get(0).size());
        if (found.get(1).isEmpty()) {
          lost++;
        } else {
          assertTrue(found.get(1).get(0).score() < found.get(0).get(0).score());
        }
      }
    }
    assertTrue(lost >= 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void findsTheSameAloneAndInABatch(int threads) {
    List<Picture> pictures = new ArrayList<>();
    try (Mtcnn other = new Mtcnn(Device.CPU, threads)) {
      for (int number = 1; number <= 8; number++) {
        pictures.add(portrait(number));
      }
      pictures.add(crowd());
      pictures.add(noise(640, 480));
      MtcnnOptions options = MtcnnOptions.DEFAULT.withMinFaceSize(30);
      List<List<Detection>> together = other.detect(pictures, options);
      assertTrue(together.get(8).size() >= 8);
      for (int i = 0; i < pictures.size(); i++) {
        assertSame(together.get(i), other.detect(List.of(pictures.get(i)), options).get(0));
        assertSame(together.get(i), mtcnn.detect(List.of(pictures.get(i)), options).get(0));
      }
    } finally {
      pictures.forEach(Picture::close);
    }
  }

  /** Whoever asked closes the pictures next: nobody may still be reading one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anErrorInOneThreadWaitsForTheOthers(boolean inTheCallersThread) {
    AtomicBoolean read = new AtomicBoolean();
    CountDownLatch reading = new CountDownLatch(1);
    try (Mtcnn other = new Mtcnn(Device.CPU, 2);
        Picture picture = plain(64, 64)) {
      Thread caller = Thread.currentThread();
      List<Picture> pictures =
          new AbstractList<>() {
            @Override
            public Picture get(int index) {
              try {
                if ((Thread.currentThread() == caller) == inTheCallersThread) {
                  reading.await();
                  throw new OutOfMemoryError("for a test");
                }
                reading.countDown();
                Thread.sleep(200);
                read.set(true);
                return picture;
              } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
              }
            }

            @Override
            public int size() {
              return 2;
            }
          };
      Error error =
          assertThrows(OutOfMemoryError.class, () -> other.detect(pictures, MtcnnOptions.DEFAULT));
      assertEquals("for a test", error.getMessage());
      assertTrue(read.get(), "another thread still reads a picture");
    }
  }

  @Test
  void givesEachPictureItsOwnOptions() {
    try (Picture picture = portrait(8)) {
      MtcnnOptions large = MtcnnOptions.DEFAULT.withMinFaceSize(300);
      List<List<Detection>> found =
          mtcnn.detect(List.of(picture, picture), List.of(MtcnnOptions.DEFAULT, large));
      assertEquals(1, found.get(0).size());
      assertEquals(0, found.get(1).size());
      assertThrows(IllegalArgumentException.class, () -> mtcnn.detect(List.of(picture), List.of()));
    }
  }

  /** A picture of several tiles: faces lie in each of them and across their borders. */
  @Test
  void findsFacesAcrossTiles() {
    Placed[] placed = {
      new Placed(8, 100, 100, 320), new Placed(8, 850, 850, 320), new Placed(8, 1700, 300, 320)
    };
    try (Picture picture = Portraits.frame(2200, 1300, placed)) {
      MtcnnOptions fine =
          MtcnnOptionsBuilder.builder()
              .minFaceSize(40)
              .scaleFactor(0.709)
              .maxScales(64)
              .scaleSteps(List.of(1.0, 0.709, 0.5, 0.35, 0.25, 0.18, 0.125, 0.09, 0.0625))
              .proposalThreshold(0.6f)
              .refinementThreshold(0.7f)
              .outputThreshold(0.7f)
              .overlaps(MtcnnOptions.Overlaps.DEFAULT)
              .maxCandidates(4096)
              .maxFaces(256)
              .build();
      List<Detection> found = mtcnn.detect(List.of(picture), fine).get(0);
      assertEquals(3, found.size());
      for (Placed place : placed) {
        Box expected = new Box(place.x() + 120, place.y() + 60, place.x() + 198, place.y() + 157);
        assertTrue(found.stream().anyMatch(face -> face.box().iou(expected) > 0.8));
      }
    }
  }

  @Test
  void findsAFaceThatTheBorderCuts() {
    try (Picture whole = portrait(8);
        Picture cut = part(whole, 236, 0, 284, 520)) {
      List<Detection> found = mtcnn.detect(List.of(cut), MtcnnOptions.DEFAULT).get(0);
      assertEquals(1, found.size());
      assertTrue(found.get(0).box().left() < 0, found::toString);
    }
  }

  /** Of the portraits what is well inside the face's box. Without padded levels, four are found. */
  @Test
  void findsFacesThatFillThePicture() {
    int found = 0;
    for (int number = 1; number <= 8; number++) {
      try (Picture whole = portrait(number)) {
        Box box = mtcnn.detect(List.of(whole), MtcnnOptions.DEFAULT).get(0).get(0).box();
        int left = Math.round(box.left() + 0.09f * box.width());
        int top = Math.round(box.top() + 0.09f * box.height());
        int width = Math.round(0.82f * box.width());
        int height = Math.round(0.82f * box.height());
        try (Picture filled = part(whole, left, top, width, height)) {
          for (Detection face : mtcnn.detect(List.of(filled), MtcnnOptions.DEFAULT).get(0)) {
            Box moved = face.box();
            Box back =
                new Box(
                    moved.left() + left,
                    moved.top() + top,
                    moved.right() + left,
                    moved.bottom() + top);
            assertTrue(back.iou(box) > 0.5, () -> box + " " + back);
            found++;
          }
        }
      }
    }
    assertTrue(found >= 6, found + " of 8");
  }

  @Test
  void findsNothingWhereNothingCanBe() {
    int[][] sizes = {{1, 1}, {1, 2000}, {2000, 1}, {11, 11}, {12, 12}, {13, 40}, {4000, 41}};
    for (int[] size : sizes) {
      try (Picture flat = plain(size[0], size[1]);
          Picture noisy = noise(size[0], size[1])) {
        for (int minimum : new int[] {12, 40}) {
          List<List<Detection>> found =
              mtcnn.detect(List.of(flat, noisy), MtcnnOptions.DEFAULT.withMinFaceSize(minimum));
          assertTrue(found.get(0).isEmpty(), () -> size[0] + "x" + size[1]);
        }
      }
    }
    assertTrue(mtcnn.detect(List.of(), MtcnnOptions.DEFAULT).isEmpty());
  }

  /** With thresholds of 0 every cell is a candidate; the bounds keep the work finite. */
  @Test
  void boundsItsWorkOnAHostilePicture() {
    MtcnnOptions everything =
        MtcnnOptionsBuilder.builder()
            .minFaceSize(12)
            .scaleFactor(0.709)
            .maxScales(64)
            .scaleSteps(List.of())
            .overlaps(new MtcnnOptions.Overlaps(1, 1, 1, 1))
            .maxCandidates(256)
            .maxFaces(16)
            .build();
    try (Picture noisy = noise(640, 480)) {
      List<Detection> found = mtcnn.detect(List.of(noisy), everything).get(0);
      assertEquals(16, found.size());
      for (int i = 1; i < found.size(); i++) {
        assertTrue(found.get(i - 1).score() >= found.get(i).score());
      }
    }
  }

  @Test
  void countsTheTimeInsideOnnxRuntime() {
    long before = mtcnn.onnxNanos();
    long start = System.nanoTime();
    try (Picture picture = portrait(1)) {
      mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT);
    }
    long inside = mtcnn.onnxNanos() - before;
    assertTrue(inside > 0 && inside < System.nanoTime() - start);
  }

  private static void assertSame(List<Detection> expected, List<Detection> found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      Detection one = expected.get(i);
      Detection other = found.get(i);
      assertEquals(one.score(), other.score(), 1e-4);
      // A thousandth of a pixel: 1e-4 of what the networks give, on boxes of tens of pixels.
      assertEquals(one.box().left(), other.box().left(), 1e-3);
      assertEquals(one.box().bottom(), other.box().bottom(), 1e-3);
      for (int k = 0; k < 5; k++) {
        Point here = one.landmarks().points().get(k);
        Point there = other.landmarks().points().get(k);
        assertEquals(here.x(), there.x(), 1e-3);
        assertEquals(here.y(), there.y(), 1e-3);
      }
    }
  }

  private static Picture portrait(int number) {
    return Portraits.frame(520, 520, new Placed(number, 100, 100, 320));
  }

  private static Picture crowd() {
    Placed[] placed = new Placed[8];
    for (int i = 0; i < 8; i++) {
      placed[i] = new Placed(i + 1, 30 + i % 4 * 310, 30 + i / 4 * 340, i % 2 == 0 ? 220 : 300);
    }
    return Portraits.frame(1280, 720, placed);
  }

  private static Picture swapped(Picture picture) {
    Mat mat = new Mat();
    opencv_imgproc.cvtColor(picture.rgb(), mat, opencv_imgproc.COLOR_RGB2BGR);
    return Picture.owning(mat);
  }

  private static Picture part(Picture picture, int left, int top, int width, int height) {
    try (var place = new org.bytedeco.opencv.opencv_core.Rect(left, top, width, height);
        Mat view = new Mat(picture.rgb(), place)) {
      return Picture.owning(view.clone());
    }
  }

  private static Picture plain(int width, int height) {
    return Picture.owning(new Mat(height, width, opencv_core.CV_8UC3, Scalar.all(200)));
  }

  private static Picture noise(int width, int height) {
    Mat mat = new Mat(height, width, opencv_core.CV_8UC3);
    byte[] bytes = new byte[3 * width * height];
    new Random(7).nextBytes(bytes);
    mat.data().put(bytes);
    return Picture.owning(mat);
  }

  private static float[] numbers(String text) {
    String[] parts = text.split(" ");
    float[] numbers = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Float.parseFloat(parts[i]);
    }
    return numbers;
  }
}

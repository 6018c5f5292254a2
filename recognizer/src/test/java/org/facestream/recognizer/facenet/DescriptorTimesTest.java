package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Time per face, alone and in batches, and how much of it is not ONNX Runtime's; on demand. */
class DescriptorTimesTest {
  private static final int ROUNDS = 15;

  static final List<String> KNOWN = DescriptorModel.KNOWN;

  private record Time(long all, long network) {}

  @ParameterizedTest
  @FieldSource("KNOWN")
  void littleIsAddedToTheNetworksOwnTime(String name) {
    assumeTrue(Boolean.getBoolean("facestream.times"), "needs -Dfacestream.times=true");
    List<Picture> pictures = ShownPortraits.show(ShownPortraits.Change.NONE);
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1);
        Descriptors descriptors = new Descriptors(DescriptorModel.of(name), Device.CPU, 1)) {
      List<LocatedFace> faces = new ArrayList<>();
      for (int i = 0; i < pictures.size(); i++) {
        Picture picture = pictures.get(i);
        faces.add(
            new LocatedFace(
                picture,
                mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0).get(0).landmarks()));
      }
      for (int batch : new int[] {1, 8, 32}) {
        List<LocatedFace> many = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
          many.add(faces.get(i % faces.size()));
        }
        descriptors.describe(many);
        Time best = best(descriptors, many);
        double ratio = (double) best.all() / best.network();
        System.out.printf(
            Locale.ROOT,
            "%s, batch %d, one thread: %.2f ms per face, ONNX Runtime %.2f ms, ratio %.3f%n",
            name,
            batch,
            best.all() / 1e6 / batch,
            best.network() / 1e6 / batch,
            ratio);
        assertTrue(ratio < 1.15, name + ": " + ratio);
      }
    } finally {
      pictures.forEach(Picture::close);
    }
  }

  private static Time best(Descriptors descriptors, List<LocatedFace> faces) {
    List<Time> times = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      long network = descriptors.nanos();
      long start = System.nanoTime();
      descriptors.describe(faces);
      times.add(new Time(System.nanoTime() - start, descriptors.nanos() - network));
    }
    return times.stream().min(Comparator.comparingLong(Time::all)).orElseThrow();
  }
}

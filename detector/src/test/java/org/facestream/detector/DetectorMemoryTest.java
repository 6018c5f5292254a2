package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Native memory, as the kernel counts it, stays flat. measurements.md has the figures of more
 * frames: {@code -Dfacestream.frames=20000}.
 */
@Tag("long")
class DetectorMemoryTest extends DetectorProcessorCase {
  private static final int FRAMES_IN_ALL = Integer.getInteger("facestream.frames", 16 * 30 * 7);

  @Test
  void memoryStaysFlat() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "needs Linux");
    List<byte[]> jpegs =
        List.of(
            jpeg(640, 480, placed(1, 40, 60, 300)),
            jpeg(960, 540, placed(2, 40, 60, 200), placed(5, 400, 100, 300)),
            jpeg(640, 480, new Portraits.Placed[0]),
            jpeg(
                1280,
                720,
                placed(3, 40, 60, 150),
                placed(6, 400, 90, 260),
                placed(8, 900, 9, 200)));
    List<String> told = new ArrayList<>();
    int done = 0;
    while (done < FRAMES_IN_ALL) {
      List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
      for (int i = 0; i < 16; i++, done++) {
        batch.add(
            record(
                "camera-" + done % 5,
                done,
                40L * done,
                jpegs.get((done + done / 16) % jpegs.size())));
      }
      processor.process(batch, deadLetters);
      processor.committed();
      if (done % (16 * 30) == 0) {
        told.add(
            done
                + ": "
                + Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS"))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("\\s+", " "));
      }
    }
    told.forEach(line -> System.out.println("memory after frame " + line));
    double early = kilobytes(told.get(1));
    double late = kilobytes(told.get(told.size() - 1));
    assertTrue(late < 1.1 * early, early + " kB became " + late + " kB");
  }

  private static double kilobytes(String told) {
    return Double.parseDouble(told.replaceAll(".*VmRSS: (\\d+) kB", "$1"));
  }
}

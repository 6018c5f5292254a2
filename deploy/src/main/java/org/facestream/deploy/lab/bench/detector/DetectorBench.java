package org.facestream.deploy.lab.bench.detector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;

/**
 * {@code facestream bench detector}: how fast the cascade is on a machine.
 *
 * @param pictures that are looked at
 * @param rounds that are measured
 * @param batch pictures that go together
 * @param threads on the CPU
 * @param device what the networks run on
 * @param mtcnn how faces are looked for
 * @param save where the pictures are written for others to read; null for nowhere
 */
public record DetectorBench(
    Pictures pictures,
    int rounds,
    int batch,
    int threads,
    Device device,
    MtcnnOptions mtcnn,
    Path save) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";
  private static final long SEED = 20;

  /** A report as text for a person, and as JSON. */
  public record Outcome(String text, String json) {}

  /**
   * What pictures there are.
   *
   * @param frames folder or video to read; null draws scenes
   * @param faces in each drawn picture
   * @param width of pictures; 0 leaves those that are read as they are
   * @param height of pictures
   * @param count of pictures
   */
  public record Pictures(Path frames, int faces, int width, int height, int count) {
    public Pictures {
      atLeast(faces, 0, "--faces");
      atLeast(count, 1, "--count");
    }

    private BenchFrames load() throws IOException {
      return frames == null
          ? BenchFrames.drawn(width, height, faces, count, SEED)
          : BenchFrames.read(frames, count, width, height);
    }
  }

  public DetectorBench {
    atLeast(rounds, 1, "--rounds");
    atLeast(batch, 1, "--batch");
    atLeast(threads, 1, "--threads");
  }

  private static void atLeast(int value, int least, String option) {
    if (value < least) {
      throw new UserError(
          String.format(Locale.ROOT, "%s is %d; it must be %d or more.", option, value, least));
    }
  }

  /**
   * Runs it.
   *
   * @throws UserError for pictures that are missing or cannot be read
   */
  public Outcome run() throws IOException {
    BenchFrames loaded = pictures.load();
    try (Mtcnn cascade = new Mtcnn(device, threads)) {
      if (save != null) {
        loaded.save(save);
      }
      CascadeBench bench = new CascadeBench(cascade, mtcnn, batch);
      CascadeBench.Truth truth = bench.compare(loaded);
      List<CascadeBench.Round> measured = bench.measure(loaded, rounds);
      JpegHeader size = JpegHeader.read(loaded.frames().get(0).jpeg());
      CascadeReport report =
          CascadeReport.of(
              new CascadeReport.Setting(
                  loaded.origin(),
                  size.width(),
                  size.height(),
                  cascade.device().toString(),
                  threads,
                  batch,
                  mtcnn.minFaceSize(),
                  peakBytes()),
              measured,
              truth);
      return new Outcome(report.text(), Json.text(report));
    } catch (UnreadablePictureException damaged) {
      throw new UserError("A picture cannot be read: " + damaged.getMessage() + ".", damaged);
    }
  }

  /** The kernel counts native memory too; elsewhere than on Linux only the heap is known. */
  private static long peakBytes() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return Runtime.getRuntime().totalMemory();
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(PEAK))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}

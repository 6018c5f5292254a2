package org.facestream.deploy.lab.bench.meter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Option;

/** How large the simulated cameras' video is, for benchmarks that have some. */
public final class VideoSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{2,4})x(\\d{2,4})");

  @Option(
      names = "--size",
      paramLabel = "WxH",
      defaultValue = "1280x720",
      description = "Size of the video. Default: ${DEFAULT-VALUE}")
  private String size;

  /**
   * Cameras of this size.
   *
   * @throws UserError where it is none
   */
  public LoadCameras.Load load(int streamFps, int fps, int faces) {
    Matcher parts = SIZE.matcher(size);
    if (!parts.matches()) {
      throw new UserError("--size is WIDTHxHEIGHT in pixels, such as 1280x720.");
    }
    return new LoadCameras.Load(
        Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), streamFps, fps, faces);
  }
}

package org.facestream.deploy.lab.bench.reader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.ingest.worker.config.UserError;

/** FFmpeg's own program, reading a stream until it is closed. */
final class FfmpegProgram implements AutoCloseable {
  private static final String FRAME = "frame=";

  private final Process process;
  private final Path progress;
  private final Path complaints;

  /**
   * Starts it.
   *
   * @param reference which program
   * @param url of the stream
   * @param work what is done with the pictures: FFmpeg's options for the output, and the output
   * @param folder for what it writes
   * @throws UserError when there is no such program
   */
  FfmpegProgram(Reference reference, String url, List<String> work, Path folder) {
    try {
      progress = Files.createTempFile(folder, "progress-", ".txt");
      complaints = Files.createTempFile(folder, "ffmpeg-", ".txt");
      List<String> command = new ArrayList<>();
      // One thread to decode, as ours: cameras share the processor among each other.
      command.addAll(
          List.of("-nostdin", "-nostats", "-loglevel", "error", "-progress", progress.toString()));
      command.addAll(List.of("-rtsp_transport", "tcp", "-threads", "1", "-i", url, "-an"));
      command.addAll(work);
      process =
          reference
              .process(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(complaints.toFile())
              .start();
    } catch (IOException failed) {
      throw new UserError(
          "FFmpeg's program %s cannot be started: give its path with --ffmpeg."
              .formatted(reference.program()),
          failed);
    }
  }

  /**
   * Processor time that it used so far, in nanoseconds.
   *
   * @throws UserError when it has ended
   */
  long nanos() {
    if (!process.isAlive()) {
      throw new UserError("FFmpeg's program ended unexpectedly: " + complaint() + ".");
    }
    return CpuMeter.nanos(process.toHandle());
  }

  /** Frames that it put out so far; it reports twice per second. */
  long frames() {
    try {
      return Files.readAllLines(progress).stream()
          .filter(line -> line.startsWith(FRAME))
          .mapToLong(line -> Long.parseLong(line.substring(FRAME.length()).strip()))
          .max()
          .orElse(0);
    } catch (IOException unreadable) {
      return 0;
    }
  }

  private String complaint() {
    try {
      List<String> lines = Files.readAllLines(complaints);
      return lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1).strip();
    } catch (IOException unreadable) {
      return "it printed nothing readable";
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

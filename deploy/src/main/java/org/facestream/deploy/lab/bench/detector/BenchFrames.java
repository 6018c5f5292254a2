package org.facestream.deploy.lab.bench.detector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.lab.simulation.Crowd;
import org.facestream.detector.face.Box;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * JPEGs for measuring a detector, as in Kafka.
 *
 * @param origin what they are, for the report
 * @param frames at least one
 */
record BenchFrames(String origin, List<Frame> frames) {
  private static final int QUALITY = 85;
  private static final int WIDEST = 7680;

  /**
   * One picture.
   *
   * @param jpeg the picture
   * @param truth where its faces are; null when nobody knows
   */
  record Frame(byte[] jpeg, @Nullable List<Box> truth) {}

  /**
   * Draws a scene.
   *
   * @param faces in each picture
   * @param count of pictures
   */
  static BenchFrames drawn(int width, int height, int faces, int count, long seed) {
    List<Frame> frames = new ArrayList<>();
    try (Crowd crowd = new Crowd(width, height, faces, seed);
        Mat picture = new Mat()) {
      for (int number = 0; number < count; number++) {
        List<Box> truth = crowd.draw(number, picture);
        frames.add(new Frame(Picture.jpeg(picture, QUALITY), truth));
      }
    }
    return new BenchFrames("scenes with " + faces + " faces", frames);
  }

  /**
   * Reads pictures of a folder, or of a video from its beginning.
   *
   * @param count most pictures
   * @param width to which pictures are scaled, with {@code height}; 0 leaves them as they are
   */
  static BenchFrames read(Path path, int count, int width, int height) throws IOException {
    List<byte[]> jpegs;
    if (Files.isDirectory(path)) {
      jpegs = folder(path, count, width, height);
    } else if (Files.isRegularFile(path)) {
      jpegs = video(path, count, width, height);
    } else {
      throw new UserError("There is no folder or video " + path + ".");
    }
    if (jpegs.isEmpty()) {
      throw new UserError("There is no picture in " + path + ".");
    }
    return new BenchFrames(
        path.getFileName().toString(), jpegs.stream().map(jpeg -> new Frame(jpeg, null)).toList());
  }

  private static List<byte[]> folder(Path folder, int count, int width, int height)
      throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files =
          listed
              .filter(
                  file ->
                      file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png|bmp|gif)"))
              .sorted()
              .limit(count)
              .toList();
    }
    List<byte[]> jpegs = new ArrayList<>();
    for (Path file : files) {
      try {
        jpegs.add(scaled(Files.readAllBytes(file), width, height));
      } catch (UnreadablePictureException unreadable) {
        throw new UserError(
            "%s is not a usable picture: %s.".formatted(file, unreadable.getMessage()), unreadable);
      }
    }
    return jpegs;
  }

  private static List<byte[]> video(Path file, int count, int width, int height) {
    List<byte[]> jpegs = new ArrayList<>();
    try (VideoSource source = VideoSource.open(file)) {
      while (jpegs.size() < count && source.next()) {
        Optional<EncodedPicture> picture = source.jpeg(WIDEST, QUALITY);
        if (picture.isPresent()) {
          jpegs.add(scaled(picture.get().jpeg(), width, height));
        }
      }
    } catch (SourceException | UnreadablePictureException unreadable) {
      throw new UserError(
          "%s is not a usable video: %s.".formatted(file, unreadable.getMessage()), unreadable);
    }
    return jpegs;
  }

  private static byte[] scaled(byte[] encoded, int width, int height)
      throws UnreadablePictureException {
    try (Picture picture = Picture.decodeStill(encoded)) {
      if (width == 0 || (picture.width() == width && picture.height() == height)) {
        boolean jpeg = (encoded[0] & 0xff) == 0xff && (encoded[1] & 0xff) == 0xd8;
        return jpeg ? encoded : picture.jpeg(QUALITY);
      }
      try (Mat scaled = new Mat();
          Size size = new Size(width, height)) {
        opencv_imgproc.resize(picture.rgb(), scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
        return Picture.jpeg(scaled, QUALITY);
      }
    }
  }

  /** Writes the pictures, and their truth where it is known, for other detectors to read. */
  void save(Path folder) throws IOException, UnreadablePictureException {
    record Entry(String file, List<Box> faces) {}
    record Truth(int width, int height, List<Entry> frames) {}
    Files.createDirectories(folder);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      String name = String.format(Locale.ROOT, "frame-%04d.jpg", i);
      Files.write(folder.resolve(name), frames.get(i).jpeg());
      List<Box> truth = frames.get(i).truth();
      if (truth != null) {
        entries.add(new Entry(name, truth));
      }
    }
    if (!entries.isEmpty()) {
      JpegHeader size = JpegHeader.read(frames.get(0).jpeg());
      Json.LENIENT
          .writerWithDefaultPrettyPrinter()
          .writeValue(
              folder.resolve("truth.json").toFile(),
              new Truth(size.width(), size.height(), entries));
    }
  }
}

package org.facestream.detector.mtcnn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;

/** Faces that people have marked in photographs, in the formats of those who published them. */
final class MarkedFaces {
  private MarkedFaces() {}

  /**
   * A face with its landmarks.
   *
   * @param box in pixels
   * @param landmarks in pixels, whose centres have whole numbers
   */
  record Face(Box box, Landmarks landmarks) {}

  /** dlib's pictures by file: boxes and 68 landmarks, of which five are taken. */
  static Map<Path, List<Face>> ofDlib(Path folder) throws IOException {
    Map<Path, List<Face>> faces = new TreeMap<>();
    for (String list :
        List.of("testing_with_face_landmarks.xml", "training_with_face_landmarks.xml")) {
      Matcher image =
          Pattern.compile("<image file='([^']*)'[^>]*>(.*?)</image>", Pattern.DOTALL)
              .matcher(Files.readString(folder.resolve(list)));
      while (image.find()) {
        List<Face> marked =
            faces.computeIfAbsent(folder.resolve(image.group(1)), file -> new ArrayList<>());
        Matcher box =
            Pattern.compile(
                    "<box top='(-?\\d+)' left='(-?\\d+)' width='(\\d+)' height='(\\d+)'[^>]*>"
                        + "(.*?)</box>",
                    Pattern.DOTALL)
                .matcher(image.group(2));
        while (box.find()) {
          float top = Float.parseFloat(box.group(1));
          float left = Float.parseFloat(box.group(2));
          marked.add(
              new Face(
                  new Box(
                      left,
                      top,
                      left + Float.parseFloat(box.group(3)),
                      top + Float.parseFloat(box.group(4))),
                  five(box.group(5))));
        }
      }
    }
    return faces;
  }

  /**
   * The boxes of WIDER FACE and the ellipses of FDDB by file, of the pictures that are there.
   *
   * @param folder with {@code wider} and {@code fddb}
   */
  static Map<Path, List<Box>> ofBenchmarks(Path folder) throws IOException {
    Map<Path, List<Box>> truth = new TreeMap<>();
    readWider(folder, truth);
    readFddb(folder, truth);
    return truth;
  }

  private static void readWider(Path folder, Map<Path, List<Box>> truth) throws IOException {
    Path wider = folder.resolve("wider");
    for (String part : List.of("train", "val")) {
      List<String> lines =
          Files.readAllLines(wider.resolve("wider_face_split/wider_face_" + part + "_bbx_gt.txt"));
      for (int i = 0; i < lines.size(); i++) {
        Path file = wider.resolve("WIDER_" + part + "/images").resolve(lines.get(i));
        if (!lines.get(i).endsWith(".jpg") || !Files.exists(file)) {
          continue;
        }
        List<Box> boxes = truth.computeIfAbsent(file, name -> new ArrayList<>());
        int count = Integer.parseInt(lines.get(i + 1).strip());
        for (int j = 0; j < count; j++) {
          String[] numbers = lines.get(i + 2 + j).strip().split(" ");
          float x = Float.parseFloat(numbers[0]);
          float y = Float.parseFloat(numbers[1]);
          boxes.add(
              new Box(x, y, x + Float.parseFloat(numbers[2]), y + Float.parseFloat(numbers[3])));
        }
      }
    }
  }

  private static void readFddb(Path folder, Map<Path, List<Box>> truth) throws IOException {
    Path fddb = folder.resolve("fddb");
    List<Path> lists;
    try (Stream<Path> listed = Files.list(fddb.resolve("FDDB-folds"))) {
      lists = listed.sorted().toList();
    }
    for (Path list : lists) {
      if (!list.toString().endsWith("ellipseList.txt")) {
        continue;
      }
      List<String> lines = Files.readAllLines(list);
      for (int i = 0; i < lines.size(); i++) {
        Path file = fddb.resolve("originalPics").resolve(lines.get(i).strip() + ".jpg");
        if (!lines.get(i).contains("/img_") || !Files.exists(file)) {
          continue;
        }
        List<Box> boxes = truth.computeIfAbsent(file, name -> new ArrayList<>());
        int count = Integer.parseInt(lines.get(i + 1).strip());
        for (int j = 0; j < count; j++) {
          String[] numbers = lines.get(i + 2 + j).strip().split(" +");
          double major = Double.parseDouble(numbers[0]);
          double minor = Double.parseDouble(numbers[1]);
          double angle = Double.parseDouble(numbers[2]);
          double x = Double.parseDouble(numbers[3]);
          double y = Double.parseDouble(numbers[4]);
          // The box about a turned ellipse.
          double halfX = Math.hypot(major * Math.cos(angle), minor * Math.sin(angle));
          double halfY = Math.hypot(major * Math.sin(angle), minor * Math.cos(angle));
          boxes.add(
              new Box(
                  (float) (x - halfX),
                  (float) (y - halfY),
                  (float) (x + halfX),
                  (float) (y + halfY)));
        }
      }
    }
  }

  /** Of 68 landmarks the five: each eye's middle, the nose's tip, the mouth's corners. */
  private static Landmarks five(String parts) {
    float[][] places = new float[68][2];
    Matcher part = Pattern.compile("name='(\\d+)' x='(-?\\d+)' y='(-?\\d+)'").matcher(parts);
    while (part.find()) {
      places[Integer.parseInt(part.group(1))] =
          new float[] {Float.parseFloat(part.group(2)), Float.parseFloat(part.group(3))};
    }
    return new Landmarks(
        middle(places, 36, 42),
        middle(places, 42, 48),
        middle(places, 30, 31),
        middle(places, 48, 49),
        middle(places, 54, 55));
  }

  private static Point middle(float[][] places, int from, int to) {
    float x = 0;
    float y = 0;
    for (int i = from; i < to; i++) {
      x += places[i][0] / (to - from);
      y += places[i][1] / (to - from);
    }
    return new Point(x, y);
  }
}

package org.facestream.deploy.lab.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.NoSuchElementException;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.json.Json;

/** The eight people of the demonstration. */
public final class DemoPeople {
  private static final String IMAGES = "/META-INF/resources/webjars/AdminLTE/2.4.18/dist/img/";

  private static final List<DemoPerson> ALL = read();

  private DemoPeople() {}

  /** Everyone, always in the same order. */
  public static List<DemoPerson> all() {
    return ALL;
  }

  /** The people in the demonstration's gallery. */
  public static List<DemoPerson> enrolled() {
    return ALL.stream().filter(DemoPerson::enrolled).toList();
  }

  /**
   * A person by id.
   *
   * @throws NoSuchElementException when there is none
   */
  public static DemoPerson person(String id) {
    return ALL.stream().filter(person -> person.id().equals(id)).findFirst().orElseThrow();
  }

  /**
   * The picture to enrol a person with, a JPEG: the photograph as it is, enlarged, with enough
   * around it that a detector finds even the face that fills its picture.
   */
  public static byte[] portrait(DemoPerson person) {
    try (Picture photograph = picture(person.photograph());
        Mat enlarged = new Mat();
        Mat padded = new Mat()) {
      opencv_imgproc.resize(
          photograph.rgb(), enlarged, new Size(400, 400), 0, 0, opencv_imgproc.INTER_CUBIC);
      int border = (int) (person.faceWidth() * 400 / DemoPerson.PARTS);
      opencv_core.copyMakeBorder(
          enlarged, padded, border, border, border, border, opencv_core.BORDER_REPLICATE);
      return Picture.jpeg(padded, 92);
    }
  }

  /** A picture of the theme, by its file name. */
  static Picture picture(String file) {
    try (InputStream in = DemoPeople.class.getResourceAsStream(IMAGES + file)) {
      if (in == null) {
        throw new IllegalStateException("AdminLTE's " + file + " is not on the class path");
      }
      return Picture.decodeStill(in.readAllBytes());
    } catch (IOException | UnreadablePictureException damaged) {
      throw new IllegalStateException("AdminLTE's " + file + " cannot be read", damaged);
    }
  }

  private static List<DemoPerson> read() {
    try (InputStream in = DemoPeople.class.getResourceAsStream("people.json")) {
      return List.of(Json.LENIENT.readValue(in, DemoPerson[].class));
    } catch (IOException damaged) {
      throw new IllegalStateException("people.json cannot be read", damaged);
    }
  }
}

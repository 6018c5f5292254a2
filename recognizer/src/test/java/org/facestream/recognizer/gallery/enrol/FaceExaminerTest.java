package org.facestream.recognizer.gallery.enrol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.face.Quality;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.Orientation;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.ReferenceMatrix;
import org.facestream.recognizer.identity.GalleryVersion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real photographs, real networks. */
class FaceExaminerTest {
  private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
  private static final Person ADA = new Person("ada", "Ada");
  private static final int PEOPLE = 8;

  private static Mtcnn mtcnn;
  private static Descriptors descriptors;
  private static FaceExaminer examiner;

  @BeforeAll
  static void open() {
    mtcnn = new Mtcnn(Device.CPU, 1);
    descriptors = new Descriptors(DescriptorModel.of("resnet34-128"), Device.CPU, 1);
    examiner = new FaceExaminer(QualityGate.DEFAULT, mtcnn, descriptors);
  }

  @AfterAll
  static void close() {
    descriptors.close();
    mtcnn.close();
  }

  private static byte[] photograph(int person) throws IOException {
    String size = person == 2 ? "160x160" : "128x128";
    String path =
        "/META-INF/resources/webjars/AdminLTE/2.4.18/dist/img/user%d-%s.jpg"
            .formatted(person, size);
    try (InputStream photograph = FaceExaminerTest.class.getResourceAsStream(path)) {
      return photograph.readAllBytes();
    }
  }

  private static byte[] png(BufferedImage picture) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", bytes);
    return bytes.toByteArray();
  }

  /** Several photographs side by side, each of the given side. */
  private static byte[] sideBySide(int side, int... people) throws IOException {
    BufferedImage together =
        new BufferedImage(side * people.length, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = together.createGraphics();
    for (int i = 0; i < people.length; i++) {
      BufferedImage one = ImageIO.read(new ByteArrayInputStream(photograph(people[i])));
      graphics.drawImage(one, i * side, 0, side, side, null);
    }
    graphics.dispose();
    return png(together);
  }

  private static Reference reference(byte[] picture) throws RefusedException {
    return examiner.examine(picture).of(ADA, "test", EnrolmentTerms.NONE, NOW);
  }

  private static String refusal(byte[] picture) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> examiner.examine(picture));
    assertEquals(1, refused.getMessage().lines().count());
    return refused.reason();
  }

  @Test
  void everyPhotographBecomesAReferenceAndNoTwoLookAlike() throws Exception {
    DescriptorSpace space = DescriptorSpace.of(descriptors.model());
    List<Reference> references = new ArrayList<>();
    for (int person = 1; person <= PEOPLE; person++) {
      references.add(reference(photograph(person)));
    }
    for (Reference reference : references) {
      assertEquals(Optional.empty(), reference.problem());
      assertEquals("resnet34-128", reference.model());
      assertEquals(32, reference.faceId().length());
      assertTrue(reference.quality() > 0 && reference.quality() <= 1);
      JpegHeader thumbnail = JpegHeader.read(reference.thumbnail());
      assertTrue(thumbnail.width() <= 160 && thumbnail.height() <= 160);
    }
    ReferenceMatrix matrix = new ReferenceMatrix(space);
    for (int i = 0; i < PEOPLE; i++) {
      matrix.put(references.get(i).as(new Person("p" + i, "P" + i)));
    }
    for (int i = 0; i < PEOPLE; i++) {
      var near =
          matrix
              .publish(GalleryVersion.ofNumber(1))
              .match(new float[][] {references.get(i).descriptor()}, 2, Reduction.MINIMUM, NOW)
              .get(0);
      assertEquals("p" + i, near.get(0).personId());
      assertTrue(near.get(1).distance() > .6, near::toString);
    }
  }

  @Test
  void theSamePictureGivesTheSameReference() throws Exception {
    Reference once = reference(photograph(1));
    Reference again = reference(photograph(1));
    assertEquals(once.faceId(), again.faceId());
    assertTrue(Arrays.equals(once.descriptor(), again.descriptor()));
    assertNotEquals(once.faceId(), examiner.faceId(photograph(2)));
  }

  @ParameterizedTest
  @ValueSource(ints = {90, 180, 270})
  void aTurnedPhotographIsTurnedBack(int degrees) throws Exception {
    DescriptorSpace space = DescriptorSpace.of(descriptors.model());
    for (int person = 1; person <= PEOPLE; person++) {
      ReferenceMatrix matrix = new ReferenceMatrix(space);
      matrix.put(reference(photograph(person)));
      ExaminedFace face = examiner.examine(turned(photograph(person), degrees));
      assertEquals(360 - degrees, face.turned(), "person " + person);
      float[][] descriptor = {face.descriptor()};
      float distance =
          matrix
              .publish(GalleryVersion.ofNumber(1))
              .match(descriptor, 1, Reduction.MINIMUM, NOW)
              .get(0)
              .get(0)
              .distance();
      assertTrue(distance < .3, "person %d: distance %s".formatted(person, distance));
    }
  }

  private static byte[] turned(byte[] photograph, int degrees) throws Exception {
    try (Picture picture = Picture.decodeStill(photograph);
        Mat turned = new Mat()) {
      Orientation.UPRIGHT.thenTurned(degrees).turn(picture.rgb(), turned);
      return Picture.jpeg(turned, 95);
    }
  }

  @Test
  void aHeadOnItsSideIsRefused() {
    Quality lying = new Quality(.8f, .5f, 1, .7f, 1, 0, 0, 75);
    RefusedException refused =
        assertThrows(RefusedException.class, () -> QualityGate.DEFAULT.check(1, 100, lying));
    assertEquals("tilted", refused.reason());
  }

  @Test
  void aTenfoldPhotographGivesNearlyTheSameDescriptor() throws Exception {
    Reference small = reference(photograph(4));
    Reference large = reference(sideBySide(2400, 4));
    float[][] both = {small.descriptor()};
    ReferenceMatrix matrix = new ReferenceMatrix(DescriptorSpace.of(descriptors.model()));
    matrix.put(large);
    float distance =
        matrix
            .publish(GalleryVersion.ofNumber(1))
            .match(both, 1, Reduction.MINIMUM, NOW)
            .get(0)
            .get(0)
            .distance();
    assertTrue(distance < .3, "distance " + distance);
  }

  @Test
  void fiveFacesAreTooMany() throws Exception {
    assertEquals("several-faces", refusal(sideBySide(320, 1, 2, 4, 5, 6)));
  }

  @Test
  void somebodyFarBehindDoesNotMatter() throws Exception {
    BufferedImage picture = new BufferedImage(1000, 800, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(Color.GRAY);
    graphics.fillRect(0, 0, 1000, 800);
    graphics.drawImage(ImageIO.read(new ByteArrayInputStream(photograph(1))), 0, 0, 640, 640, null);
    graphics.drawImage(
        ImageIO.read(new ByteArrayInputStream(photograph(4))), 800, 600, 150, 150, null);
    graphics.dispose();
    Reference reference = reference(png(picture));
    assertTrue(reference.quality() > 0);
  }

  @Test
  void noFaceIsSaidSo() throws IOException {
    assertEquals("no-face", refusal(png(new BufferedImage(300, 200, BufferedImage.TYPE_INT_RGB))));
    assertEquals("no-face", refusal(png(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB))));
  }

  @Test
  void aFaceOfFewPixelsIsTooSmall() throws IOException {
    assertEquals("too-small", refusal(sideBySide(60, 4)));
  }

  @Test
  void whatIsNoPictureIsSaidSo() throws IOException {
    assertEquals("not-a-picture", refusal("This is text, not a .jpg".getBytes(UTF_8)));
    assertEquals("not-a-picture", refusal(new byte[0]));
    byte[] cut = Arrays.copyOf(photograph(2), 1500);
    assertTrue(refusal(cut).startsWith("corrupt") || refusal(cut).equals("no-face"));
  }

  @ParameterizedTest
  @CsvSource({"30000, 30000", "65000, 40000"})
  void aForgedSizeIsRefusedBeforeItIsDecoded(int width, int height) throws Exception {
    byte[] forged = photograph(2).clone();
    for (int i = 2; i < forged.length - 9; i++) {
      if ((forged[i] & 0xff) == 0xff
          && ((forged[i + 1] & 0xff) == 0xc0 || (forged[i + 1] & 0xff) == 0xc2)) {
        forged[i + 5] = (byte) (height >> 8);
        forged[i + 6] = (byte) height;
        forged[i + 7] = (byte) (width >> 8);
        forged[i + 8] = (byte) width;
        break;
      }
    }
    assertEquals(width, sizeOf(forged).width());
    assertEquals("too-large", refusal(forged));
  }

  private static JpegHeader sizeOf(byte[] jpeg) throws UnreadablePictureException {
    return JpegHeader.read(jpeg);
  }
}

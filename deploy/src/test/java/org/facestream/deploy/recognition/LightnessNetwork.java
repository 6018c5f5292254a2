package org.facestream.deploy.recognition;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.facestream.deploy.lab.convert.GraphBuilder;
import org.facestream.detector.face.Face;

/** A descriptor network whose answer depends on how light a face is, and on nothing else. */
final class LightnessNetwork {
  private LightnessNetwork() {}

  /**
   * Writes one.
   *
   * @param rows the answers, four values each: the first for whatever is not white, the second for
   *     white; without a second the network refuses white
   * @return the definition that the weights lie beside
   */
  static Path write(Path folder, float... rows) throws Exception {
    GraphBuilder graph = new GraphBuilder("lightness", "for a test");
    String faces = graph.input("faces", GraphBuilder.Type.UINT8, List.of("batch", 150, 150, 3));
    String colours = graph.node("Cast", "colours", Map.of("to", 1), faces);
    String mean =
        graph.node(
            "ReduceMean", "mean", Map.of("axes", new long[] {1, 2, 3}, "keepdims", 0), colours);
    String lightness =
        graph.node("Div", "lightness", mean, graph.floats("white", new float[] {250}));
    String row = graph.node("Cast", "row", Map.of("to", 7), graph.node("Floor", "step", lightness));
    graph.node("Gather", "descriptors", graph.floats("rows", rows, rows.length / 4, 4), row);
    graph.output("descriptors", GraphBuilder.Type.FLOAT, List.of("batch", 4));
    return TestNetwork.write(folder, "lightness", graph);
  }

  /** A white picture of the size of a face's. */
  static byte[] white(Face face) throws IOException {
    BufferedImage image =
        new BufferedImage(face.frameWidth(), face.frameHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.dispose();
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, "jpeg", jpeg));
    return jpeg.toByteArray();
  }
}

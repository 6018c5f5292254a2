package org.facestream.deploy.recognition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.convert.GraphBuilder;

/**
 * A descriptor network that runs so many times and never again, like one on a device that is lost.
 * Of two generators of the same numbers one takes n a run and the other n + 1, which have a number
 * in common in n runs; without one, a tensor gets a shape that does not fit.
 */
final class TiringNetwork {
  private TiringNetwork() {}

  /**
   * Writes one.
   *
   * @param runs of which opening takes two
   * @return the definition that the weights lie beside
   */
  static Path write(Path folder, int runs) throws Exception {
    GraphBuilder graph = new GraphBuilder("tiring", "for a test");
    String faces = graph.input("faces", GraphBuilder.Type.UINT8, List.of("batch", 150, 150, 3));
    String equal =
        graph.node("Equal", "equal", random(graph, "a", runs, 1), random(graph, "b", 1, runs + 1));
    String any =
        graph.node("ReduceMax", "any", graph.node("Cast", "equal_1", Map.of("to", 7), equal));
    String size =
        graph.node(
            "Sub",
            "size",
            graph.longs("five", new long[] {5}, 1),
            graph.node("Reshape", "any_1", any, graph.longs("one", new long[] {1}, 1)));
    String nothing = graph.node("Reshape", "nothing", graph.floats("four", new float[4], 4), size);
    String mean =
        graph.node(
            "ReduceMean",
            "mean",
            Map.of("axes", new long[] {1, 2, 3}, "keepdims", 0),
            graph.node("Cast", "colours", Map.of("to", 1), faces));
    String column = graph.node("Unsqueeze", "column", mean, graph.longs("axis", new long[] {1}, 1));
    graph.node("Add", "descriptors", column, nothing);
    graph.output("descriptors", GraphBuilder.Type.FLOAT, List.of("batch", 4));
    return TestNetwork.write(folder, "tiring", graph);
  }

  private static String random(GraphBuilder graph, String name, long... shape) {
    return graph.node("RandomUniform", name, Map.of("shape", shape, "seed", 7f));
  }
}

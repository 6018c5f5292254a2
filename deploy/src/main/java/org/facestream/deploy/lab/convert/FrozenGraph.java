package org.facestream.deploy.lab.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;

/** A network as TensorFlow 1 froze it: a {@code GraphDef} whose variables are constants. */
final class FrozenGraph {
  private final Path file;
  private final Map<String, Node> nodes;

  private FrozenGraph(Path file, Map<String, Node> nodes) {
    this.file = file;
    this.nodes = nodes;
  }

  /**
   * An operation.
   *
   * @param inputs names of nodes; a node's first output only
   */
  record Node(
      String name, String operator, List<String> inputs, Map<String, Attribute> attributes) {

    /** An attribute that must be there. */
    Attribute attribute(String attribute) {
      Attribute found = attributes.get(attribute);
      if (found == null) {
        throw new UserError("node %s has no %s; is it the right model?".formatted(name, attribute));
      }
      return found;
    }
  }

  /**
   * What a node is set to: of these, what its kind has.
   *
   * @param list whole numbers, for example strides
   * @param text a name, for example of a kind of padding
   * @param number a fraction
   * @param flag yes or no
   * @param tensor of a constant; whole numbers as floats
   */
  record Attribute(
      List<Long> list, String text, float number, boolean flag, Optional<WeightTensor> tensor) {}

  /**
   * Reads a file, whole.
   *
   * @throws UserError that names the file where it is absent, cut short or something else
   */
  static FrozenGraph read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError(file + " is not there; is it the right package?");
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new UserError(file + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
    try {
      return new FrozenGraph(file, GraphDefParser.nodes(bytes));
    } catch (IOException | IllegalArgumentException malformed) {
      throw new UserError(
          file + " is incomplete or not a frozen TensorFlow graph; download the package again",
          malformed);
    }
  }

  /**
   * The node of a name.
   *
   * @throws UserError that names the file and the node where it is absent
   */
  Node node(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new UserError("%s has no node %s; is it whole?".formatted(file, name));
    }
    return node;
  }

  /** The node that another one reads. */
  Node input(Node node, int index) {
    if (index >= node.inputs().size()) {
      throw refused(node, "has no input " + index);
    }
    return node(node.inputs().get(index));
  }

  /** The same, which must be of this kind. */
  Node input(Node node, int index, String operator) {
    return require(input(node, index), operator);
  }

  Node require(Node node, String operator) {
    if (!node.operator().equals(operator)) {
      throw refused(node, "is a %s, not a %s".formatted(node.operator(), operator));
    }
    return node;
  }

  /** The constant that a node reads. */
  WeightTensor constant(Node node, int index) {
    Node constant = input(node, index, "Const");
    return constant
        .attribute("value")
        .tensor()
        .orElseThrow(() -> refused(constant, "has no values that can be read"));
  }

  UserError refused(Node node, String why) {
    return new UserError(
        "%s: node %s %s; is it the right model?".formatted(file, node.name(), why));
  }
}

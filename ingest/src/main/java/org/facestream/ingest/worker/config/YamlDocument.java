package org.facestream.ingest.worker.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a YAML file strictly: constructs that parsers usually resolve silently (a key given twice,
 * a second document, an alias) could remove a camera's masks, a camera from the registry, or a
 * setting.
 *
 * <p>Jackson's own strict reading is not used: it takes an alias for a text and {@code 1e400} for
 * infinity, and its messages quote values, which may be passwords.
 */
public final class YamlDocument {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z-]{1,32}");

  /**
   * A YAML number, true or false, which may also be meant as a text: as an id, 010 is not 8 and yes
   * is not true. In the tree it is the value of a {@link POJONode}.
   *
   * @param written as it stands in the file
   * @param value a finite {@link Number} or a {@link Boolean}; null when there is no such number
   */
  private record Scalar(String written, @Nullable Object value) {}

  private final Path file;
  private final YAMLParser parser;

  private YamlDocument(Path file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * Reads the one document of a file; null when it is empty.
   *
   * @param kind what the file is, for a message: "camera file"
   * @throws UserError with the file, the line and the fault, but without values, which may contain
   *     a password
   */
  public static @Nullable JsonNode read(Path file, String kind) {
    String text = text(file, kind);
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      return new YamlDocument(file, parser).whole();
    } catch (JacksonException malformed) {
      // Without a cause: the parser's message quotes the lines around the fault.
      throw malformed(file, text, line(malformed));
    } catch (IOException impossible) {
      throw new IllegalStateException("a text in memory is always readable", impossible);
    }
  }

  private static String text(Path file, String kind) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException missing) {
      throw new UserError("There is no " + kind + " " + file + ".", missing);
    } catch (IOException unreadable) {
      throw UserError.unreadable(file, unreadable);
    }
    if (text.chars().anyMatch(c -> c < ' ' && c != '\t' && c != '\n' && c != '\r')) {
      throw UserError.unreadable(file, new CharacterCodingException());
    }
    return text;
  }

  private static UserError malformed(Path file, String text, int line) {
    String[] lines = text.split("\r\n|\r|\n", -1);
    if (line >= 1 && line <= lines.length && lines[line - 1].matches("[ ]*\t.*")) {
      return new UserError(
          String.format(
              Locale.ROOT,
              "%s, line %d: it starts with a tab; indent YAML with spaces.",
              file,
              line));
    }
    return new UserError(
        file
            + " is not valid YAML"
            + (line < 1 ? "." : String.format(Locale.ROOT, " (line %d).", line)));
  }

  /** The place of the fault, and not only of the last valid token. */
  @SuppressWarnings("deprecation") // The only access to SnakeYAML's place of the fault.
  private static int line(JacksonException malformed) {
    if (malformed
            instanceof com.fasterxml.jackson.dataformat.yaml.snakeyaml.error.MarkedYAMLException at
        && at.getProblemMark() != null) {
      return at.getProblemMark().getLine() + 1;
    }
    return malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr();
  }

  private @Nullable JsonNode whole() throws IOException {
    if (parser.nextToken() == null) {
      return null;
    }
    JsonNode root = node();
    if (parser.nextToken() != null) {
      throw at("a second document starts after `---`; keep everything in the first one.");
    }
    return root;
  }

  private JsonNode node() throws IOException {
    if (parser.isCurrentAlias()) {
      throw at("an alias (*name) is not supported; write the value itself.");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping();
      case START_ARRAY -> list();
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_TRUE -> scalar(true);
      case VALUE_FALSE -> scalar(false);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(number());
      case VALUE_STRING -> NODES.textNode(parser.getText());
      default -> throw at("only texts, numbers, true and false are allowed here.");
    };
  }

  private JsonNode scalar(@Nullable Object value) throws IOException {
    return NODES.pojoNode(new Scalar(parser.getText(), value));
  }

  private @Nullable Number number() {
    try {
      Number number = parser.getNumberValue();
      return Double.isFinite(number.doubleValue()) ? number : null;
    } catch (IOException notANumber) {
      return null;
    }
  }

  /** The text of a node as written; null if it has none. */
  public static @Nullable String written(JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    return node instanceof POJONode pojo && pojo.getPojo() instanceof Scalar scalar
        ? scalar.written()
        : null;
  }

  /** The number or boolean of a node; null for others. */
  public static <T> @Nullable T value(JsonNode node, Class<T> type) {
    return node instanceof POJONode pojo
            && pojo.getPojo() instanceof Scalar scalar
            && type.isInstance(scalar.value())
        ? type.cast(scalar.value())
        : null;
  }

  private ObjectNode mapping() throws IOException {
    ObjectNode mapping = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      if (mapping.has(key)) {
        String named = PLAIN_KEY.matcher(key).matches() ? "`" + key + "`" : "a key";
        throw at(named + " is given twice; keep one.");
      }
      parser.nextToken();
      mapping.set(key, node());
    }
    return mapping;
  }

  private ArrayNode list() throws IOException {
    ArrayNode list = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(node());
    }
    return list;
  }

  private UserError at(String sentence) {
    return new UserError(
        String.format(
            Locale.ROOT,
            "%s, line %d: %s",
            file,
            parser.currentTokenLocation().getLineNr(),
            sentence));
  }
}

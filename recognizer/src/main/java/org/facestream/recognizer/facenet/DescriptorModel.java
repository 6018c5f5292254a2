package org.facestream.recognizer.facenet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.facestream.detector.onnx.ModelFile;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;

/**
 * A descriptor model: its definition and the location of its ONNX file.
 *
 * @param definition from its JSON file
 * @param folder of both files; empty for a built-in model
 */
public record DescriptorModel(ModelDefinition definition, Optional<Path> folder) {
  /** Built-in models, the default first. */
  public static final List<String> KNOWN = List.of("facenet", "mobilefacenet", "resnet34-128");

  private static final ObjectReader DEFINITION =
      Json.COMPLETE
          .rebuild()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .build()
          .readerFor(ModelDefinition.class);

  /**
   * Finds a built-in model by its name, or reads the definition of a user's model.
   *
   * @param nameOrPath one of {@link #KNOWN}, or the path of a definition, a {@code .json} file with
   *     the ONNX file beside it
   * @throws UserError if there is no such network or its definition is not valid
   */
  public static DescriptorModel of(String nameOrPath) {
    if (KNOWN.contains(nameOrPath)) {
      return named(nameOrPath);
    }
    try {
      if (nameOrPath.endsWith(".json")) {
        return read(Path.of(nameOrPath));
      }
    } catch (InvalidPathException notAPath) {
      throw unknown(nameOrPath);
    }
    throw unknown(nameOrPath);
  }

  private static DescriptorModel named(String name) {
    String file = name + ".json";
    try (InputStream json = DescriptorModel.class.getResourceAsStream(file)) {
      if (json == null) {
        throw new UserError(file + " is not in the jar: build or install facestream again");
      }
      return new DescriptorModel(parse(file, json.readAllBytes()), Optional.empty());
    } catch (IOException unreadable) {
      throw new UserError(file + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  private static DescriptorModel read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError("descriptor model " + file + " is not there");
    }
    try {
      ModelDefinition definition = parse(file.toString(), Files.readAllBytes(file));
      // The name identifies the model of a reference's descriptor in the gallery.
      if (KNOWN.contains(definition.name().toLowerCase(Locale.ROOT))) {
        throw new UserError(
            ("descriptor model %s: name: '%s' is a built-in model; give your model another "
                    + "name")
                .formatted(file, definition.name()));
      }
      return new DescriptorModel(
          definition,
          Optional.of(
              Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder")));
    } catch (IOException unreadable) {
      throw new UserError(
          "descriptor model %s cannot be read: %s.".formatted(file, UserError.reason(unreadable)),
          unreadable);
    }
  }

  private static ModelDefinition parse(String file, byte[] json) throws IOException {
    try {
      ModelDefinition definition = DEFINITION.readValue(json);
      if (definition == null) {
        throw new UserError("descriptor model " + file + ": it does not contain a JSON object");
      }
      return definition;
    } catch (UnrecognizedPropertyException unknown) {
      throw new UserError(
          "descriptor model %s: '%s' is not a field; there are %s"
              .formatted(file, unknown.getPropertyName(), unknown.getKnownPropertyIds()),
          unknown);
    } catch (JsonProcessingException invalid) {
      throw new UserError("descriptor model " + file + ": " + reason(invalid), invalid);
    }
  }

  /** The rule that was broken, or which field is missing or of the wrong kind. */
  private static String reason(JsonProcessingException invalid) {
    if (invalid.getCause() instanceof IllegalArgumentException rule) {
      return String.valueOf(rule.getMessage());
    }
    if (!(invalid instanceof JsonMappingException mapping)) {
      return "it is not JSON: " + invalid.getOriginalMessage();
    }
    String field =
        mapping.getPath().stream()
            .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
            .collect(Collectors.joining("."));
    if (field.isEmpty()) {
      return "it does not contain a JSON object";
    }
    if (invalid instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
      String known =
          Arrays.stream(format.getTargetType().getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
      return "%s: '%s' is not one of %s".formatted(field, format.getValue(), known);
    }
    return field + " is missing or not of the right kind";
  }

  private static UserError unknown(String nameOrPath) {
    return new UserError(
        "descriptor model '%s' is not known: give %s, or the path of a model's .json file"
            .formatted(nameOrPath, String.join(" or ", KNOWN)));
  }

  /** The name by which references identify the model of their descriptors. */
  public String name() {
    return definition.name();
  }

  /** Number of values of a descriptor. */
  public int length() {
    return definition.length();
  }

  public Metric metric() {
    return definition.metric();
  }

  /** Default distance below which a face supports a person of the gallery. */
  public float threshold() {
    return definition.threshold();
  }

  /** Distance below which two faces are considered to be of one person, without a gallery. */
  public float verification() {
    return definition.verification();
  }

  /**
   * Reads the network and checks it.
   *
   * @throws UserError when the file is missing, incomplete or changed
   */
  public ModelFile weights() {
    return folder
        .map(path -> ModelFile.file(path.resolve(definition.file()), definition.sha256()))
        .orElseGet(
            () ->
                ModelFile.resource(DescriptorModel.class, definition.file(), definition.sha256()));
  }
}

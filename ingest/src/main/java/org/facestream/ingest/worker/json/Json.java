package org.facestream.ingest.worker.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.facestream.ingest.worker.kafka.InvalidRecordException;

/**
 * JSON in UTF-8, components in the order of their record, instants as ISO 8601 in UTC. Readers
 * ignore properties that they do not know. They reject a fraction where a whole number belongs, and
 * whatever follows the value.
 */
public final class Json {
  /** Reads a component that is missing as null, 0 or false. */
  public static final JsonMapper LENIENT =
      JsonMapper.builder()
          .disable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, new InstantDeserializer()))
          .build();

  /** Rejects a component that is missing or null, unless that says itself what it is then. */
  public static final JsonMapper COMPLETE =
      LENIENT
          .rebuild()
          .enable(
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** Writes names in snake case. */
  public static final JsonMapper SNAKE_CASE =
      LENIENT.rebuild().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private Json() {}

  /** A value that can always be written, as one line. */
  public static byte[] bytes(Object value) {
    return bytes(LENIENT, value);
  }

  /** A value that a mapper can always write. */
  public static byte[] bytes(ObjectMapper mapper, Object value) {
    try {
      return mapper.writeValueAsBytes(value);
    } catch (JacksonException impossible) {
      throw new IllegalStateException(
          "a " + value.getClass().getSimpleName() + " cannot be written as JSON", impossible);
    }
  }

  /** A value that can always be written, as one line of text. */
  public static String text(Object value) {
    return new String(bytes(value), UTF_8);
  }

  /**
   * Reads what a record of a topic holds.
   *
   * @param reason of the exception, see {@link InvalidRecordException#reason}
   * @throws InvalidRecordException for what is malformed, or null. Its message says what is wrong
   *     and where, but quotes nothing: values may be personal data or hold a password
   */
  public static <T> T read(ObjectReader reader, byte[] json, String reason)
      throws InvalidRecordException {
    T value;
    try {
      value = reader.readValue(json);
    } catch (IOException malformed) {
      throw new InvalidRecordException(reason, problem(malformed));
    }
    if (value == null) {
      throw new InvalidRecordException(reason, "the value is null");
    }
    return value;
  }

  private static String problem(IOException malformed) {
    String kind = malformed.getClass().getSimpleName();
    if (malformed instanceof JsonMappingException mapping) {
      return kind + " at " + path(mapping);
    }
    if (malformed instanceof JsonProcessingException syntax && syntax.getLocation() != null) {
      return kind + " at byte " + syntax.getLocation().getByteOffset();
    }
    return kind;
  }

  /** Keys of a map are left out: some are people. */
  private static String path(JsonMappingException mapping) {
    StringBuilder path = new StringBuilder("$");
    for (JsonMappingException.Reference step : mapping.getPath()) {
      if (step.getIndex() >= 0) {
        path.append('[').append(step.getIndex()).append(']');
      } else if (step.getFrom() instanceof Map<?, ?>) {
        path.append("[...]");
      } else {
        path.append('.').append(step.getFieldName());
      }
    }
    return path.toString();
  }

  /** Jackson's own, of jackson-datatype-jsr310, would take the number 5 for a time in 1970. */
  private static final class InstantDeserializer extends StdScalarDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantDeserializer() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getValueAsString();
      try {
        return Instant.parse(text == null ? "" : text);
      } catch (DateTimeException malformed) {
        return (Instant) context.handleWeirdStringValue(Instant.class, text, "not an instant");
      }
    }
  }
}

package org.facestream.recognizer.identity;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.facestream.ingest.worker.kafka.InvalidRecordException;

/**
 * How the recognizer's contracts are written as JSON: UTF-8, components in the order of the record,
 * instants as {@code 2026-11-22T04:30:00.123Z} with milliseconds, float arrays as base64 of
 * little-endian float32, byte arrays as base64. Readers ignore properties that they do not know.
 */
public final class RecordJson {
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(
              new SimpleModule()
                  .addSerializer(new InstantSerializer())
                  .addDeserializer(Instant.class, new InstantDeserializer())
                  .addSerializer(new FloatsSerializer())
                  .addDeserializer(float[].class, new FloatsDeserializer()))
          .build();

  private RecordJson() {}

  /** A record as JSON. */
  public static byte[] write(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JacksonException impossible) {
      throw new IllegalStateException(
          "a " + value.getClass().getSimpleName() + " cannot be written as JSON", impossible);
    }
  }

  /**
   * A record from JSON.
   *
   * @throws InvalidRecordException with reason {@code empty-value} or {@code bad-json}
   */
  public static <T> T read(byte[] json, Class<T> type) throws InvalidRecordException {
    if (json == null || json.length == 0) {
      throw new InvalidRecordException("empty-value", "the value is empty");
    }
    try {
      T value = JSON.readValue(json, type);
      if (value == null) {
        throw new InvalidRecordException("bad-json", "the value is null");
      }
      return value;
    } catch (IOException malformed) {
      throw new InvalidRecordException("bad-json", problem(malformed));
    }
  }

  /** What is wrong and where, but none of Jackson's messages: they quote names and descriptors. */
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

  /** Keys of a map are left out: evidence is by person. */
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

  private static final class InstantSerializer extends StdScalarSerializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantSerializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(INSTANT.format(value));
    }
  }

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

  private static final class FloatsSerializer extends StdScalarSerializer<float[]> {
    private static final long serialVersionUID = 1L;

    FloatsSerializer() {
      super(float[].class);
    }

    @Override
    public void serialize(float[] value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      ByteBuffer bytes =
          ByteBuffer.allocate(value.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(value);
      generator.writeBinary(bytes.array());
    }
  }

  private static final class FloatsDeserializer extends StdScalarDeserializer<float[]> {
    private static final long serialVersionUID = 1L;

    FloatsDeserializer() {
      super(float[].class);
    }

    @Override
    public float[] deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      byte[] bytes = parser.getBinaryValue();
      if (bytes.length % Float.BYTES != 0) {
        return (float[])
            context.handleWeirdStringValue(float[].class, "", "not a whole number of float32");
      }
      float[] values = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      return values;
    }
  }
}

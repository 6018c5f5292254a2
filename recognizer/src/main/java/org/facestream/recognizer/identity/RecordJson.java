package org.facestream.recognizer.identity;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.jspecify.annotations.Nullable;

/**
 * How the recognizer's contracts are written as JSON: UTF-8, components in the order of the record,
 * instants as {@code 2026-11-22T04:30:00.123Z} with milliseconds, float arrays as base64 of
 * little-endian float32, byte arrays as base64. Readers ignore properties that they do not know.
 */
public final class RecordJson {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private static final JsonMapper JSON =
      Json.LENIENT
          .rebuild()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(
              new SimpleModule()
                  .addSerializer(new InstantSerializer())
                  .addSerializer(new FloatsSerializer())
                  .addDeserializer(float[].class, new FloatsDeserializer()))
          .build();

  private RecordJson() {}

  /** A record as JSON. */
  public static byte[] write(Object value) {
    return Json.bytes(JSON, value);
  }

  /**
   * A record from JSON.
   *
   * @throws InvalidRecordException with reason {@code empty-value} or {@code bad-json}
   */
  public static <T> T read(byte @Nullable [] json, Class<T> type) throws InvalidRecordException {
    if (json == null || json.length == 0) {
      throw new InvalidRecordException("empty-value", "the value is empty");
    }
    return Json.read(JSON.readerFor(type), json, "bad-json");
  }

  private static final class InstantSerializer extends StdScalarSerializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantSerializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(MILLIS.format(value));
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

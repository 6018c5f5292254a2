package org.facestream.sink.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;

/** Bodies of requests and answers that are JSON. */
final class JsonBody {
  /** Bodies are strict, so that a misspelt name is not ignored; answers have every component. */
  static final JsonMapper MAPPER =
      Json.LENIENT
          .rebuild()
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .annotationIntrospector(new NullableComponents())
          .build();

  private JsonBody() {}

  /**
   * The body of a request.
   *
   * @throws Problem when it is none of the type
   */
  static <T> T read(Context context, Class<T> type) {
    if (!context.isJson()) {
      throw Problem.wrongType("Send JSON with Content-Type: application/json.");
    }
    try {
      T value = MAPPER.readValue(context.bodyAsBytes(), type);
      if (value == null) {
        throw Problem.invalid("The body must be an object of JSON, not null.");
      }
      return value;
    } catch (JsonProcessingException malformed) {
      throw Problem.invalid(wrong(malformed));
    } catch (IOException failed) {
      throw Problem.invalid("The body could not be read.");
    }
  }

  private static String wrong(JsonProcessingException malformed) {
    // A record that checks its values says what is wrong.
    if (malformed.getCause() instanceof UserError refused) {
      return String.valueOf(refused.getMessage());
    }
    // The rest of the message quotes what was sent.
    if (malformed instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return "The body does not fit at "
          + mapping.getPath().stream()
              .map(
                  step ->
                      step.getFieldName() == null
                          ? "[" + step.getIndex() + "]"
                          : step.getFieldName())
              .collect(Collectors.joining("."))
          + ": see the API's document for its type.";
    }
    return "The body is no JSON of the form in the API's document.";
  }
}

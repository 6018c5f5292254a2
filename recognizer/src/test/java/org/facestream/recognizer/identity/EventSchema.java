package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The published JSON Schema of identity events, as tests hold events against it. */
public final class EventSchema {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(
              IdentityTopic.class.getResourceAsStream(IdentityTopic.SCHEMA), InputFormat.JSON);

  private EventSchema() {}

  /** What the schema finds wrong in an event. */
  static List<String> errors(byte[] event) {
    return SCHEMA
        .validate(
            new String(event, StandardCharsets.UTF_8),
            InputFormat.JSON,
            execution -> execution.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Error::toString)
        .toList();
  }

  /** Fails unless the event keeps the schema. */
  public static void check(byte[] event) {
    assertEquals(List.of(), errors(event), new String(event, StandardCharsets.UTF_8));
  }
}

package org.facestream.deploy.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.facestream.recognizer.identity.IdentityTopic;

/** The published JSON Schema of identity events, held against every event that tests read. */
public final class EventSchema {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(
              IdentityTopic.class.getResourceAsStream(IdentityTopic.SCHEMA), InputFormat.JSON);

  private EventSchema() {}

  /** Fails unless the event keeps the schema. */
  public static void check(byte[] event) {
    String json = new String(event, StandardCharsets.UTF_8);
    assertEquals(
        List.of(),
        SCHEMA
            .validate(
                json,
                InputFormat.JSON,
                execution ->
                    execution.executionConfig(config -> config.formatAssertionsEnabled(true)))
            .stream()
            .map(Error::toString)
            .toList(),
        json);
  }
}

package org.facestream.sink.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/** The OpenAPI 3.1 document of routes; the schemas follow from their records. */
final class OpenApiDocument {
  private static final String SCHEMAS = "components/schemas";
  private static final String PROBLEM = "application/problem+json";

  private final SchemaBuilder schemas;

  private OpenApiDocument() {
    SchemaGeneratorConfigBuilder config =
        new SchemaGeneratorConfigBuilder(
            Json.LENIENT, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON);
    config.with(new JacksonModule(JacksonOption.FLATTENED_ENUMS_FROM_JSONVALUE));
    config.with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES);
    config.with(Option.FLATTENED_OPTIONALS);
    config.forFields().withNullableCheck(OpenApiDocument::isNullable);
    config.forFields().withRequiredCheck(field -> !isNullable(field));
    config
        .forTypesInGeneral()
        .withCustomDefinitionProvider(
            (type, context) -> {
              ObjectNode node = context.getGeneratorConfig().createObjectNode();
              if (type.getErasedType() == Instant.class) {
                node.put("type", "string").put("format", "date-time");
              } else if (type.getErasedType() == byte[].class) {
                node.put("type", "string").put("format", "binary");
              } else {
                return null;
              }
              return new com.github.victools.jsonschema.generator.CustomDefinition(node, true);
            });
    schemas = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
  }

  private static boolean isNullable(FieldScope field) {
    AnnotatedType type = field.getRawMember().getAnnotatedType();
    return type.isAnnotationPresent(Nullable.class)
        || field.getRawMember().getType() == Optional.class;
  }

  /**
   * The document.
   *
   * @param version of facestream
   */
  static ObjectNode of(List<Route> routes, String version) {
    return new OpenApiDocument().write(routes, version);
  }

  private ObjectNode write(List<Route> routes, String version) {
    ObjectNode root = Json.LENIENT.createObjectNode().put("openapi", "3.1.0");
    root.putObject("info")
        .put("title", "facestream")
        .put("version", version)
        .put(
            "description",
            "Cameras, sightings, people and searches of facestream. Log in with POST"
                + " /api/v1/session, or send an API key in the header x-api-key. With a session,"
                + " each request that is no GET has its csrfToken in the header X-CSRF-Token."
                + " Errors are application/problem+json.");
    ObjectNode paths = root.putObject("paths");
    for (Route route : routes) {
      ObjectNode path =
          paths.has(route.path())
              ? (ObjectNode) paths.get(route.path())
              : paths.putObject(route.path());
      operation(path.putObject(route.method().name().toLowerCase(Locale.ROOT)), route);
    }
    ObjectNode problem = schemas.createSchemaReference(Problem.Body.class);
    ObjectNode components = root.putObject("components");
    ObjectNode definitions = schemas.collectDefinitions(SCHEMAS);
    components.set("schemas", definitions);
    ObjectNode responses = components.putObject("responses");
    responses
        .putObject("Problem")
        .put("description", "What was wrong, and what to do.")
        .putObject("content")
        .putObject(PROBLEM)
        .set("schema", problem);
    ObjectNode security = components.putObject("securitySchemes");
    security.putObject("key").put("type", "apiKey").put("in", "header").put("name", "x-api-key");
    security
        .putObject("session")
        .put("type", "apiKey")
        .put("in", "cookie")
        .put("name", "facestream-session");
    return root;
  }

  private void operation(ObjectNode operation, Route route) {
    operation.put("summary", route.summary());
    operation.putArray("tags").add(tag(route.path()));
    operation.put("operationId", id(route));
    operation.put("x-role", route.role().name());
    ArrayNode security = operation.putArray("security");
    if (route.role() != Role.anyone) {
      security.addObject().putArray("key");
      security.addObject().putArray("session");
    }
    ArrayNode parameters = operation.putArray("parameters");
    route.parameters().forEach(parameter -> parameter(parameters.addObject(), parameter));
    if (!route.body().isNone()) {
      ObjectNode body = operation.putObject("requestBody").put("required", true);
      content(body, route.body());
    }
    ObjectNode responses = operation.putObject("responses");
    ObjectNode done = responses.putObject(String.valueOf(route.answer().status()));
    done.put("description", "Done.");
    content(done, route.answer().content());
    if (route.answer().content().mediaType().startsWith("image/")) {
      responses.putObject("304").put("description", "As If-None-Match has it.");
    }
    Dialect dialect = route.answer().dialect();
    failure(responses.putObject("4XX"), dialect);
    failure(responses.putObject("503"), dialect);
  }

  private void failure(ObjectNode response, Dialect dialect) {
    if (dialect.equals(Dialect.OWN)) {
      response.put("$ref", "#/components/responses/Problem");
    } else {
      response.put("description", "What was wrong.");
      content(response, new Content(dialect.mediaType(), dialect.body()));
    }
  }

  private static void parameter(ObjectNode node, Parameter parameter) {
    node.put("name", parameter.name()).put("in", parameter.place().name());
    node.put("required", parameter.required());
    if (!parameter.description().isEmpty()) {
      node.put("description", parameter.description());
    }
    ObjectNode schema = node.putObject("schema");
    ObjectNode single =
        parameter.repeated() ? schema.put("type", "array").putObject("items") : schema;
    switch (parameter.type()) {
      case text -> single.put("type", "string");
      case integer -> single.put("type", "integer");
      case number -> single.put("type", "number");
      case flag -> single.put("type", "boolean");
      case time -> single.put("type", "string").put("format", "date-time");
    }
  }

  private void content(ObjectNode parent, Content content) {
    if (content.isNone()) {
      return;
    }
    ObjectNode kinds = parent.putObject("content");
    for (String mediaType : content.mediaTypes()) {
      ObjectNode media = kinds.putObject(mediaType);
      Type type = content.type();
      if (type != null) {
        media.set("schema", schemas.createSchemaReference(type));
      }
    }
  }

  /** The word after the version: what the route is about. */
  static String tag(String path) {
    String[] parts = path.split("/");
    return parts.length > 3 ? parts[3] : "api";
  }

  private static String id(Route route) {
    return route.method().name().toLowerCase(Locale.ROOT)
        + route.path().replaceAll("[^A-Za-z0-9]+", "_").replaceAll("_$", "");
  }
}

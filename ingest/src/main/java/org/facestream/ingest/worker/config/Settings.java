package org.facestream.ingest.worker.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The effective configuration of a process: defaults, a YAML file, environment variables and
 * options, each overriding those before it.
 *
 * <p>Keys are dotted ({@code kafka.bootstrap-servers}); in the environment the same key is {@code
 * FACESTREAM_KAFKA_BOOTSTRAP_SERVERS}. A key that no mapping declares stops the start, with the
 * nearest valid key in the message. The keys are the methods of SmallRye {@link ConfigMapping}
 * interfaces, each with a {@link Setting} that describes it.
 */
public final class Settings {
  private static final String ENVIRONMENT_PREFIX = "FACESTREAM_";

  /** Variables of the start script, which share the prefix but are not settings. */
  private static final List<String> NOT_SETTINGS =
      List.of(
          "FACESTREAM_MAVEN_OPTIONS",
          "FACESTREAM_JAVA_OPTIONS",
          "FACESTREAM_NATIVE_FOLDER",
          "FACESTREAM_CONFIG");

  /**
   * A declared key.
   *
   * @param name dotted name
   * @param type a short name of its type, such as {@code int} or {@code duration}
   * @param defaultValue its default, or empty when there is none
   * @param meaning one sentence
   * @param secret whether its value must never be shown
   */
  public record Key(
      String name, String type, Optional<String> defaultValue, String meaning, boolean secret) {}

  private final SmallRyeConfig config;
  private final Map<String, Key> keys;

  private Settings(SmallRyeConfig config, Map<String, Key> keys) {
    this.config = config;
    this.keys = keys;
  }

  /**
   * Reads and checks the whole configuration.
   *
   * @param mappings the {@link ConfigMapping} interfaces whose keys are allowed
   * @param file a YAML file, or empty
   * @param environment environment variables; those without the prefix are ignored
   * @param options dotted keys from the command line
   * @throws UserError for an unknown key, a value that does not parse, or an unreadable file
   */
  public static Settings load(
      List<Class<?>> mappings,
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> options) {
    Map<String, Key> keys = keysOf(mappings);
    Map<String, String> fromFile =
        file.map(path -> readYaml(path)).orElseGet(() -> new TreeMap<>());
    file.ifPresent(path -> refuseUnknown(fromFile.keySet(), keys, "in " + path));
    refuseUnknown(options.keySet(), keys, "on the command line");
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withConverter(Duration.class, 200, new Durations())
            .withSources(new PropertiesConfigSource(fromFile, "the file", 200))
            .withSources(
                new PropertiesConfigSource(
                    fromEnvironment(environment, keys), "the environment", 300))
            .withSources(new PropertiesConfigSource(options, "the command line", 400));
    mappings.forEach(builder::withMapping);
    try {
      return new Settings(builder.build(), keys);
    } catch (ConfigValidationException invalid) {
      List<String> problems = new ArrayList<>();
      for (int i = 0; i < invalid.getProblemCount(); i++) {
        problems.add(
            Objects.toString(invalid.getProblem(i).getMessage())
                .replaceAll("SRCFG\\d+: ", "")
                .replaceAll("java\\.[\\w.]+Exception: ", "")
                .replaceFirst(
                    "^The config property (\\S+) with the config value \"(.*)\" threw an Exception"
                        + " whilst being converted",
                    "$1 is '$2':"));
      }
      throw new UserError(
          "The configuration is not valid: "
              + String.join("; ", problems)
              + ". `facestream config` lists every key with its type.",
          invalid);
    }
  }

  /** The values of one mapping. */
  public <T> T get(Class<T> mapping) {
    return config.getConfigMapping(mapping);
  }

  /** Every declared key, by name. */
  public Collection<Key> keys() {
    return keys.values();
  }

  /** The effective values, by key, with secrets masked: for the log line at the start. */
  public Map<String, String> effective() {
    Map<String, String> effective = new TreeMap<>();
    for (Key key : keys.values()) {
      String value = config.getConfigValue(key.name()).getValue();
      if (value == null) {
        value = key.defaultValue().orElse("");
      }
      effective.put(key.name(), key.secret() && !value.isEmpty() ? "****" : value);
    }
    return effective;
  }

  /** The declared keys of some mappings, by name. */
  public static Map<String, Key> keysOf(List<Class<?>> mappings) {
    Map<String, Key> keys = new TreeMap<>();
    for (Class<?> mapping : mappings) {
      ConfigMapping annotation = mapping.getAnnotation(ConfigMapping.class);
      if (annotation == null) {
        throw new IllegalArgumentException(mapping + " has no @ConfigMapping");
      }
      collect(annotation.prefix(), mapping, keys);
    }
    return keys;
  }

  private static void collect(String prefix, Class<?> mapping, Map<String, Key> keys) {
    for (Method method : mapping.getMethods()) {
      if (method.isDefault() || java.lang.reflect.Modifier.isStatic(method.getModifiers())) {
        continue;
      }
      WithName named = method.getAnnotation(WithName.class);
      String name = prefix + "." + (named != null ? named.value() : kebab(method.getName()));
      if (method.getReturnType().isInterface()
          && !method.getReturnType().getName().startsWith("java.")) {
        collect(name, method.getReturnType(), keys);
        continue;
      }
      Setting setting = method.getAnnotation(Setting.class);
      if (setting == null) {
        throw new IllegalArgumentException(method + " has no @Setting");
      }
      WithDefault withDefault = method.getAnnotation(WithDefault.class);
      keys.put(
          name,
          new Key(
              name,
              typeName(method.getGenericReturnType()),
              Optional.ofNullable(withDefault).map(WithDefault::value),
              setting.value(),
              setting.secret()));
    }
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static String typeName(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      String argument = typeName(parameterized.getActualTypeArguments()[0]);
      return parameterized.getRawType() == List.class ? "list of " + argument : argument;
    }
    Class<?> raw = (Class<?>) type;
    return raw.isEnum()
        ? StreamSupport.stream(List.of(raw.getEnumConstants()).spliterator(), false)
            .map(constant -> kebab(constant.toString()))
            .collect(Collectors.joining(" | "))
        : raw.getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> fromEnvironment(
      Map<String, String> environment, Map<String, Key> keys) {
    Map<String, String> byVariable =
        keys.keySet().stream()
            .collect(Collectors.toMap(Settings::variable, key -> key, (first, second) -> first));
    Map<String, String> values = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          if (!name.startsWith(ENVIRONMENT_PREFIX) || NOT_SETTINGS.contains(name)) {
            return;
          }
          String key = byVariable.get(name);
          if (key == null) {
            throw unknown(name, byVariable.keySet(), "in the environment");
          }
          values.put(key, value);
        });
    return values;
  }

  /** The environment variable that sets a key. */
  public static String variable(String key) {
    return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  private static void refuseUnknown(Collection<String> names, Map<String, Key> keys, String where) {
    for (String name : names) {
      if (!keys.containsKey(name)) {
        throw unknown(name, keys.keySet(), where);
      }
    }
  }

  private static UserError unknown(String name, Collection<String> valid, String where) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String nearest =
        valid.stream()
            .min(
                Comparator.comparingInt((String key) -> distance.apply(name, key))
                    .thenComparing(Comparator.naturalOrder()))
            .orElseThrow();
    return new UserError(
        "Unknown configuration key '%s' %s. Did you mean '%s'?".formatted(name, where, nearest));
  }

  private static Map<String, String> readYaml(Path file) {
    try {
      JsonNode root = new YAMLMapper().readTree(Files.readString(file));
      Map<String, String> values = new LinkedHashMap<>();
      if (root != null && !root.isMissingNode() && !root.isNull()) {
        if (!root.isObject()) {
          throw new UserError(
              file + " must contain keys and values, such as `http: {port: 8080}`.");
        }
        flatten("", root, values);
      }
      return values;
    } catch (NoSuchFileException missing) {
      throw new UserError("There is no configuration file " + file + ".", missing);
    } catch (JacksonException malformed) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "%s is not valid YAML: %s (line %d).",
              file,
              malformed.getOriginalMessage().lines().findFirst().orElse(""),
              malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr()),
          malformed);
    } catch (IOException unreadable) {
      throw UserError.unreadable(file, unreadable);
    }
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> values) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                      entry.getValue(),
                      values));
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.asText().replace(",", "\\,")));
      values.put(prefix, String.join(",", items));
    } else if (!node.isNull()) {
      values.put(prefix, node.asText());
    }
  }
}

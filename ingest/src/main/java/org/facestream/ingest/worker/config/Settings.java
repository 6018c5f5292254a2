package org.facestream.ingest.worker.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The effective configuration of a process: defaults, a YAML file, environment variables and
 * options, each overriding those before it.
 *
 * <p>Keys are dotted ({@code kafka.bootstrap-servers}); in the environment the same key is {@code
 * FACESTREAM_KAFKA_BOOTSTRAP_SERVERS}. A key that no mapping declares stops the start, with the
 * nearest valid key in the message, and so does a value that its key does not take; one message
 * names them all. The keys are the methods of SmallRye {@link io.smallrye.config.ConfigMapping}
 * interfaces, each with a {@link Setting} that describes it.
 */
public final class Settings {
  /** Variables of the start script, which share the prefix but are not settings. */
  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "FACESTREAM_MAVEN_OPTIONS",
          "FACESTREAM_JAVA_OPTIONS",
          "FACESTREAM_NATIVE_FOLDER",
          "FACESTREAM_CONFIG");

  /** The declared ones, and those with names that the user chose. */
  private final Map<String, Key> keys;

  private final Map<String, String> values = new HashMap<>();

  /** Where the value of a key was set, such as {@code on the command line}. */
  private final Map<String, String> places = new HashMap<>();

  private final SmallRyeConfig config;

  /** The later of the given values override the earlier. */
  private Settings(Map<String, Key> keys, Map<String, Map<String, String>> given) {
    this.keys = keys;
    given.forEach(
        (place, each) -> {
          values.putAll(each);
          each.keySet().forEach(name -> places.put(name, place));
        });
    config =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new Durations())
            .withConverter(Boolean.class, 200, Settings::truth)
            .withSources(new PropertiesConfigSource(values, "settings"))
            .build();
  }

  /**
   * Reads and checks the whole configuration.
   *
   * @param mappings the {@link io.smallrye.config.ConfigMapping} interfaces whose keys are allowed
   * @param file a YAML file, or empty
   * @param environment environment variables; those without the prefix are ignored
   * @param options dotted keys from the command line
   * @throws UserError which names every unknown key and every value that its key does not take; or
   *     for an unreadable file
   */
  public static Settings load(
      List<Class<?>> mappings,
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> options) {
    Map<String, Key> keys = Key.of(mappings);
    Set<String> variables = keys.values().stream().map(Key::variable).collect(Collectors.toSet());
    List<String> problems = new ArrayList<>();
    Map<String, Map<String, String>> given = new LinkedHashMap<>();
    given.put("by default", new HashMap<>());
    keys.forEach(
        (name, key) -> {
          if (!key.isNamedByUser()) {
            key.defaultValue().ifPresent(value -> given.get("by default").put(name, value));
          }
        });
    file.ifPresent(path -> given.put("in " + path, readYaml(path)));
    given.put("in the environment", new TreeMap<>());
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(Key.VARIABLE_PREFIX) && !NOT_SETTINGS.contains(name)) {
            String key =
                keys.values().stream()
                    .flatMap(each -> each.setBy(name).stream())
                    .findFirst()
                    .orElse(name);
            given.get("in the environment").put(key, value);
          }
        });
    given.put("on the command line", options);
    Map<String, String> defaults = given.get("by default");
    given.values().stream()
        .flatMap(each -> List.copyOf(each.keySet()).stream())
        .toList()
        .forEach(name -> choose(keys, defaults, name));
    given.forEach(
        (place, values) -> {
          for (String name : values.keySet()) {
            if (!keys.containsKey(name)) {
              Set<String> valid = name.startsWith(Key.VARIABLE_PREFIX) ? variables : keys.keySet();
              problems.add(
                  "Unknown configuration key '%s' %s. Did you mean '%s'?"
                      .formatted(name, place, nearest(name, valid)));
            }
          }
        });
    Settings settings = new Settings(keys, given);
    keys.values().stream()
        .filter(key -> !key.isNamedByUser())
        .forEach(key -> settings.problem(key).ifPresent(problems::add));
    if (!problems.isEmpty()) {
      throw new UserError(String.join(" ", problems));
    }
    ConfigMappings.registerConfigMappings(
        settings.config,
        mappings.stream().map(ConfigMappings.ConfigClass::configClass).collect(Collectors.toSet()));
    return settings;
  }

  /** Adds the keys with a name that the user chose, where a key has one, and their defaults. */
  private static void choose(Map<String, Key> keys, Map<String, String> defaults, String given) {
    Optional<String> chosen =
        keys.containsKey(given)
            ? Optional.empty()
            : keys.values().stream().flatMap(each -> each.chosen(given).stream()).findFirst();
    if (chosen.isPresent()) {
      for (Key each : List.copyOf(keys.values())) {
        Key named = each.named(chosen.get());
        if (named.name().startsWith(chosen.get()) && !keys.containsKey(named.name())) {
          keys.put(named.name(), named);
          named.defaultValue().ifPresent(value -> defaults.put(named.name(), value));
        }
      }
    }
  }

  private static String nearest(String name, Set<String> valid) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return Collections.min(
        valid,
        Comparator.comparingInt((String key) -> distance.apply(name, key))
            .thenComparing(Comparator.naturalOrder()));
  }

  /** Where any other word was false, a slip of the pen took back what it was to switch on. */
  private static Boolean truth(String text) {
    if (!text.matches("(?i)true|yes|y|on|1|false|no|n|off|0")) {
      throw new IllegalArgumentException("neither true nor false");
    }
    return text.matches("(?i)true|yes|y|on|1");
  }

  /** What is wrong with the value of a key. */
  private Optional<String> problem(Key key) {
    boolean valid;
    try {
      List<?> values = values(key);
      valid =
          values.isEmpty()
              ? key.defaultValue().isEmpty()
              : key.range().isEmpty()
                  || Range.contains(key.range(), values, name -> values(key(name)).get(0));
    } catch (IllegalArgumentException unreadable) {
      valid = false;
    }
    return valid
        ? Optional.empty()
        : Optional.of(
            "%s is '%s' %s: it must be %s%s."
                .formatted(
                    key.name(),
                    shown(key),
                    places.get(key.name()),
                    Range.explained(key.form(), name -> shown(key(name))),
                    key.defaultValue().map(" (default %s)"::formatted).orElse("")));
  }

  private Key key(String name) {
    return Objects.requireNonNull(keys.get(name), "a range names declared keys only");
  }

  private List<?> values(Key key) {
    return key.list()
        ? config.getOptionalValues(key.name(), key.type()).orElse(List.of())
        : config.getOptionalValue(key.name(), key.type()).stream().toList();
  }

  private String shown(Key key) {
    String value = values.getOrDefault(key.name(), "");
    return key.secret() && !value.isEmpty() ? "****" : value;
  }

  /** The values of one mapping. */
  public <T> T get(Class<T> mapping) {
    return config.getConfigMapping(mapping);
  }

  /** Every key, by name. */
  public Collection<Key> keys() {
    return keys.values();
  }

  /** The effective values, by key, with secrets masked: for the log line at the start. */
  public Map<String, String> effective() {
    Map<String, String> effective = new TreeMap<>();
    keys.values().stream()
        .filter(key -> !key.isNamedByUser())
        .forEach(key -> effective.put(key.name(), shown(key)));
    return effective;
  }

  private static Map<String, String> readYaml(Path file) {
    JsonNode root = YamlDocument.read(file, "configuration file");
    Map<String, String> values = new LinkedHashMap<>();
    if (root != null && !root.isNull()) {
      if (!root.isObject()) {
        throw new UserError(file + " must contain keys and values, such as `http: {port: 8080}`.");
      }
      flatten("", root, values);
    }
    return values;
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
      node.forEach(
          item -> items.add(String.valueOf(YamlDocument.written(item)).replace(",", "\\,")));
      values.put(prefix, String.join(",", items));
    } else if (!node.isNull()) {
      values.put(prefix, String.valueOf(YamlDocument.written(node)));
    }
  }
}

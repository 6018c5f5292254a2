package org.facestream.ingest.worker.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a YAML file with known keys. Absent values are null; a malformed value is a {@link
 * UserError} with its place and key.
 */
public final class YamlMap {
  private final JsonNode node;
  private final String where;

  /** Refuses keys that are not among those. */
  public YamlMap(JsonNode node, List<String> keys, String where) {
    this.node = node;
    this.where = where;
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!keys.contains(name)) {
                String nearest =
                    keys.stream()
                        .min(Comparator.comparingInt(key -> distance.apply(name, key)))
                        .orElseThrow();
                throw new UserError(
                    "%s: unknown key '%s'. Did you mean '%s'?".formatted(where, name, nearest));
              }
            });
  }

  /** A required text, as written: 010 stays 010. */
  public String text(String key) {
    String text = YamlDocument.written(node.path(key));
    if (text == null) {
      throw wrong("`%s` is missing.", key);
    }
    return text;
  }

  public @Nullable Double real(String key) {
    return node.hasNonNull(key) ? number(key).doubleValue() : null;
  }

  public @Nullable Integer whole(String key) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    Number value = number(key);
    if (!(value instanceof Integer)) {
      throw wrong("`%s` must be a whole number.", key);
    }
    return value.intValue();
  }

  private Number number(String key) {
    Number value = YamlDocument.value(node.path(key), Number.class);
    if (value == null) {
      throw wrong("`%s` must be a number.", key);
    }
    return value;
  }

  public @Nullable Boolean yesOrNo(String key) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    Boolean value = YamlDocument.value(node.path(key), Boolean.class);
    if (value == null) {
      throw wrong("`%s` must be true or false.", key);
    }
    return value;
  }

  public @Nullable List<Double> reals(String key) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    List<Double> numbers = new ArrayList<>();
    for (JsonNode each : node.path(key)) {
      Number value = YamlDocument.value(each, Number.class);
      if (value == null) {
        throw wrong("`%s` must be a list of numbers.", key);
      }
      numbers.add(value.doubleValue());
    }
    return numbers;
  }

  public List<String> words(String key) {
    return list(
        key,
        "such as [entrance, north]",
        (item, place) -> {
          String word = YamlDocument.written(item);
          if (word == null) {
            throw wrong("`%s` must be a list of words, such as [entrance, north].", key);
          }
          return word;
        });
  }

  /** The constant for a word. */
  public <E extends Enum<E>> @Nullable E oneOf(String key, Class<E> type) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    String word = YamlDocument.written(node.path(key));
    for (E each : type.getEnumConstants()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
        return each;
      }
    }
    throw new UserError(
        "%s: `%s` must be one of %s."
            .formatted(
                where,
                key,
                Arrays.stream(type.getEnumConstants())
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "))));
  }

  /** A mapping within this one. */
  public Optional<YamlMap> map(String key, String example, List<String> keys) {
    if (!node.hasNonNull(key)) {
      return Optional.empty();
    }
    if (!node.path(key).isObject()) {
      throw new UserError(
          "%s: `%s` must contain keys such as `%s`.".formatted(where, key, example));
    }
    return Optional.of(new YamlMap(node.path(key), keys, where + ", " + key));
  }

  /** A list; an absent one is empty. Items are read with their place, for error messages. */
  public <T> List<T> list(String key, String form, BiFunction<JsonNode, String, T> item) {
    if (!node.hasNonNull(key)) {
      return List.of();
    }
    if (!node.path(key).isArray()) {
      throw new UserError("%s: `%s` must be a list, %s.".formatted(where, key, form));
    }
    List<T> items = new ArrayList<>();
    node.path(key).forEach(each -> items.add(item.apply(each, where)));
    return items;
  }

  private UserError wrong(String sentence, String key) {
    return new UserError(where + ": " + sentence.formatted(key));
  }
}

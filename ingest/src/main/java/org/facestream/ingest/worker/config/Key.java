package org.facestream.ingest.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A declared key of the configuration.
 *
 * @param name dotted name; {@value #ANY} in it stands for a name that the user chooses
 * @param type of its value, or of the items of its list
 * @param list whether it takes several values
 * @param range the {@link Range} of its values, or empty
 * @param defaultValue its default, or empty when there is none
 * @param meaning one sentence
 * @param secret whether its value must never be shown
 */
public record Key(
    String name,
    Class<?> type,
    boolean list,
    String range,
    Optional<String> defaultValue,
    String meaning,
    boolean secret) {
  static final String VARIABLE_PREFIX = "FACESTREAM_";

  /** Where a mapping has a map: a name of lower-case letters, digits and hyphens. */
  static final String ANY = "NAME";

  /** The declared keys of some {@link ConfigMapping} interfaces, by name. */
  public static Map<String, Key> of(List<Class<?>> mappings) {
    Map<String, Key> keys = new TreeMap<>();
    for (Class<?> mapping : mappings) {
      collect(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping, keys);
    }
    return keys;
  }

  private static void collect(String prefix, Class<?> mapping, Map<String, Key> keys) {
    for (Method method : mapping.getMethods()) {
      if (method.isDefault() || Modifier.isStatic(method.getModifiers())) {
        continue;
      }
      String name = prefix + "." + kebab(method.getName());
      Setting setting = method.getAnnotation(Setting.class);
      if (setting == null && method.getReturnType() == Map.class) {
        Type[] types = ((ParameterizedType) method.getGenericReturnType()).getActualTypeArguments();
        collect(name + "." + ANY, (Class<?>) types[1], keys);
      } else if (setting == null) {
        collect(name, method.getReturnType(), keys);
      } else {
        Type type = method.getGenericReturnType();
        keys.put(
            name,
            new Key(
                name,
                item(type),
                type.getTypeName().contains(List.class.getName()),
                annotated(method, Allowed.class).map(Allowed::value).orElse(""),
                annotated(method, WithDefault.class).map(WithDefault::value),
                setting.value(),
                setting.secret()));
      }
    }
  }

  private static <A extends Annotation> Optional<A> annotated(Method method, Class<A> type) {
    return Optional.ofNullable(method.getAnnotation(type));
  }

  private static Class<?> item(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      return item(parameterized.getActualTypeArguments()[0]);
    }
    return type == OptionalInt.class
        ? Integer.class
        : MethodType.methodType((Class<?>) type).wrap().returnType();
  }

  /** Which values it takes, such as {@code an integer, 1 to 100}. */
  public String form() {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> kebab(constant.toString()))
          .collect(Collectors.joining(" | "));
    }
    String one = type.getSimpleName().toLowerCase(Locale.ROOT);
    if (Number.class.isAssignableFrom(type)) {
      one = type == Double.class || type == Float.class ? "number" : "integer";
    }
    if (list) {
      return "a list of " + (range.isEmpty() ? one + "s" : range);
    }
    return (one.startsWith("i") ? "an " : "a ") + one + (range.isEmpty() ? "" : ", " + range);
  }

  /** Whether a name that the user chooses is part of it. */
  boolean isNamedByUser() {
    return name.contains("." + ANY + ".");
  }

  /** What a given key begins with that is this one with a chosen name: up to that name. */
  Optional<String> chosen(String given) {
    int at = name.indexOf("." + ANY + ".") + 1;
    String rest = name.substring(at + ANY.length());
    String named =
        given.length() > rest.length() ? given.substring(0, given.length() - rest.length()) : "";
    return at > 0
            && given.endsWith(rest)
            && named.startsWith(name.substring(0, at))
            && named.substring(at).matches("[a-z0-9-]{1,32}")
        ? Optional.of(named + ".")
        : Optional.empty();
  }

  /**
   * This key with a name that the user chose; the same when it has none.
   *
   * @param begin as of {@link #chosen}
   */
  Key named(String begin) {
    int at = name.indexOf("." + ANY + ".") + 1;
    return at > 0 && begin.startsWith(name.substring(0, at))
        ? new Key(
            begin + name.substring(at + ANY.length() + 1),
            type,
            list,
            range,
            defaultValue,
            meaning,
            secret)
        : this;
  }

  /** The name of the key that an environment variable sets, if it is this one or one named so. */
  Optional<String> setBy(String given) {
    int at = variable().indexOf("_" + ANY + "_");
    if (given.equals(variable()) && at < 0) {
      return Optional.of(name);
    }
    String before = at < 0 ? "" : variable().substring(0, at + 1);
    String after = at < 0 ? "" : variable().substring(at + 1 + ANY.length());
    String chosen =
        at >= 0
                && given.startsWith(before)
                && given.endsWith(after)
                && given.length() > before.length() + after.length()
            ? given.substring(before.length(), given.length() - after.length())
            : "_";
    return chosen.contains("_")
        ? Optional.empty()
        : Optional.of(name.replace("." + ANY + ".", "." + chosen.toLowerCase(Locale.ROOT) + "."));
  }

  /** The environment variable that sets it. */
  public String variable() {
    return VARIABLE_PREFIX + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }
}

package org.facestream.ingest.worker.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that are allowed, written once, as people read it: the check follows from the text.
 *
 * <pre>
 * 1 to 100                        both belong to it
 * 12 or more
 * above 0, at most 60             or: above 0, below 0.99
 * 0s, or 31d or more              one of several
 * 0s to ingest.max-age            a bound may be another setting
 * 3 numbers, each 0 to 1          of a list
 * </pre>
 */
public final class Range {
  private static final Pattern LIST = Pattern.compile("(?:(.+) numbers, each )?(.+)");
  private static final Pattern FORM =
      Pattern.compile("(above )?(\\S+?)( or more| to \\S+|, at most \\S+|, below \\S+)?");
  private static final Pattern KEY = Pattern.compile("[a-z]+(?:\\.[a-z-]+)+");

  private Range() {}

  /**
   * Checks a number, a duration or a list of numbers.
   *
   * @param what is checked, for the message
   * @param value null passes: it is not given
   * @param range see above
   * @throws UserError when the value is not in the range
   */
  public static void check(String what, @Nullable Object value, String range) {
    if (value != null && !contains(range, value)) {
      throw new UserError("%s is %s: it must be %s.".formatted(what, value, range));
    }
  }

  /** Whether a number, a duration or a list of numbers is in a range that names no setting. */
  public static boolean contains(String range, Object value) {
    return contains(
        range, value instanceof Collection<?> list ? list : List.of(value), key -> null);
  }

  /**
   * Whether all values are in a range.
   *
   * @param values one, or those of a list
   * @param settings the value of a setting that the range names
   */
  static boolean contains(String range, Collection<?> values, Function<String, Object> settings) {
    Matcher list = matcher(LIST, range);
    return (list.group(1) == null || contains(list.group(1), values.size()))
        && values.stream()
            .mapToDouble(Range::number)
            .allMatch(
                value ->
                    Arrays.stream(list.group(2).split(", or "))
                        .anyMatch(form -> holds(matcher(FORM, form), value, settings)));
  }

  /** The range with the value behind each setting that it names. */
  static String explained(String range, Function<String, String> settings) {
    return KEY.matcher(range)
        .replaceAll(
            key ->
                Matcher.quoteReplacement(key.group() + " (" + settings.apply(key.group()) + ")"));
  }

  /** NaN is in no range. */
  private static boolean holds(Matcher form, double value, Function<String, Object> settings) {
    double least = bound(form.group(2), settings);
    boolean belongs = form.group(1) == null ? value >= least : value > least;
    String end = form.group(3);
    if (end == null) {
      return belongs && (form.group(1) != null || value <= least);
    }
    if (end.equals(" or more")) {
      return belongs;
    }
    double most = bound(end.substring(end.lastIndexOf(' ') + 1), settings);
    return belongs && (end.startsWith(", below") ? value < most : value <= most);
  }

  private static double bound(String text, Function<String, Object> settings) {
    if (KEY.matcher(text).matches()) {
      return number(settings.apply(text));
    }
    return number(Durations.FORM.matcher(text).matches() ? new Durations().convert(text) : text);
  }

  /** As decimals: 0.1f is the 0.1 that it was written as. */
  private static double number(Object value) {
    return value instanceof Duration time ? time.toMillis() : Double.parseDouble(value.toString());
  }

  private static Matcher matcher(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no range: " + text);
    }
    return matcher;
  }
}

package org.facestream.deploy.lab.bench.meter;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Prometheus reads at a moment, from one worker or from several together.
 *
 * @param values by series
 */
public record Scrape(Map<Series, Double> values) {
  private static final Pattern LINE =
      Pattern.compile("([A-Za-z_:][\\w:]*)(?:\\{(.*?)})? +(\\S+)(?: +[0-9]+)?(?: +#.*)?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** A metric with its labels. */
  public record Series(String name, Map<String, String> labels) {
    public Series {
      labels = Map.copyOf(labels);
    }

    /** A label's value, or the empty text. */
    public String label(String key) {
      return labels.getOrDefault(key, "");
    }
  }

  public Scrape {
    values = Map.copyOf(values);
  }

  /** Reads the text format; lines that are none of it are left out. */
  public static Scrape parse(String text) {
    Map<Series, Double> values = new HashMap<>();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      Matcher parts = LINE.matcher(line);
      if (line.startsWith("#") || !parts.matches()) {
        continue;
      }
      Map<String, String> labels = new HashMap<>();
      if (parts.group(2) != null) {
        Matcher label = LABEL.matcher(parts.group(2));
        while (label.find()) {
          labels.put(label.group(1), label.group(2));
        }
      }
      try {
        double value = Double.parseDouble(parts.group(3).replace("+Inf", "Infinity"));
        values.merge(new Series(parts.group(1), labels), value, Double::sum);
      } catch (NumberFormatException notOurs) {
        continue;
      }
    }
    return new Scrape(values);
  }

  /** Of several workers: the sums. */
  public Scrape plus(Scrape other) {
    Map<Series, Double> sums = new HashMap<>(values);
    other.values.forEach((series, value) -> sums.merge(series, value, Double::sum));
    return new Scrape(sums);
  }

  /**
   * What was counted since an earlier one. For a worker that restarted in the meantime, its whole
   * count.
   */
  public Scrape since(Scrape earlier) {
    Map<Series, Double> differences = new HashMap<>();
    values.forEach(
        (series, value) -> {
          double before = earlier.values.getOrDefault(series, 0.0);
          differences.put(series, value >= before ? value - before : value);
        });
    return new Scrape(differences);
  }

  /** The sum over all series of a metric that are wanted. */
  public double sum(String name, Predicate<Series> wanted) {
    return values.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name) && wanted.test(entry.getKey()))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** The sums by the value of a label. */
  public SortedMap<String, Double> sums(String name, String label, Predicate<Series> wanted) {
    SortedMap<String, Double> sums = new TreeMap<>();
    values.forEach(
        (series, value) -> {
          if (series.name().equals(name) && wanted.test(series)) {
            sums.merge(series.label(label), value, Double::sum);
          }
        });
    return sums;
  }
}

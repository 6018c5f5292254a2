package org.facestream.recognizer.gallery.match;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.facestream.ingest.worker.config.Range;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * The distance below which a face counts as a person's. A watchlist's threshold applies on every
 * camera; for all others, the camera's threshold applies, or else the general one.
 *
 * @param general where nothing else is said
 * @param cameras by camera id
 * @param watchlists by watchlist
 */
public record Thresholds(float general, Map<String, Float> cameras, Map<String, Float> watchlists) {
  /** The {@link Range} of every threshold. */
  public static final String RANGE = "above 0, at most 4";

  public Thresholds {
    cameras = Map.copyOf(cameras);
    watchlists = Map.copyOf(watchlists);
  }

  /** For faces on a camera, and persons whose watchlist has none of its own. */
  public float on(String camera) {
    return cameras.getOrDefault(camera, general);
  }

  /** Of a watchlist, or null when it has none of its own, or there is no watchlist. */
  public @Nullable Float of(@Nullable String watchlist) {
    return watchlist == null ? null : watchlists.get(watchlist);
  }

  /**
   * Reads a list of {@code NAME=THRESHOLD}.
   *
   * @param key of the setting, for messages
   * @param name gives the name as it is, or throws a {@link UserError}
   * @throws UserError for anything else
   */
  public static Map<String, Float> parse(
      String key, List<String> pairs, UnaryOperator<String> name) {
    Map<String, Float> thresholds = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.lastIndexOf('=');
      String left = equals < 0 ? "" : pair.substring(0, equals).strip();
      float threshold = number(equals < 0 ? "" : pair.substring(equals + 1).strip());
      if (left.isEmpty() || !Range.contains(RANGE, threshold)) {
        throw new UserError(
            ("%s contains '%s': write NAME=THRESHOLD with a threshold %s, separated by "
                    + "commas.")
                .formatted(key, pair, RANGE));
      }
      if (thresholds.put(name.apply(left), threshold) != null) {
        throw new UserError("%s names '%s' twice.".formatted(key, left));
      }
    }
    return thresholds;
  }

  private static float number(String text) {
    try {
      return Float.parseFloat(text);
    } catch (NumberFormatException none) {
      return Float.NaN;
    }
  }
}

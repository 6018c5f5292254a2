package org.facestream.deploy.lab.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The decision per track at a range of thresholds.
 *
 * @param tracks what was searched for
 * @param threshold that is judged, in the middle of the range
 */
record TrackRates(TrackIdentification tracks, float threshold) {
  private static final double WANTED = 0.01;

  /** One of so many is the share that is wanted: fewer cannot tell it. */
  private static final int LEAST_TRACKS = 100;

  /** Shares of the judged threshold that are shown. */
  private static final int FROM = 70;

  private static final int TO = 120;
  private static final int STEP = 5;

  /**
   * For a program.
   *
   * @param still tracks of a stranger's one picture
   * @param suggested the highest threshold of the range up to which at most one track of strangers
   *     in a hundred is named, be its pictures different or the same; null where there is none, or
   *     where there are too few tracks to tell
   */
  record Json(
      int mated,
      int strangers,
      int still,
      int leftOut,
      TrackIdentification.Rates judged,
      TrackIdentification.@Nullable Rates suggested,
      List<TrackIdentification.Rates> range) {}

  Json json() {
    return new Json(
        tracks.mated().size(),
        tracks.strangers().size(),
        tracks.still().size(),
        tracks.leftOut(),
        tracks.at(threshold),
        suggested(),
        range());
  }

  private List<TrackIdentification.Rates> range() {
    List<TrackIdentification.Rates> range = new ArrayList<>();
    for (int percent = FROM; percent <= TO; percent += STEP) {
      range.add(tracks.at(threshold * percent / 100));
    }
    return range;
  }

  /** Of the smaller kind of strangers' tracks. */
  private int fewest() {
    return Math.min(tracks.strangers().size(), tracks.still().size());
  }

  private TrackIdentification.@Nullable Rates suggested() {
    if (fewest() < LEAST_TRACKS) {
      return null;
    }
    TrackIdentification.Rates best = null;
    for (int percent = FROM; percent <= TO; percent++) {
      TrackIdentification.Rates rates = tracks.at(threshold * percent / 100);
      if (Math.max(rates.strangersNamed(), rates.stillNamed()) > WANTED) {
        break;
      }
      best = rates;
    }
    return best;
  }

  /** For a person. */
  void write(StringBuilder text) {
    line(
        text,
        "decision per track: %d tracks of enrolled people, %d of strangers, %d of a "
            + "stranger's one picture; %d pictures are in no track",
        tracks.mated().size(),
        tracks.strangers().size(),
        tracks.still().size(),
        tracks.leftOut());
    if (tracks.mated().isEmpty()) {
      line(
          text,
          "  no enrolled person has enough pictures for a track: use more pictures of "
              + "each, or a smaller --track-faces");
    }
    line(text, "  threshold   strangers named   one picture's   enrolled missed   named wrongly");
    range().forEach(rates -> row(text, rates));
    TrackIdentification.Rates suggested = suggested();
    if (fewest() < LEAST_TRACKS) {
      line(
          text,
          "  %d tracks of strangers are too few to suggest a threshold: %d are needed, "
              + "use more people",
          fewest(),
          LEAST_TRACKS);
    } else if (suggested == null) {
      line(
          text,
          "  more than 1 %% of strangers' tracks are named even at the lowest of these "
              + "thresholds");
    } else {
      line(
          text,
          "  the highest threshold with at most 1 %% of strangers' tracks of either kind "
              + "named:");
      row(text, suggested);
    }
  }

  private static void row(StringBuilder text, TrackIdentification.Rates rates) {
    line(
        text,
        "  %9.3f %17s %15s %17s %15s",
        rates.threshold(),
        percent(rates.strangersNamed()),
        percent(rates.stillNamed()),
        percent(rates.missed()),
        percent(rates.wrong()));
  }

  /** Of nothing there is no share. */
  private static String percent(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}

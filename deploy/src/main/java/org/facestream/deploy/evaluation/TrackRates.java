package org.facestream.deploy.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.recognizer.facenet.evaluation.TrackIdentification;

/**
 * The decision per track at a range of thresholds.
 *
 * @param tracks what was searched for
 * @param threshold that is judged, in the middle of the range
 */
record TrackRates(TrackIdentification tracks, float threshold) {
  private static final double WANTED = 0.01;

  /** Shares of the judged threshold that are shown. */
  private static final int FROM = 70;

  private static final int TO = 120;
  private static final int STEP = 5;

  /**
   * For a program.
   *
   * @param suggested the highest threshold of the range at which at most one stranger's track of a
   *     hundred is named; null where there is none
   */
  record Json(
      int mated,
      int strangers,
      @JsonProperty("left_out") int leftOut,
      TrackIdentification.Rates judged,
      TrackIdentification.Rates suggested,
      List<TrackIdentification.Rates> range) {}

  Json json() {
    return new Json(
        tracks.mated().size(),
        tracks.strangers().size(),
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

  private TrackIdentification.Rates suggested() {
    TrackIdentification.Rates best = null;
    for (int percent = FROM; percent <= TO; percent++) {
      TrackIdentification.Rates rates = tracks.at(threshold * percent / 100);
      if (rates.strangersNamed() > WANTED) {
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
        "decision per track: %d tracks of enrolled people, %d of strangers, %d of a stranger's one"
            + " picture; %d pictures are in none",
        tracks.mated().size(),
        tracks.strangers().size(),
        tracks.still().size(),
        tracks.leftOut());
    if (tracks.mated().isEmpty()) {
      line(
          text,
          "  no enrolled person has pictures enough for a track: take more pictures of each, or a"
              + " smaller --track-faces");
    }
    line(text, "  threshold   strangers named   one picture's   enrolled missed   named wrongly");
    range().forEach(rates -> row(text, rates));
    TrackIdentification.Rates suggested = suggested();
    if (suggested == null) {
      line(text, "  more than 1 %% of strangers' tracks are named at any of these");
    } else {
      line(text, "  the highest at which at most 1 %% of strangers' tracks are named:");
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

package org.facestream.deploy.lab.bench.pipeline;

import com.fasterxml.jackson.annotation.JsonGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a window's cameras were carried.
 *
 * @param late whether fewer than 99 of 100 kept the bound, or nothing came
 * @param lost whether more frames were lost than may be
 * @param p99 milliseconds that were judged; null when nothing came, or much too late
 * @param p99Bound milliseconds that 99 of 100 may take
 * @param lostShare share of frames that was lost, 0 to 1
 * @param lostBound share of frames that may be lost, 0 to 1
 * @param events that were judged; 0 where nobody is in sight, and pictures are judged
 * @param ofEvents whether events are judged, and not pictures
 */
record Verdict(
    boolean late,
    boolean lost,
    @Nullable Double p99,
    double p99Bound,
    double lostShare,
    double lostBound,
    long events,
    boolean ofEvents) {
  /** A percentile of fewer events would be one event's luck. */
  static final int LEAST_EVENTS = 20;

  static Verdict of(WindowReport window, int faces, double p99Bound, double lostBound) {
    return new Verdict(
        window.late(faces, p99Bound),
        window.lostShare() > lostBound,
        window.judged(faces),
        p99Bound,
        window.lostShare(),
        lostBound,
        faces > 0 ? window.captureToEvent().count() : 0,
        faces > 0);
  }

  @JsonGetter("carried")
  boolean carried() {
    return !late && !lost;
  }

  /** One line. */
  @JsonIgnore
  String text() {
    String what = ofEvents ? "events" : "pictures";
    String time =
        p99 == null
            ? (ofEvents && events == 0 ? "no event came" : "99 % of " + what + " took too long")
            : String.format(
                Locale.ROOT, "99 %% of %s within %s%.0f ms", what, ofEvents ? "" : "<", p99);
    String luck =
        ofEvents && events > 0 && events < LEAST_EVENTS
            ? String.format(
                Locale.ROOT,
                "; only %d events, so the result is not reliable: increase --seconds",
                events)
            : "";
    return String.format(
        Locale.ROOT,
        "%s: %s (%.0f ms may be%s), %.2f %% of frames lost (%.1f %% may be%s)%s.",
        carried() ? "Carried" : "Too much",
        time,
        p99Bound,
        late ? ": too late" : "",
        100 * lostShare,
        100 * lostBound,
        lost ? ": too many" : "",
        luck);
  }
}

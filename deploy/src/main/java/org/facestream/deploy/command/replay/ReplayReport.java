package org.facestream.deploy.command.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.identity.RecordJson;
import org.facestream.sink.people.ReplayedSightings.Stored;
import org.jspecify.annotations.Nullable;

/** Prints differences as they are found, and the counts at the end; nothing of them is kept. */
final class ReplayReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final PrintWriter out;
  private final boolean json;
  private final boolean apply;
  private final Map<Difference.Change, Integer> changes = new EnumMap<>(Difference.Change.class);
  private final Map<Redecision.Missing, Integer> missing = new EnumMap<>(Redecision.Missing.class);
  private int sightings;
  private int replayed;
  private int corrected;
  private int running;
  private int applied;

  ReplayReport(PrintWriter out, boolean json, boolean apply) {
    this.out = out;
    this.json = json;
    this.apply = apply;
    for (Difference.Change each : Difference.Change.values()) {
      changes.put(each, 0);
    }
    for (Redecision.Missing each : Redecision.Missing.values()) {
      missing.put(each, 0);
    }
  }

  /** Whether it is left as it is: a user has spoken, or its track has not ended. */
  boolean leaves(Stored stored) {
    sightings++;
    corrected += stored.corrected() ? 1 : 0;
    running += !stored.corrected() && !stored.ended() ? 1 : 0;
    return stored.corrected() || !stored.ended();
  }

  void missing(Redecision.Missing why) {
    missing.merge(why, 1, Integer::sum);
  }

  void replayed() {
    replayed++;
  }

  /**
   * Prints it.
   *
   * @param written whether a correction was written of it
   */
  void add(Difference difference, boolean written) {
    changes.merge(difference.change(), 1, Integer::sum);
    applied += written ? 1 : 0;
    Stored stored = difference.stored();
    if (json) {
      line(view(difference, written));
    } else {
      out.printf(
          Locale.ROOT,
          "%s  %-16s  %-7s  %s -> %s  %d %s  %s%s%n",
          TIME.format(stored.firstSeen()),
          stored.camera(),
          difference.change(),
          who(stored.personId(), stored.name()),
          who(difference.personId(), difference.name()),
          difference.faces(),
          difference.faces() == 1 ? "face" : "faces",
          stored.track(),
          apply && !written ? "  (not written)" : "");
    }
    out.flush();
  }

  private static String who(@Nullable String personId, String name) {
    return PersonName.shown(personId == null ? name : name + " (" + personId + ")");
  }

  private Map<String, @Nullable Object> view(Difference difference, boolean written) {
    Stored stored = difference.stored();
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("track", stored.track());
    view.put("camera", stored.camera());
    view.put("firstSeen", stored.firstSeen());
    view.put("lastSeen", stored.lastSeen());
    view.put("change", difference.change());
    view.put("personId", stored.personId());
    view.put("name", stored.name());
    view.put("newPersonId", difference.personId());
    view.put("newName", difference.name());
    view.put("newDistance", difference.distance());
    view.put("faces", difference.faces());
    if (apply) {
      view.put("applied", written);
    }
    return view;
  }

  private void line(Map<String, @Nullable Object> view) {
    out.println(new String(RecordJson.write(view), UTF_8));
  }

  /** Prints the counts. */
  void end(ReplayRules rules) {
    int different = changes.values().stream().mapToInt(Integer::intValue).sum();
    if (json) {
      Map<String, @Nullable Object> summary = new LinkedHashMap<>();
      summary.put("model", rules.model().name());
      summary.put("threshold", rules.thresholds().general());
      summary.put("sightings", sightings);
      summary.put("replayed", replayed);
      changes.forEach((change, count) -> summary.put(change.name(), count));
      summary.put("corrected", corrected);
      summary.put("notEnded", running);
      Map<String, @Nullable Object> why = new LinkedHashMap<>();
      missing.forEach((reason, count) -> why.put(reason.name(), count));
      summary.put("without", why);
      summary.put("applied", applied);
      line(Map.of("summary", summary));
      return;
    }
    out.printf(
        Locale.ROOT,
        "%d of %d replayed sightings would be decided differently: names won %d, lost %d, changed"
            + " %d.%n",
        different,
        replayed,
        changes.get(Difference.Change.won),
        changes.get(Difference.Change.lost),
        changes.get(Difference.Change.changed));
    count(corrected, "corrected by users are left as they are.");
    count(running, "that have not ended are left as they are.");
    missing.forEach((why, count) -> count(count, why.words() + " cannot be replayed."));
    if (apply) {
      out.printf(Locale.ROOT, "%d corrections written.%n", applied);
    }
  }

  private void count(int count, String words) {
    if (count > 0) {
      out.printf(Locale.ROOT, "%d %s %s%n", count, count == 1 ? "sighting" : "sightings", words);
    }
  }
}

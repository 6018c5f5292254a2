package org.facestream.deploy.command.enrol;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;

/** Counts of enrolled and refused pictures, by reason. */
final class EnrolmentCount {
  private final Map<String, Integer> refused = new TreeMap<>();
  private final Set<String> people = new HashSet<>();
  private int all;
  private int used;
  private int already;
  private int confirmable;

  void add(EnrolmentResult result) {
    all++;
    if (result instanceof EnrolmentResult.Enrolled enrolled) {
      used++;
      already += enrolled.already() ? 1 : 0;
      people.add(enrolled.person().id());
    } else if (result instanceof EnrolmentResult.Refused no) {
      refused.merge(no.reason(), 1, Integer::sum);
      confirmable += no.confirmable() ? 1 : 0;
    }
  }

  int all() {
    return all;
  }

  /** Pictures that are references, new or not. */
  int used() {
    return used;
  }

  /** Pictures that are enrolled when that is confirmed. */
  int confirmable() {
    return confirmable;
  }

  /** Lines that sum it up. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%d of %d pictures enrolled, of %d %s.",
            used,
            all,
            people.size(),
            people.size() == 1 ? "person" : "people"));
    if (already > 0) {
      lines.add(String.format(Locale.ROOT, "%8d of them were enrolled before", already));
    }
    refused.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .forEach(
            one ->
                lines.add(
                    String.format(Locale.ROOT, "%8d refused: %s", one.getValue(), one.getKey())));
    return lines;
  }
}

package org.facestream.deploy.command.run;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.facestream.recognizer.identity.IdentityEvent;

/** An identity event as a line for people. */
public final class EventLine {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final ZoneId zone;

  /**
   * @param zone in which times of day are written
   */
  public EventLine(ZoneId zone) {
    this.zone = zone;
  }

  /** One line without its end, such as {@code 12:03:41 hall: Ada came (distance 0.41, 3 faces)}. */
  public String of(IdentityEvent event) {
    String what =
        switch (event.type()) {
          case started -> "came";
          case updated -> "is here";
          case ended ->
              String.format(
                  Locale.ROOT,
                  "left after %.1f s",
                  Duration.between(event.firstSeen(), event.lastSeen()).toMillis() / 1000.0);
          case corrected -> "was corrected";
        };
    String distance =
        event.distance() == null
            ? ""
            : String.format(Locale.ROOT, "distance %.2f, ", event.distance());
    return String.format(
        Locale.ROOT,
        "%s  %-12s  %-16s  %-18s  (%s%s%d %s)",
        CLOCK.format(event.captureTime().atZone(zone)),
        printable(event.camera()),
        printable(
            event.watchlist() == null
                ? event.name()
                : event.name() + " (" + event.watchlist() + ")"),
        what,
        zones(event),
        distance,
        event.faces(),
        event.faces() == 1 ? "face" : "faces");
  }

  private static String zones(IdentityEvent event) {
    return event.zones().isEmpty()
        ? ""
        : "in " + printable(String.join(" and ", event.zones())) + ", ";
  }

  /** A name comes from outside and must not contain terminal control sequences. */
  private static String printable(String text) {
    return text.codePoints()
        .map(point -> Character.isISOControl(point) ? '?' : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}

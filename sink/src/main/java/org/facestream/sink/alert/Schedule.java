package org.facestream.sink.alert;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * When a rule raises alerts, by the clocks on the wall of a time zone: an hour that a clock skips
 * in spring does not exist, and one that it repeats in autumn counts twice.
 *
 * @param timeZone such as {@code Europe/Zurich}
 * @param hours of which an instant must be in one
 */
public record Schedule(String timeZone, List<Hours> hours) {

  /**
   * @throws UserError with what is wrong
   */
  public Schedule {
    hours = hours == null ? List.of() : List.copyOf(hours);
    if (hours.isEmpty()) {
      throw new UserError("A schedule needs hours, such as days [mon, tue] from 22:00 to 06:00.");
    }
    zone(timeZone);
  }

  private static ZoneId zone(@Nullable String name) {
    try {
      if (name != null) {
        return ZoneId.of(name);
      }
    } catch (DateTimeException unknown) {
      // The message below says what to give.
    }
    throw new UserError("The time zone of a schedule must be a name such as Europe/Zurich or UTC.");
  }

  boolean contains(Instant instant) {
    ZonedDateTime local = instant.atZone(zone(timeZone));
    return hours.stream().anyMatch(each -> each.contains(local));
  }

  /**
   * Hours of some days. Those that end at or before their beginning go over midnight, and belong to
   * the day on which they begin.
   *
   * @param days mon to sun; every day when empty
   * @param from such as {@code 22:00}, included; null for the beginning of the day
   * @param to such as {@code 06:00}, not included; null for the end of the day
   */
  public record Hours(List<String> days, @Nullable String from, @Nullable String to) {
    /**
     * @throws UserError with what is wrong
     */
    public Hours {
      days = days == null ? List.of() : List.copyOf(days);
      set(days);
      if (time(from).equals(time(to)) && from != null && to != null) {
        throw new UserError(
            "Hours must not end when they begin; leave out from and to for the whole day.");
      }
    }

    boolean contains(ZonedDateTime local) {
      Set<DayOfWeek> begins = set(days);
      LocalTime time = local.toLocalTime();
      LocalTime start = time(from);
      LocalTime end = time(to);
      boolean today = begins.contains(local.getDayOfWeek());
      if (start.isBefore(end)) {
        return today && !time.isBefore(start) && time.isBefore(end);
      }
      boolean sinceYesterday = begins.contains(local.getDayOfWeek().minus(1));
      return (today && !time.isBefore(start)) || (sinceYesterday && time.isBefore(end));
    }

    private static LocalTime time(@Nullable String text) {
      if (text == null) {
        return LocalTime.MIDNIGHT;
      }
      if (!text.matches("([01]\\d|2[0-3]):[0-5]\\d")) {
        throw new UserError("Hours are written as HH:MM, from 00:00 to 23:59, in quotes in YAML.");
      }
      return LocalTime.parse(text);
    }

    private static Set<DayOfWeek> set(List<String> days) {
      Set<DayOfWeek> set = EnumSet.noneOf(DayOfWeek.class);
      for (String day : days) {
        String word = day.toUpperCase(Locale.ROOT);
        DayOfWeek found = null;
        for (DayOfWeek each : DayOfWeek.values()) {
          if (each.name().equals(word) || each.name().substring(0, 3).equals(word)) {
            found = each;
          }
        }
        if (found == null) {
          throw new UserError("The days of a schedule are mon, tue, wed, thu, fri, sat and sun.");
        }
        set.add(found);
      }
      return set.isEmpty() ? EnumSet.allOf(DayOfWeek.class) : set;
    }
  }
}

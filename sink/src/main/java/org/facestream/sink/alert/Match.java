package org.facestream.sink.alert;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/**
 * Whom a rule is about, and where. Of people, watchlists, unknown and visits one at least must fit,
 * when any is given; without them, everybody does. Cameras, zones and quality must all fit.
 *
 * @param people ids or names
 * @param watchlists names of watchlists
 * @param unknown whether somebody unknown fits
 * @param visits how often a visitor must have been there, this time included; null for no visitors
 * @param cameras ids; all when empty
 * @param zones names; a track that was in one of them fits; all when empty
 * @param minQuality of the best face, 0 to 1
 */
public record Match(
    List<String> people,
    List<String> watchlists,
    boolean unknown,
    @Nullable Integer visits,
    List<String> cameras,
    List<String> zones,
    double minQuality) {
  static final Match ANYBODY =
      new Match(List.of(), List.of(), false, null, List.of(), List.of(), 0);

  private static final int MOST = 1_000;

  /**
   * @throws UserError with what is wrong
   */
  public Match {
    people = checked(people, "people");
    watchlists = checked(watchlists, "watchlists");
    cameras = checked(cameras, "cameras");
    zones = checked(zones, "zones");
    if (visits != null && visits < 2) {
      throw new UserError(
          "A rule for visitors needs 2 visits or more; for the first one, use unknown people.");
    }
    if (!(minQuality >= 0 && minQuality <= 1)) {
      throw new UserError("The least quality of a rule must be 0 to 1.");
    }
  }

  private static List<String> checked(@Nullable List<String> given, String what) {
    if (given == null) {
      return List.of();
    }
    if (given.size() > MOST || given.stream().anyMatch(each -> each == null || each.isBlank())) {
      throw new UserError(
          "A rule has at most %s %s, and none of them is empty.".formatted(MOST, what));
    }
    return given.stream().map(String::strip).distinct().toList();
  }

  boolean fits(IdentityEvent event) {
    return !Boolean.TRUE.equals(event.ignored())
        && event.quality() >= minQuality
        && (cameras.isEmpty() || cameras.contains(event.camera()))
        && (zones.isEmpty() || event.zones().stream().anyMatch(zones::contains))
        && (anybody() ? known(event) || !corrected(event) : named(event) || stranger(event));
  }

  /** A user who corrects a sighting has seen it: only a name is news. */
  private static boolean corrected(IdentityEvent event) {
    return event.type() == IdentityEvent.Type.corrected;
  }

  private static boolean known(IdentityEvent event) {
    return event.personId() != null;
  }

  private boolean anybody() {
    return people.isEmpty() && watchlists.isEmpty() && !unknown && visits == null;
  }

  private boolean named(IdentityEvent event) {
    return known(event)
        && (people.stream().anyMatch(each -> isCalled(event, each))
            || (event.watchlist() != null && watchlists.contains(event.watchlist())));
  }

  /** Whether it fits without a name. */
  private boolean stranger(IdentityEvent event) {
    return !known(event)
        && !corrected(event)
        && (unknown || (visits != null && event.visitorId() != null));
  }

  /** Whether an event that fits does so only if its visitor was there that often. */
  boolean dependsOnVisits(IdentityEvent event) {
    return visits != null && !known(event) && !unknown;
  }

  /** This with somebody in the place of another, or nobody for null. */
  Match with(String personId, String personName, @Nullable String by) {
    Stream<String> others =
        people.stream()
            .map(each -> each.equals(personId) || each.equalsIgnoreCase(personName) ? by : each);
    return new Match(
        others.filter(Objects::nonNull).toList(),
        watchlists,
        unknown,
        visits,
        cameras,
        zones,
        minQuality);
  }

  private static boolean isCalled(IdentityEvent event, String who) {
    return who.equals(event.personId())
        || who.toLowerCase(Locale.ROOT).equals(event.name().toLowerCase(Locale.ROOT));
  }
}

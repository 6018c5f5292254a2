package org.facestream.deploy.lab.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.deploy.lab.simulation.Sighting;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was shown with what was recognised.
 *
 * <p>A track belongs to the sighting of the person it names, on its camera, at its time. A track
 * that ever named someone who was not to be seen is wrong, even if it was revised. An unknown track
 * belongs to the stranger with whom it shares most time. Of sightings that the run's begin or end
 * cut off, successes count and failures do not.
 *
 * <p>The user may enrol people, forget them, or enrol one of the strangers during the
 * demonstration. An event that names such a person is not a mistake, and its sighting is not
 * judged. Safe for use by several threads.
 */
public final class Scorecard {
  /** How far the clocks of a camera and of its frames' capture times may be apart. */
  private static final Duration TOLERANCE = Duration.ofSeconds(3);

  /** Without as much time after a sighting, its events may still be under way. */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  private final Map<String, String> names;
  private final Map<String, Track> tracks = new TreeMap<>();
  private final Map<String, List<Double>> latencies = new TreeMap<>();
  private final Set<String> eventIds = new HashSet<>();
  private final Map<String, String> guests = new TreeMap<>();
  private final Set<String> withdrawn = new HashSet<>();

  /**
   * @param names of the enrolled people by person id; an event may tell a person by either
   */
  public Scorecard(Map<String, String> names) {
    this.names = Map.copyOf(names);
  }

  /** For the people of the demonstration. */
  public Scorecard() {
    this(
        DemoPeople.enrolled().stream().collect(Collectors.toMap(DemoPerson::id, DemoPerson::name)));
  }

  /**
   * Takes an event; one that came before is ignored.
   *
   * @param received when it arrived
   */
  public synchronized void add(IdentityEvent event, Instant received) {
    if (!eventIds.add(event.eventId())) {
      return;
    }
    String person = person(event);
    if (person != null && !names.containsKey(person)) {
      guests.put(person, event.name());
    }
    tracks.merge(event.track(), Track.of(event, person), Track::with);
    boolean timely =
        event.type() == IdentityEvent.Type.started || event.type() == IdentityEvent.Type.updated;
    if (timely) {
      double milliseconds = Duration.between(event.captureTime(), received).toNanos() / 1e6;
      latencies.computeIfAbsent(event.camera(), camera -> new ArrayList<>()).add(milliseconds);
    }
  }

  /** An enrolled person is enrolled no more: whether they are recognised is not judged. */
  public synchronized void withdraw(String person) {
    withdrawn.add(person);
  }

  /**
   * The score of a run.
   *
   * @param truth every sighting that overlaps the run
   * @param begin of the run
   * @param end of the run
   */
  public synchronized Score score(List<Sighting> truth, Instant begin, Instant end) {
    Set<String> cameras = new TreeSet<>(latencies.keySet());
    truth.forEach(sighting -> cameras.add(sighting.camera()));
    tracks.values().forEach(track -> cameras.add(track.camera()));
    Set<Sighting> found = new HashSet<>();
    Set<Sighting> unjudged = new HashSet<>();
    Map<String, Integer> named = new TreeMap<>();
    List<Score.Mistake> mistakes = new ArrayList<>();
    Map<String, int[]> stray = new TreeMap<>();
    for (Track track : tracks.values()) {
      if (track.last().plus(TOLERANCE).isBefore(begin) || track.first().isAfter(end)) {
        continue;
      }
      List<Sighting> near = truth.stream().filter(track::meets).toList();
      for (String person : track.named()) {
        if (guests.containsKey(person)) {
          named.merge(guests.get(person), 1, Integer::sum);
          near.stream().max(Comparator.comparing(track::shared)).ifPresent(unjudged::add);
        } else if (near.stream().noneMatch(sighting -> sighting.person().equals(person))) {
          mistakes.add(new Score.Mistake(track.camera(), track.id(), person, track.first()));
        }
      }
      if (track.person() != null) {
        near.stream()
            .filter(sighting -> sighting.person().equals(track.person()))
            .max(Comparator.comparing(track::shared))
            .ifPresent(found::add);
      } else if (track.named().isEmpty()) {
        near.stream()
            .filter(sighting -> !names.containsKey(sighting.person()))
            .max(Comparator.comparing(track::shared))
            .ifPresent(found::add);
      }
      if (near.isEmpty()) {
        stray.computeIfAbsent(track.camera(), camera -> new int[1])[0]++;
      }
    }
    List<Score.OfCamera> scores = new ArrayList<>();
    List<Score.OfPerson> people = new ArrayList<>();
    for (String camera : cameras) {
      List<Sighting> there =
          truth.stream().filter(sighting -> sighting.camera().equals(camera)).toList();
      List<Score.OfPerson> seen = people(camera, there, found, unjudged, begin, end);
      people.addAll(seen);
      int wrong = (int) mistakes.stream().filter(each -> each.camera().equals(camera)).count();
      scores.add(
          Score.OfCamera.of(
              camera,
              seen,
              wrong,
              stray.getOrDefault(camera, new int[1])[0],
              latencies.getOrDefault(camera, List.of())));
    }
    int strays = stray.values().stream().mapToInt(count -> count[0]).sum();
    List<Double> all = latencies.values().stream().flatMap(List::stream).toList();
    return new Score(
        begin,
        end,
        Score.OfCamera.of("all", people, mistakes.size(), strays, all),
        scores,
        people,
        mistakes,
        named.entrySet().stream()
            .map(guest -> new Score.Guest(guest.getKey(), guest.getValue()))
            .toList());
  }

  private List<Score.OfPerson> people(
      String camera,
      List<Sighting> there,
      Set<Sighting> found,
      Set<Sighting> unjudged,
      Instant begin,
      Instant end) {
    List<Score.OfPerson> people = new ArrayList<>();
    for (String person : new TreeSet<>(there.stream().map(Sighting::person).toList())) {
      int right = 0;
      int missed = 0;
      int cut = 0;
      for (Sighting sighting : there) {
        if (!sighting.person().equals(person)) {
          continue;
        }
        boolean judged = !unjudged.contains(sighting) && !withdrawn.contains(person);
        boolean whole =
            judged
                && !sighting.from().isBefore(begin)
                && !sighting.to().plus(SETTLING).isAfter(end);
        if (found.contains(sighting)) {
          right++;
        } else if (whole) {
          missed++;
        } else {
          cut++;
        }
      }
      people.add(new Score.OfPerson(camera, person, names.containsKey(person), right, missed, cut));
    }
    return people;
  }

  /** Whom an event names: a person's id when it is one of ours, or what the event says; or null. */
  private @Nullable String person(IdentityEvent event) {
    if (event.personId() == null) {
      return null;
    }
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(event.name()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(event.personId());
  }

  /** What the events told of one track; the decision is that of the latest revision. */
  private record Track(
      String id,
      String camera,
      Instant first,
      Instant last,
      int revision,
      @Nullable String person,
      Set<String> named) {

    static Track of(IdentityEvent event, @Nullable String person) {
      return new Track(
          event.track(),
          event.camera(),
          event.firstSeen(),
          event.lastSeen(),
          event.revision(),
          person,
          person == null ? Set.of() : Set.of(person));
    }

    Track with(Track other) {
      Track latest = revision >= other.revision ? this : other;
      Set<String> all = new TreeSet<>(named);
      all.addAll(other.named);
      return new Track(
          id,
          camera,
          first.isBefore(other.first) ? first : other.first,
          last.isAfter(other.last) ? last : other.last,
          latest.revision,
          latest.person,
          all);
    }

    boolean meets(Sighting sighting) {
      return Objects.equals(sighting.camera(), camera)
          && sighting.overlaps(first.minus(TOLERANCE), last.plus(TOLERANCE));
    }

    /** Time together; negative by how much they are apart. */
    Duration shared(Sighting sighting) {
      Instant from = sighting.from().isAfter(first) ? sighting.from() : first;
      Instant to = sighting.to().isBefore(last) ? sighting.to() : last;
      return Duration.between(from, to);
    }
  }
}

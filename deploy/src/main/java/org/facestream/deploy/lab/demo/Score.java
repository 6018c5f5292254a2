package org.facestream.deploy.lab.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a run's comparison gave.
 *
 * @param begin of the run
 * @param end of the run
 * @param all cameras together
 * @param cameras each camera
 * @param people each person on each camera
 * @param mistakes every track that named someone who was not there
 * @param guests whoever was named and is not of the demonstration; not judged
 */
public record Score(
    Instant begin,
    Instant end,
    OfCamera all,
    List<OfCamera> cameras,
    List<OfPerson> people,
    List<Mistake> mistakes,
    List<Guest> guests) {

  /**
   * A person on a camera, in sightings.
   *
   * @param camera the camera's id
   * @param person the person's id
   * @param enrolled whether the gallery knew the person
   * @param right sightings with the right name or, of someone not enrolled, that stayed unknown
   * @param missed sightings without
   * @param cutOff sightings without, which the run's begin or end cut off, or which are not judged
   */
  public record OfPerson(
      String camera, String person, boolean enrolled, int right, int missed, int cutOff) {}

  /**
   * A camera.
   *
   * @param camera the camera's id, or {@code all}
   * @param people different people to be seen
   * @param shown sightings of enrolled people, without those cut off
   * @param correct of them, under the right name
   * @param missed of them, never under the right name
   * @param wrong tracks that named someone who was not there
   * @param strangers sightings of people not enrolled, without those cut off
   * @param stayedUnknown of them, told as unknown
   * @param strays tracks at a time when nobody was to be seen
   * @param events started and updated tracks, whose latency was measured
   * @param p50 milliseconds from capture to event, half are faster; null without events
   * @param p99 milliseconds from capture to event, 99 of 100 are faster; null without events
   */
  // The fields of its JSON and the columns of its table; made in one place.
  public record OfCamera(
      String camera,
      int people,
      int shown,
      int correct,
      int missed,
      int wrong,
      int strangers,
      int stayedUnknown,
      int strays,
      int events,
      @Nullable Double p50,
      @Nullable Double p99) {

    static OfCamera of(
        String camera, List<OfPerson> people, int wrong, int strays, List<Double> latencies) {
      int correct = people.stream().filter(OfPerson::enrolled).mapToInt(OfPerson::right).sum();
      int missed = people.stream().filter(OfPerson::enrolled).mapToInt(OfPerson::missed).sum();
      List<OfPerson> strangers = people.stream().filter(person -> !person.enrolled()).toList();
      int unknown = strangers.stream().mapToInt(OfPerson::right).sum();
      int unseen = strangers.stream().mapToInt(OfPerson::missed).sum();
      return new OfCamera(
          camera,
          (int) people.stream().map(OfPerson::person).distinct().count(),
          correct + missed,
          correct,
          missed,
          wrong,
          unknown + unseen,
          unknown,
          strays,
          latencies.size(),
          percentile(latencies, 0.50),
          percentile(latencies, 0.99));
    }

    /** The nearest rank. */
    private static @Nullable Double percentile(List<Double> values, double share) {
      if (values.isEmpty()) {
        return null;
      }
      int rank = (int) Math.ceil(share * values.size());
      return values.stream().sorted().toList().get(Math.max(0, rank - 1));
    }
  }

  /**
   * A name given to someone else.
   *
   * @param camera the camera's id
   * @param track the track's id
   * @param named the person's id
   * @param at capture time of the track's first face
   */
  public record Mistake(String camera, String track, String named, Instant at) {}

  /**
   * A person that the demonstration does not know, because the user enrolled them.
   *
   * @param name as events tell it
   * @param tracks that were ever given that name
   */
  public record Guest(String name, int tracks) {}

  /**
   * Whether nobody was named wrongly, and everyone enrolled who could be seen whole was recognised
   * on each camera where they could.
   */
  public boolean passed() {
    return mistakes.isEmpty()
        && people.stream()
            .filter(OfPerson::enrolled)
            .noneMatch(person -> person.missed() > 0 && person.right() == 0);
  }

  /** A table for people to read, several lines. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Shown and recognised in %d s (sightings)%n",
            Duration.between(begin, end).toSeconds()));
    text.append(
        "%-10s %6s %6s %8s %6s %6s %10s %8s %7s %9s %9s%n"
            .formatted(
                "camera",
                "people",
                "shown",
                "correct",
                "missed",
                "wrong",
                "strangers",
                "unknown",
                "strays",
                "p50 ms",
                "p99 ms"));
    cameras.forEach(camera -> text.append(line(camera)));
    text.append(line(all));
    for (OfPerson person : people) {
      if (person.missed() > 0) {
        text.append(
            String.format(
                Locale.ROOT,
                "missed: %s on %s, %d of %d times%n",
                person.person(),
                person.camera(),
                person.missed(),
                person.missed() + person.right()));
      }
    }
    for (Mistake mistake : mistakes) {
      text.append(
          "wrong: %s on %s at %s, who was not there%n"
              .formatted(mistake.named(), mistake.camera(), mistake.at()));
    }
    for (Guest guest : guests) {
      text.append(
          String.format(
              Locale.ROOT,
              "not judged: %s, named in %d %s, is not of the demonstration%n",
              guest.name(),
              guest.tracks(),
              guest.tracks() == 1 ? "track" : "tracks"));
    }
    return text.toString();
  }

  /** Everything as JSON, times as ISO 8601 text. */
  public String json() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("passed", passed());
    values.put("begin", begin);
    values.put("end", end);
    values.put("all", all);
    values.put("cameras", cameras);
    values.put("people", people);
    values.put("mistakes", mistakes);
    values.put("guests", guests);
    return Json.text(values);
  }

  private static String line(OfCamera camera) {
    return String.format(
        Locale.ROOT,
        "%-10s %6d %6d %8d %6d %6d %10d %8d %7d %9s %9s%n",
        camera.camera(),
        camera.people(),
        camera.shown(),
        camera.correct(),
        camera.missed(),
        camera.wrong(),
        camera.strangers(),
        camera.stayedUnknown(),
        camera.strays(),
        milliseconds(camera.p50()),
        milliseconds(camera.p99()));
  }

  private static String milliseconds(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.0f", value);
  }
}

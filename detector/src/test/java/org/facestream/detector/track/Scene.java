package org.facestream.detector.track;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleFunction;
import org.facestream.detector.face.Box;

/**
 * A scene with known truth, seen by a detector that trembles, misses and errs, and what a tracker
 * makes of it.
 */
final class Scene {
  private static final int WIDTH = 1280;
  private static final int HEIGHT = 720;
  private static final long START = 1_795_321_800_000L;

  /**
   * Somebody.
   *
   * @param path where their face is at a time in seconds: x and y of the centre and size, in
   *     pixels; null while not to be seen
   */
  record Person(DoubleFunction<double[]> path) {
    /** Walks in a straight line from one time to another. */
    static Person walking(
        double from, double to, double x, double y, double speedX, double speedY, double size) {
      return new Person(
          time ->
              time < from || time > to
                  ? null
                  : new double[] {x + speedX * (time - from), y + speedY * (time - from), size});
    }

    /** Not to be seen between two times. */
    Person hidden(double from, double to) {
      return new Person(time -> time >= from && time <= to ? null : path.apply(time));
    }

    /** Half hidden between two times: the detector is not sure of them. */
    Person weak(double from, double to) {
      return new Person(
          time -> {
            double[] place = path.apply(time);
            return place == null || time < from || time > to
                ? place
                : new double[] {place[0], place[1], place[2], 0};
          });
    }
  }

  /**
   * What came of it.
   *
   * @param people who were seen at all
   * @param switches how often a track went from one person to another
   * @param fragments tracks of a person beyond their first
   * @param falseTracks believed tracks that no person was ever in
   * @param late people who were seen three times or more without a believed track
   */
  record Outcome(int people, int switches, int fragments, int falseTracks, int late) {}

  private final List<Person> people = new ArrayList<>();
  private final double seconds;
  private final double fps;
  private double missing;
  private double ghosts;
  private double drops;
  private double uneven;
  private boolean shadowed = true;

  Scene(double seconds, double fps) {
    this.seconds = seconds;
    this.fps = fps;
  }

  Scene with(Person person) {
    people.add(person);
    return this;
  }

  /** The share of detections that fail, and of frames that hold a face that is none. */
  Scene erring(double missing, double ghosts) {
    this.missing = missing;
    this.ghosts = ghosts;
    return this;
  }

  /** The share of frames that are lost, and by how much of an interval their times vary. */
  Scene dropping(double drops, double uneven) {
    this.drops = drops;
    this.uneven = uneven;
    return this;
  }

  /** Whether of two faces on top of each other only the larger is seen. */
  Scene shadowed(boolean shadowed) {
    this.shadowed = shadowed;
    return this;
  }

  Outcome play(Tracker tracker, long seed) {
    Random random = new Random(seed);
    CameraTracks state = CameraTracks.NONE;
    Map<String, Integer> holder = new HashMap<>();
    Map<Integer, Set<String>> tracksOf = new HashMap<>();
    Map<Integer, Integer> sightings = new HashMap<>();
    Set<String> believed = new HashSet<>();
    int switches = 0;
    for (int frame = 0; frame < seconds * fps; frame++) {
      double time = (frame + uneven * (random.nextDouble() - 0.5)) / fps;
      if (random.nextDouble() < drops) {
        continue;
      }
      List<Integer> who = new ArrayList<>();
      List<Tracker.Observation> seen = look(time, random, who);
      long captured = START + Math.round(time * 1000);
      Tracker.Step step =
          tracker.next(state, new FrameId("gate", START, frame), captured, WIDTH, HEIGHT, seen);
      state = step.state();
      for (int i = 0; i < seen.size(); i++) {
        int person = who.get(i);
        if (person >= 0 && seen.get(i).good()) {
          sightings.merge(person, 1, Integer::sum);
        }
        if (step.tracks()[i] < 0) {
          continue;
        }
        Track track = state.tracks().get(step.tracks()[i]);
        if (track.confirmed()) {
          believed.add(track.id());
        }
        if (person >= 0) {
          Integer last = holder.put(track.id(), person);
          if (last != null && last != person) {
            switches++;
          }
          tracksOf.computeIfAbsent(person, any -> new HashSet<>()).add(track.id());
        }
      }
    }
    int fragments = 0;
    int late = 0;
    for (var entry : sightings.entrySet()) {
      Set<String> tracks = tracksOf.getOrDefault(entry.getKey(), new HashSet<>());
      tracks.retainAll(believed);
      fragments += Math.max(0, tracks.size() - 1);
      late += tracks.isEmpty() && entry.getValue() >= 3 ? 1 : 0;
    }
    believed.removeAll(holder.keySet());
    return new Outcome(sightings.size(), switches, fragments, believed.size(), late);
  }

  private List<Tracker.Observation> look(double time, Random random, List<Integer> who) {
    List<Tracker.Observation> seen = new ArrayList<>();
    List<double[]> places = people.stream().map(person -> person.path().apply(time)).toList();
    for (int i = 0; i < places.size(); i++) {
      double[] place = places.get(i);
      if (place == null || outside(place) || shadowed && behind(place, places)) {
        continue;
      }
      if (random.nextDouble() < missing) {
        continue;
      }
      double size = place[2] * Math.exp(0.05 * random.nextGaussian());
      double x = place[0] + 0.05 * place[2] * random.nextGaussian();
      double y = place[1] + 0.05 * place[2] * random.nextGaussian();
      seen.add(observation(x, y, size, place.length < 4));
      who.add(i);
    }
    if (random.nextDouble() < ghosts) {
      seen.add(observation(random.nextDouble() * WIDTH, random.nextDouble() * HEIGHT, 50, true));
      who.add(-1);
    }
    return seen;
  }

  private static boolean behind(double[] place, List<double[]> places) {
    return places.stream()
        .anyMatch(
            other ->
                other != null
                    && other[2] > place[2]
                    && Math.hypot(other[0] - place[0], other[1] - place[1]) < 0.6 * other[2]);
  }

  private static boolean outside(double[] place) {
    return place[0] < 0 || place[1] < 0 || place[0] > WIDTH || place[1] > HEIGHT;
  }

  private static Tracker.Observation observation(double x, double y, double size, boolean good) {
    double half = size / 2;
    return new Tracker.Observation(
        new Box(
            (float) (x - half * 0.9),
            (float) (y - half * 1.1),
            (float) (x + half * 0.9),
            (float) (y + half * 1.1)),
        good);
  }

  /** The defaults, as a test needs them. */
  static TrackConfig defaults() {
    return new TrackConfig() {
      @Override
      public Duration maxGap() {
        return Duration.ofSeconds(2);
      }

      @Override
      public int confirmHits() {
        return 2;
      }

      @Override
      public int tentativeMisses() {
        return 1;
      }

      @Override
      public float weakScore() {
        return 0.4f;
      }

      @Override
      public int most() {
        return 200;
      }

      @Override
      public Duration forgetAfter() {
        return Duration.ofSeconds(60);
      }
    };
  }
}

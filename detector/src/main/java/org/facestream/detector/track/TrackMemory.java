package org.facestream.detector.track;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The trackers' state of each camera: at the last commit, and after later turns. Used by one
 * thread.
 *
 * <p>Each turn works on its own {@link Turn}, so that a failed turn changes nothing. Kept turns
 * become durable with {@link #committed}, or are discarded with {@link #aborted}.
 */
public final class TrackMemory {
  private record Kept(int partition, CameraTracks tracks, boolean replay, Instant touched) {}

  private final Map<String, Kept> durable = new HashMap<>();
  private final Map<String, Kept> pending = new HashMap<>();

  /** One turn's view and changes. */
  public final class Turn {
    private final Instant now;
    private final Map<String, Kept> changed = new HashMap<>();

    private Turn(Instant now) {
      this.now = now;
    }

    /** The tracks of a camera; none for an unknown one. */
    public CameraTracks tracks(String camera) {
      Kept kept = changed.getOrDefault(camera, pending.getOrDefault(camera, durable.get(camera)));
      return kept == null ? CameraTracks.NONE : kept.tracks();
    }

    /**
     * Stores the tracks of a camera.
     *
     * @param partition of the frames topic that the camera's frames come from
     */
    public void put(String camera, int partition, CameraTracks tracks) {
      changed.put(camera, new Kept(partition, tracks, false, now));
    }

    /** The same for a replay, which ends at its boundary and not after a pause. */
    public void putReplay(String camera, int partition, CameraTracks tracks) {
      changed.put(camera, new Kept(partition, tracks, true, now));
    }

    /** Visits the cameras stored in this turn that have or had tracks, with their partition. */
    public void changes(Visitor visitor) {
      changed.forEach(
          (camera, kept) -> {
            Kept before = pending.getOrDefault(camera, durable.get(camera));
            boolean had = before != null && !before.tracks().tracks().isEmpty();
            if (had || !kept.tracks().tracks().isEmpty()) {
              visitor.changed(camera, kept.partition(), kept.tracks());
            }
          });
    }

    /** The turn succeeded. */
    public void keep() {
      pending.putAll(changed);
    }
  }

  /** Receives a camera's change. */
  @FunctionalInterface
  public interface Visitor {
    void changed(String camera, int partition, CameraTracks tracks);
  }

  public Turn begin(Instant now) {
    return new Turn(now);
  }

  /** Takes over a camera's state from another worker, or from this one before. */
  public void restore(String camera, int partition, CameraTracks tracks, Instant now) {
    durable.put(camera, new Kept(partition, tracks, false, now));
  }

  public void committed() {
    durable.putAll(pending);
    pending.clear();
  }

  public void aborted() {
    pending.clear();
  }

  /** Forgets the cameras of these partitions. */
  public void forget(Set<Integer> partitions) {
    durable.values().removeIf(kept -> partitions.contains(kept.partition()));
    pending.values().removeIf(kept -> partitions.contains(kept.partition()));
  }

  /** Forgets cameras that sent nothing for that time. */
  public void forgetSilent(Instant now, Duration silence) {
    durable.values().removeIf(kept -> !kept.replay() && kept.touched().plus(silence).isBefore(now));
  }

  /** Cameras that are remembered. */
  public int cameras() {
    return durable.size();
  }

  /** Tracks alive on all cameras together. */
  public int liveTracks() {
    return durable.values().stream().mapToInt(kept -> kept.tracks().tracks().size()).sum();
  }
}

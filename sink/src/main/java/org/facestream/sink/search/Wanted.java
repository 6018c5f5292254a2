package org.facestream.sink.search;

import java.time.Instant;
import java.util.List;
import org.facestream.recognizer.facenet.Metric;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for.
 *
 * @param descriptor of the face
 * @param model of the descriptor
 * @param metric of the model
 * @param conditions which sightings count
 * @param most how many faces are wanted, 1 to {@value #MOST}
 */
public record Wanted(
    float[] descriptor, String model, Metric metric, Conditions conditions, int most) {
  public static final int MOST = 10_000;

  public Wanted {
    if (most < 1 || most > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " faces can be wanted, not " + most);
    }
  }

  /**
   * Which faces count.
   *
   * @param from captured then or later
   * @param to captured before
   * @param cameras on one of them; empty for any
   * @param zones in one of them; empty for any
   * @param persons of one of them, by id or name; empty for any
   */
  public record Conditions(
      @Nullable Instant from,
      @Nullable Instant to,
      List<String> cameras,
      List<String> zones,
      List<String> persons) {
    public static final Conditions NONE =
        new Conditions(null, null, List.of(), List.of(), List.of());

    public Conditions {
      cameras = List.copyOf(cameras);
      zones = List.copyOf(zones);
      persons = List.copyOf(persons);
    }

    /** Whether the index alone cannot answer. */
    boolean needDatabase() {
      return !(cameras.isEmpty() && zones.isEmpty() && persons.isEmpty());
    }
  }
}

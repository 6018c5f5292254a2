package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.facestream.ingest.worker.config.Range;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * Options of a camera's motion gate.
 *
 * @param sensitivity 0 (only large movement) to 1 (the smallest movement)
 * @param masks areas whose movement does not count, such as trees or a clock; at most 32
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({"sensitivity", "masks"})
public record MotionOptions(
    double sensitivity, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Polygon> masks) {
  private static final double USUAL = 0.5;

  /** Default sensitivity, no masks. */
  public static final MotionOptions DEFAULT = new MotionOptions(USUAL, List.of());

  /**
   * Checks both.
   *
   * @throws UserError for an invalid value
   */
  public MotionOptions {
    Range.check("a camera's motion sensitivity", sensitivity, "0 to 1");
    masks = Polygon.copy(masks);
    if (masks.size() > Camera.MOST_POLYGONS) {
      throw new UserError("a camera has at most " + Camera.MOST_POLYGONS + " motion masks.");
    }
  }

  /** Applies defaults for absent values. */
  @JsonCreator
  public static MotionOptions of(
      @JsonProperty("sensitivity") @Nullable Double sensitivity,
      @JsonProperty("masks") @Nullable List<Polygon> masks) {
    return new MotionOptions(
        sensitivity == null ? USUAL : sensitivity, masks == null ? List.of() : masks);
  }
}

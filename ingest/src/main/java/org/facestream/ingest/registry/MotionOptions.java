package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;

/**
 * That still scenes of a camera are held back, and what counts as movement.
 *
 * @param sensitivity 0 (only large movement counts) to 1 (the least does)
 * @param masks areas whose movement does not count, such as trees or a clock; at most 32
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({"sensitivity", "masks"})
public record MotionOptions(
    double sensitivity, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Polygon> masks) {
  private static final double USUAL = 0.5;

  /** Usual sensitivity, nothing left out. */
  public static final MotionOptions DEFAULT = new MotionOptions(USUAL, List.of());

  /**
   * Checks both.
   *
   * @throws UserError which says what is wrong
   */
  public MotionOptions {
    if (!(sensitivity >= 0 && sensitivity <= 1)) {
      throw new UserError("a camera's motion sensitivity is 0 to 1; " + sensitivity + " is not.");
    }
    masks = Polygon.copy(masks);
    if (masks.size() > Camera.MOST_POLYGONS) {
      throw new UserError("a camera has at most " + Camera.MOST_POLYGONS + " motion masks.");
    }
  }

  /** From what may be absent. */
  @JsonCreator
  public static MotionOptions of(
      @JsonProperty("sensitivity") Double sensitivity, @JsonProperty("masks") List<Polygon> masks) {
    return new MotionOptions(sensitivity == null ? USUAL : sensitivity, masks);
  }
}

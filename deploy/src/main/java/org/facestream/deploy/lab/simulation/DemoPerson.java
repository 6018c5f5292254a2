package org.facestream.deploy.lab.simulation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * One person of the demonstration: a photograph from the AdminLTE theme, with a fictitious
 * identity, unrelated to the person in the picture.
 *
 * <p>Places in the photograph are in eighths of its width, from its top left corner: all the
 * photographs are squares.
 *
 * @param id the person's id, as for enrolment
 * @param name made up; the display name
 * @param enrolled whether the demonstration's gallery knows the person
 * @param photograph file name in AdminLTE's {@code dist/img}
 * @param colour whether the photograph is in colour
 * @param faceX middle of the face
 * @param faceY middle of the face
 * @param faceWidth about what a detector's box would have
 * @param bottom what is below is not used
 * @param outline of head and body: a polygon from the lower left, over the head, to the lower right
 */
// The fields of a person in the JSON file, which Jackson alone fills in.
public record DemoPerson(
    @JsonProperty("id") String id,
    @JsonProperty("name") String name,
    @JsonProperty("enrolled") boolean enrolled,
    @JsonProperty("photograph") String photograph,
    @JsonProperty("colour") boolean colour,
    @JsonProperty("faceX") double faceX,
    @JsonProperty("faceY") double faceY,
    @JsonProperty("faceWidth") double faceWidth,
    @JsonProperty("bottom") double bottom,
    @JsonProperty("outline") List<List<Double>> outline) {
  /** In how many parts the places divide a photograph. */
  static final int PARTS = 8;

  /** How far below the middle of the face the photograph reaches, in widths of the face. */
  double reach() {
    return (bottom - faceY) / faceWidth;
  }
}

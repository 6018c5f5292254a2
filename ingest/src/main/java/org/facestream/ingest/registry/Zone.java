package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.facestream.ingest.worker.config.UserError;

/**
 * A named area of a camera's picture: identity events contain the zones in which a person was. Only
 * the detector uses it.
 *
 * @param name 1 to 64 printable characters
 * @param polygon where it is
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Zone(String name, Polygon polygon) {
  /**
   * Checks both.
   *
   * @throws UserError for an invalid value
   */
  public Zone {
    name = name == null ? "" : name.strip();
    if (name.isEmpty() || name.length() > 64 || name.chars().anyMatch(Character::isISOControl)) {
      throw new UserError("a zone's name is 1 to 64 printable characters.");
    }
    if (polygon == null) {
      throw new UserError("zone '" + name + "' has no polygon.");
    }
  }
}

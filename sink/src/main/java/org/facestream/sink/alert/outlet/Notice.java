package org.facestream.sink.alert.outlet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An alert as it is sent.
 *
 * @param id unique: what comes again has the same
 * @param rule that raised it
 * @param who a name, a visitor's id or {@code unknown}
 * @param captured when that was
 * @param link to the crop, signed; null when there is none
 * @param body the JSON of it
 * @param crop the picture, for an outlet that sends it
 */
public record Notice(
    String id,
    Rule rule,
    String who,
    String camera,
    Instant captured,
    @Nullable String link,
    ObjectNode body,
    Optional<byte[]> crop) {
  /** A rule, as outlets know it. */
  public record Rule(String id, String name) {}
}

package org.facestream.sink.api.http;

import java.lang.reflect.Type;
import java.util.function.Function;

/**
 * How routes answer errors and take parameters. Routes that stand in for another product's speak
 * that product's, so that its clients go on working.
 *
 * @param mediaType of errors
 * @param body type of an error's body
 * @param error an error's body
 * @param lenient whether parameters that are not known are ignored, instead of refused
 */
public record Dialect(
    String mediaType, Type body, Function<Problem, Object> error, boolean lenient) {
  /** This API's own. */
  public static final Dialect OWN =
      new Dialect("application/problem+json", Problem.Body.class, Problem::body, false);
}

package org.facestream.sink.api.http;

/**
 * A parameter of a route.
 *
 * @param place where it stands
 * @param type of its value
 * @param required whether a request without it is refused
 * @param repeated whether it may be given more than once
 * @param description one sentence
 */
public record Parameter(
    String name, Place place, Type type, boolean required, boolean repeated, String description) {

  /** Where a parameter stands. */
  public enum Place {
    path,
    query,
    header
  }

  /** What a value is. */
  public enum Type {
    text,
    integer,
    number,
    flag,
    /** Such as {@code 2026-11-30T22:14:07Z}. */
    time
  }
}

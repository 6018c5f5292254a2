package org.facestream.sink.api.http;

import java.util.Optional;
import java.util.Set;

/**
 * Who makes a request.
 *
 * @param kind how the caller was recognised
 * @param id of the user or the key
 * @param name for the audit trail; no secret
 * @param cameras ids of the cameras that the caller may see; empty for all
 */
public record Caller(Kind kind, String id, String name, Role role, Optional<Set<String>> cameras) {
  /** Nobody who is known. */
  public static final Caller NOBODY =
      new Caller(Kind.nobody, "", "", Role.anyone, Optional.of(Set.of()));

  /** How a caller is recognised. */
  public enum Kind {
    nobody,
    session,
    key
  }

  /** Whether the caller may see what a camera sees. */
  public boolean sees(String camera) {
    return cameras.map(allowed -> allowed.contains(camera)).orElse(true);
  }
}

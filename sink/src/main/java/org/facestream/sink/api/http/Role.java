package org.facestream.sink.api.http;

/** What a caller may do; each role may do what those before it may. */
public enum Role {
  /** No login: only for logging in and for what says nothing about people or cameras. */
  anyone,
  /** Looks at cameras, sightings and people. */
  viewer,
  /** Also changes people and corrects sightings. */
  operator,
  /** Also users, keys, cameras, rules, erasure and the audit trail. */
  administrator;

  /** Whether this role suffices where another one is asked for. */
  public boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }
}

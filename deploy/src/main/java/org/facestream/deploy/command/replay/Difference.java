package org.facestream.deploy.command.replay;

import java.util.Objects;
import java.util.Optional;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.sink.people.ReplayedSightings.Stored;
import org.jspecify.annotations.Nullable;

/**
 * A sighting that would be decided differently.
 *
 * @param personId who it would be, or null
 * @param distance least distance to that person, or to the nearest one; null when there was none
 * @param faces how many stored faces decided
 */
record Difference(
    Stored stored,
    Change change,
    @Nullable String personId,
    String name,
    @Nullable Double distance,
    int faces) {
  /** What becomes of the name. */
  enum Change {
    won,
    lost,
    changed
  }

  /** Empty when the event says what is stored. */
  static Optional<Difference> between(Stored stored, IdentityEvent event) {
    if (Objects.equals(stored.personId(), event.personId())) {
      return Optional.empty();
    }
    Change change =
        stored.personId() == null
            ? Change.won
            : event.personId() == null ? Change.lost : Change.changed;
    return Optional.of(
        new Difference(
            stored, change, event.personId(), event.name(), event.distance(), event.faces()));
  }
}

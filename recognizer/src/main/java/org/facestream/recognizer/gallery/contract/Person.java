package org.facestream.recognizer.gallery.contract;

import org.jspecify.annotations.Nullable;

/**
 * The person of a reference.
 *
 * @param id stable, also when the name changes
 * @param name in any script
 * @param watchlist that the person is on, or null
 */
public record Person(String id, String name, @Nullable String watchlist) {

  /** Somebody who is on no watchlist. */
  public Person(String id, String name) {
    this(id, name, null);
  }

  /** Name and id, for a message in which others have the same name. */
  public String spelledOut() {
    return "%s (%s)".formatted(PersonName.shown(name), id);
  }

  /** The same on that watchlist. */
  public Person on(@Nullable String other) {
    return new Person(id, name, other);
  }
}

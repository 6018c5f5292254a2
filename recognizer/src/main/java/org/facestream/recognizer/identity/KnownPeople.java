package org.facestream.recognizer.identity;

import java.util.function.Predicate;

/**
 * The people in this worker's replica of the gallery. Tracks forget people who are not in it. Read
 * by the deciding threads while another thread changes it.
 */
public interface KnownPeople {
  /** What was seen of the gallery topic. */
  GalleryVersion version();

  /** Whether somebody is in the gallery of the {@link #version()} read before, or of a later. */
  boolean contains(String personId);

  /**
   * Who is not in the gallery any more, for what was decided with its version of then. A replica
   * that has not come as far as that version cannot tell who was enrolled or forgotten since. What
   * was decided with another gallery topic of the name is of one that was deleted since, for a
   * replica follows the present one: only who is in that is somebody.
   */
  default Predicate<String> gone(GalleryVersion then) {
    GalleryVersion now = version();
    return now.covers(then) || now.ofAnotherTopic(then)
        ? person -> !contains(person)
        : person -> false;
  }
}

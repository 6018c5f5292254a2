package org.facestream.recognizer.identity;

/**
 * The people in this worker's replica of the gallery. Tracks forget people who are not in it. Read
 * by the deciding threads while another thread changes it.
 */
public interface KnownPeople {
  /** What was seen of the gallery topic. */
  GalleryVersion version();

  /** Whether somebody is in the gallery of the {@link #version()} read before, or of a later. */
  boolean contains(String personId);
}

package org.facestream.recognizer.identity;

/**
 * Who is in the gallery now, as far as this worker's replica has come. Whoever is not is forgotten
 * by the tracks too. Read by the threads that decide while another changes it.
 */
public interface KnownPeople {
  /** What was seen of the gallery topic. */
  GalleryVersion version();

  /** Whether somebody is in the gallery of the {@link #version()} read before, or of a later. */
  boolean contains(String personId);
}

package org.facestream.recognizer.identity;

/**
 * Who is in the gallery now, as far as this worker's replica has come. Whoever is not is forgotten
 * by the tracks too. Read by the threads that decide while another changes it.
 */
public interface KnownPeople {
  /** Sum of the gallery offsets seen; of two versions the greater knows more. */
  long version();

  /** Whether somebody is in the gallery of the {@link #version()} read before, or of a later. */
  boolean contains(String personId);
}

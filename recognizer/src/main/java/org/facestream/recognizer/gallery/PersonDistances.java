package org.facestream.recognizer.gallery;

import java.util.List;

/** Reduces one face's distances to references, block by block, to distances to persons. */
sealed interface PersonDistances permits NearestReference, MeanDistance {

  /**
   * A person near the face.
   *
   * @param slot the person
   * @param distance to the person
   * @param faceId of the person's nearest reference
   */
  record Near(int slot, float distance, String faceId) {}

  /** The nearest persons, nearest first. */
  List<Near> nearest();
}

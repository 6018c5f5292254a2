package org.facestream.recognizer.gallery.match;

import java.util.List;

/** Reduces the distances of a face to references, block by block, to distances to people. */
sealed interface PersonDistances permits NearestReference, PersonDistances.OfEvery {

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

  /** One that wants to know every reference's distance. */
  sealed interface OfEvery extends PersonDistances permits MeanDistance, NearestMean {

    /**
     * Takes in a block.
     *
     * @param squares per row the squared distance
     * @param persons per row the person's slot, or {@link ReferenceBlock#NOBODY}
     */
    void accept(float[] squares, int[] persons, ReferenceBlock.View block);
  }
}

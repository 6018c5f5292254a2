package org.facestream.recognizer.gallery;

/** How the distances to a person's references become the distance to the person. */
public enum Reduction {
  /** The nearest reference counts. */
  MINIMUM,
  /** The mean over all references counts. */
  MEAN
}

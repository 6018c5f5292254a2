package org.facestream.recognizer.gallery.enrol;

/** Finds the one face of a picture, which may take a while. */
interface Examination {
  /**
   * The face.
   *
   * @throws RefusedException when the picture cannot be a reference
   */
  ExaminedFace face() throws RefusedException;
}

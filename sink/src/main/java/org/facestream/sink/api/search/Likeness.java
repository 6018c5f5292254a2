package org.facestream.sink.api.search;

import org.facestream.recognizer.facenet.DescriptorModel;

/** Whether a face that was found is of the person who is looked for. */
public enum Likeness {
  /** Nearer than the threshold for a gallery. */
  likely,
  /** Nearer than the threshold for two pictures. */
  perhaps,
  no;

  /** By the thresholds of a model. */
  public static Likeness of(float distance, DescriptorModel model) {
    return distance < model.threshold() ? likely : distance < model.verification() ? perhaps : no;
  }
}

package org.facestream.ingest.source.packet;

/**
 * The temporal layers seen in one H.265 stream. Pictures of higher layers may refer to a picture
 * that its own layer does not refer to (ITU-T H.265, 7.4.2.2); only pictures of the highest layer
 * are certainly not referred to. One thread uses it.
 */
public final class TemporalLayers {
  private int highest;

  /** Records a picture's layer; returns whether no higher one was seen. */
  boolean isHighest(int layer) {
    highest = Math.max(highest, layer);
    return layer == highest;
  }
}

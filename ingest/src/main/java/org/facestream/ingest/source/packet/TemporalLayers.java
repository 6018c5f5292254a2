package org.facestream.ingest.source.packet;

/**
 * The temporal layers that were seen of one H.265 stream. A picture that its own layer does not
 * refer to may still be referred to by those of higher layers (ITU-T H.265, 7.4.2.2); only in the
 * highest layer it is certain that nobody does. One thread uses it.
 */
public final class TemporalLayers {
  private int highest;

  /** Notes a picture's layer; whether none above it was seen. */
  boolean isHighest(int layer) {
    highest = Math.max(highest, layer);
    return layer == highest;
  }
}

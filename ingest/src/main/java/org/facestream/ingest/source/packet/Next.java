package org.facestream.ingest.source.packet;

/** The result of reading, in the same words for packets and for pictures. */
public enum Next {
  /** A picture: its packet, or its pixels. */
  PICTURE,
  /** A picture that was not decoded because the wanted rate does not need it. */
  SPARED,
  /** A picture that was skipped because the reader is behind its stream. */
  LEFT_OUT,
  /** Damaged data, skipped. */
  DAMAGED,
  /** Nothing yet: data of another stream, or a picture that is not complete. */
  NOTHING,
  /** The end of a file. */
  END
}

package org.facestream.sink.search;

/**
 * A face as the index takes it.
 *
 * @param row the row id, above 0
 * @param millis when it was captured, since 1970; {@link #UNKNOWN_TIME} matches every time
 * @param descriptor as the model returned it
 */
public record IndexedFace(long row, long millis, float[] descriptor) {
  static final long UNKNOWN_TIME = Long.MIN_VALUE;
}

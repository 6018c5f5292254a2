package org.facestream.ingest.frame;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not a picture, or a refused picture; the message contains the reason for the user.
 */
public final class UnreadablePictureException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public UnreadablePictureException(String reason, @Nullable String detail) {
    super(detail);
    this.reason = reason;
  }

  /** One of a small fixed set of words, such as {@code not-a-picture} or {@code too-large}. */
  public String reason() {
    return reason;
  }
}

package org.facestream.ingest.worker.config;

/**
 * Something that the person at the keyboard, and only they, can put right.
 *
 * <p>The message is one line that says what is wrong and what to do; it never holds a secret. The
 * command line prints it without a stack trace and ends with a code other than 0.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}

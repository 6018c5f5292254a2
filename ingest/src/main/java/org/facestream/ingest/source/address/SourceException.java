package org.facestream.ingest.source.address;

/**
 * A source that cannot be opened or read. Its message is for people and contains no credentials.
 */
public final class SourceException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Fault fault;

  public SourceException(Fault fault, String detail) {
    super(detail.isEmpty() ? fault.words() : fault.words() + " (" + detail + ")");
    this.fault = fault;
  }

  public SourceException(Fault fault) {
    this(fault, "");
  }

  public Fault fault() {
    return fault;
  }

  /** One of a small fixed set of words, such as {@code connect-timeout}. */
  public String reason() {
    return fault.label();
  }
}

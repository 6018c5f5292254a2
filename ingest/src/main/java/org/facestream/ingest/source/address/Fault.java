package org.facestream.ingest.source.address;

import java.util.Locale;

/** Why a camera sends no pictures. The names are labels of a metric, so the set is fixed. */
public enum Fault {
  /** The URL is not allowed or not understood; nothing was opened. */
  URL_REFUSED("the address is refused"),
  /** A reference in the URL cannot be resolved on this worker. */
  SECRET_MISSING("a secret is missing"),
  UNKNOWN_HOST("the host's name is not known"),
  CONNECTION_REFUSED("nothing listens at the address"),
  UNREACHABLE("the address cannot be reached"),
  CONNECT_TIMEOUT("no answer within ingest.connect-timeout"),
  UNAUTHORIZED("user or password is wrong"),
  NOT_FOUND("there is no such stream or file"),
  NO_ACCESS("the user of this process has no permission to read it"),
  BAD_ANSWER("the answer is not understood"),
  NO_VIDEO("it has no video"),
  UNSUPPORTED_CODEC("its codec is not supported"),
  FIRST_FRAME_TIMEOUT("no picture within ingest.first-frame-timeout"),
  READ_TIMEOUT("no picture within ingest.read-timeout"),
  DECODE_FAILED("its video cannot be decoded"),
  ENDED("the stream ended"),
  INPUT_OUTPUT("the connection broke"),
  STOPPED("it was stopped"),
  /** An internal error. */
  INTERNAL("an internal error");

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  /** As a label, such as {@code read-timeout}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As a part of a sentence. */
  String words() {
    return words;
  }
}

package org.facestream.sink.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is an error, as {@code application/problem+json} (RFC 9457). Its detail says what
 * was wrong and what to do; it never contains a secret or what others sent.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String title;
  private final @Nullable Duration retryAfter;
  private final int code;

  /**
   * The body of the answer.
   *
   * @param status as the answer's
   * @param title the same for each answer of the kind
   * @param detail what was wrong here, and what to do
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Body(int status, String title, String detail) {}

  private Problem(
      int status,
      String title,
      String detail,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    this(status, title, detail, retryAfter, cause, 0);
  }

  private Problem(
      int status,
      String title,
      String detail,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause,
      int code) {
    super(detail, cause);
    this.status = status;
    this.title = title;
    this.retryAfter = retryAfter;
    this.code = code;
  }

  /** 400: the request is malformed, or a value is none that is allowed. */
  public static Problem invalid(String detail) {
    return new Problem(400, "Invalid request", detail, null, null);
  }

  /** 401: who calls is not known. */
  public static Problem unknownCaller(String detail) {
    return new Problem(401, "Not authenticated", detail, null, null);
  }

  /** 403: the caller may not do this. */
  public static Problem forbidden(String detail) {
    return new Problem(403, "Not allowed", detail, null, null);
  }

  /** 404: there is no such thing, or the caller may not see it. */
  public static Problem notFound(String detail) {
    return new Problem(404, "Not found", detail, null, null);
  }

  /** 409: it does not fit to what is there. */
  public static Problem conflict(String detail) {
    return new Problem(409, "Conflict", detail, null, null);
  }

  /** 413: the body has too many bytes, or a picture too many pixels. */
  public static Problem tooLarge(String detail, @Nullable Throwable cause) {
    return new Problem(413, "Too large", detail, null, cause);
  }

  /** 415: the body is of another kind than the route takes. */
  public static Problem wrongType(String detail) {
    return new Problem(415, "Unsupported media type", detail, null, null);
  }

  /** 422: a picture that cannot be used, such as one without a face. */
  public static Problem unusable(String detail) {
    return new Problem(422, "Cannot be used", detail, null, null);
  }

  /** 429: more than the caller may do at once. */
  public static Problem tooMany(String detail, Duration retryAfter) {
    return new Problem(429, "Too many requests", detail, retryAfter, null);
  }

  /** 503: Kafka or PostgreSQL does not answer. */
  public static Problem unavailable(String detail, @Nullable Throwable cause) {
    return new Problem(503, "Unavailable", detail, Duration.ofSeconds(5), cause);
  }

  /**
   * One that has a number in another product's {@link Dialect}.
   *
   * @param code that number, not 0
   */
  public static Problem coded(int status, int code, String detail) {
    return new Problem(status, "Refused", detail, null, null, code);
  }

  /** Any other one, such as what the server refuses before a route is found. */
  static Problem of(int status, String title, String detail) {
    return new Problem(status, title, detail, null, null);
  }

  public int status() {
    return status;
  }

  /** The number in another product's dialect; 0 for none. */
  public int code() {
    return code;
  }

  /** When to try again, or null. */
  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  Body body() {
    return new Body(status, title, String.valueOf(getMessage()));
  }
}

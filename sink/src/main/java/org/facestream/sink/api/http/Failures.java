package org.facestream.sink.api.http;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.eclipse.jetty.http.HttpException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure becomes: one {@link Problem} for each kind, whatever the route. */
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private final long uploadBytes;

  /**
   * @param uploadBytes the largest request
   */
  Failures(long uploadBytes) {
    this.uploadBytes = uploadBytes;
  }

  /**
   * Refuses a request that says that it is too large, before it is read.
   *
   * @throws Problem when it does
   */
  void checkLength(Context context) {
    String length = Optional.ofNullable(context.header("Content-Length")).orElse("0");
    // Jetty checked that it is a number; one of 19 digits is too large in any case.
    if (length.length() > 18 || Long.parseLong(length) > uploadBytes) {
      throw tooLarge(null);
    }
  }

  private Problem tooLarge(@Nullable Throwable cause) {
    return Problem.tooLarge(
        "A request may have %s bytes (api.upload-bytes).".formatted(uploadBytes), cause);
  }

  /** What Jetty refuses while it reads a body is the caller's mistake, not a fault. */
  private Exception refusedBody(Exception failed) {
    for (Throwable each = failed; each != null; each = each.getCause()) {
      if (each instanceof HttpException http && http.getCode() == 413) {
        return tooLarge(failed);
      }
      if (each instanceof HttpException http && http.getCode() / 100 == 4) {
        return Problem.invalid(
            "The body cannot be read: it is malformed, or has more than %s bytes (api.upload-bytes)."
                .formatted(uploadBytes));
      }
    }
    return failed;
  }

  /** Answers for what failed before a route was found. */
  void answer(Context context, Exception thrown) {
    answer(context, problem(context.method() + " request", thrown), Dialect.OWN);
  }

  /** Answers for what failed of a route; the path that was called may hold a secret. */
  void answer(Context context, Exception thrown, Route route) {
    answer(context, problem(route.method() + " " + route.path(), thrown), route.answer().dialect());
  }

  private Problem problem(String what, Exception thrown) {
    Exception failed = refusedBody(thrown);
    if (failed instanceof Problem problem) {
      return problem;
    } else if (failed instanceof HttpResponseException refused) {
      return Problem.of(
          refused.getStatus(),
          "Refused",
          refused.getMessage() + ". See /api/v1/docs for what there is.");
    } else if (failed instanceof UserError wrong) {
      return Problem.invalid(String.valueOf(wrong.getMessage()));
    } else if (failed instanceof StoreException store && store.rowAtFault()) {
      return Problem.invalid("The database refuses a value of the request.");
    } else if (failed instanceof StoreException || failed instanceof RetryableException) {
      log.warn("PostgreSQL: {}", failed.getMessage());
      return Problem.unavailable("PostgreSQL does not answer; try again.", failed);
    } else if (failed instanceof KafkaException) {
      log.warn("Kafka: {}", failed.getMessage());
      return Problem.unavailable("Kafka does not answer; try again.", failed);
    } else {
      log.error("{} failed", what, failed);
      return Problem.of(500, "Failed", "This is a fault of facestream; its log has the reason.");
    }
  }

  private static void answer(Context context, Problem problem, Dialect dialect) {
    Duration later = problem.retryAfter();
    if (later != null) {
      context.header("Retry-After", String.valueOf(Math.max(1, later.toSeconds())));
    }
    if (problem.status() == 401) {
      context.header("WWW-Authenticate", "ApiKey");
    }
    context
        .status(problem.status())
        .result(Json.bytes(JsonBody.MAPPER, dialect.error().apply(problem)));
    context.contentType(dialect.mediaType()).header("Cache-Control", "no-store");
  }
}

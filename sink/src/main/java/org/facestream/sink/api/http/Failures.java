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
  private static final String PROBLEM = "application/problem+json";

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

  /** Answers for what failed. */
  void answer(Context context, Exception thrown) {
    Exception failed = refusedBody(thrown);
    if (failed instanceof Problem problem) {
      answer(context, problem);
    } else if (failed instanceof HttpResponseException refused) {
      answer(
          context,
          Problem.of(
              refused.getStatus(),
              "Refused",
              refused.getMessage() + ". See /api/v1/docs for what there is."));
    } else if (failed instanceof UserError wrong) {
      answer(context, Problem.invalid(String.valueOf(wrong.getMessage())));
    } else if (failed instanceof StoreException store && store.rowAtFault()) {
      answer(context, Problem.invalid("The database refuses a value of the request."));
    } else if (failed instanceof StoreException || failed instanceof RetryableException) {
      log.warn("PostgreSQL: {}", failed.getMessage());
      answer(context, Problem.unavailable("PostgreSQL does not answer; try again.", failed));
    } else if (failed instanceof KafkaException) {
      log.warn("Kafka: {}", failed.getMessage());
      answer(context, Problem.unavailable("Kafka does not answer; try again.", failed));
    } else {
      log.error("{} {} failed", context.method(), context.path(), failed);
      answer(
          context,
          Problem.of(500, "Failed", "This is a fault of facestream; its log has the reason."));
    }
  }

  private static void answer(Context context, Problem problem) {
    Duration later = problem.retryAfter();
    if (later != null) {
      context.header("Retry-After", String.valueOf(Math.max(1, later.toSeconds())));
    }
    if (problem.status() == 401) {
      context.header("WWW-Authenticate", "ApiKey");
    }
    context.status(problem.status()).result(Json.bytes(Call.JSON, problem.body()));
    context.contentType(PROBLEM).header("Cache-Control", "no-store");
  }
}

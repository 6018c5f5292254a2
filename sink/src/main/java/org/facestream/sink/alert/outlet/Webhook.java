package org.facestream.sink.alert.outlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Posts alerts as JSON. The header {@value #SIGNATURE} is {@code t=SECONDS,v1=HEX}: the time of
 * sending, and the HMAC-SHA256 over this time, a full stop, and the body.
 */
final class Webhook implements Outlet {
  static final String SIGNATURE = "X-Facestream-Signature";

  private static final int AT_ONCE = 4;

  private final URI address;
  private final SecretKeySpec key;
  private final @Nullable String authorization;
  private final Duration timeout;
  private final ExecutorService threads;
  private final HttpClient client;

  /**
   * @param user and password with a colon between
   * @param trust null for what Java trusts
   */
  Webhook(
      String name,
      URI address,
      String secret,
      Optional<String> user,
      @Nullable SSLContext trust,
      Duration timeout) {
    this.address = address;
    this.key = new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256");
    this.authorization =
        user.map(each -> "Basic " + Base64.getEncoder().encodeToString(each.getBytes(UTF_8)))
            .orElse(null);
    this.timeout = timeout;
    this.threads =
        Executors.newFixedThreadPool(
            AT_ONCE,
            task -> {
              Thread thread = new Thread(task, "alert-" + name + "-http");
              thread.setDaemon(true);
              return thread;
            });
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .executor(threads);
    this.client = (trust == null ? builder : builder.sslContext(trust)).build();
  }

  @Override
  public Duration longest() {
    return timeout.plusSeconds(1);
  }

  @Override
  public int parallel() {
    return AT_ONCE;
  }

  @Override
  public Outcome send(Notice notice) throws InterruptedException {
    byte[] body = Json.bytes(notice.body());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("User-Agent", "facestream")
            .header(SIGNATURE, signature(Instant.now().getEpochSecond(), body))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding());
    try {
      // The request's own timeout ends with the headers, and a body may never end.
      return outcome(answer.get(timeout.toMillis() + 500, TimeUnit.MILLISECONDS));
    } catch (TimeoutException slow) {
      answer.cancel(true);
      return Outcome.again("no answer in time");
    } catch (ExecutionException failed) {
      return Outcome.again(reason(failed.getCause()));
    }
  }

  private String signature(long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update((seconds + ".").getBytes(UTF_8));
      return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  private static Outcome outcome(HttpResponse<Void> response) {
    int status = response.statusCode();
    if (status / 100 == 2) {
      return Outcome.delivered();
    }
    if (status / 100 == 5 || status == 408 || status == 429) {
      return new Outcome(
          Outcome.Kind.again,
          "HTTP status " + status,
          response.headers().firstValue("Retry-After").map(Webhook::delay).orElse(null));
    }
    return Outcome.refused(
        "HTTP status " + status + (status / 100 == 3 ? ": redirects are not followed" : ""));
  }

  /** Seconds, or a date; null for something else. */
  private static @Nullable Duration delay(String text) {
    try {
      if (text.matches("\\d{1,9}")) {
        return Duration.ofSeconds(Long.parseLong(text));
      }
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration delay = Duration.between(Instant.now(), until);
      return delay.isNegative() ? null : delay;
    } catch (DateTimeException malformed) {
      return null;
    }
  }

  /** Not the exception's message, which may have the address in it. */
  private static String reason(@Nullable Throwable failed) {
    for (Throwable each = failed; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return "TLS fails: the certificate is not trusted, is not of this host, or there is no TLS";
      }
      if (each instanceof UnresolvedAddressException) {
        return "the name of the host is not known";
      }
    }
    if (failed instanceof ConnectException || failed instanceof HttpConnectTimeoutException) {
      return "it does not accept connections";
    }
    return failed instanceof HttpTimeoutException ? "no answer in time" : "the connection broke";
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

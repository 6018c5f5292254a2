package org.facestream.sink.api.http;

import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.facestream.ingest.worker.json.Json;

/**
 * One request and its answer. What is read of it is checked; what is wrong is a {@link Problem}.
 */
public final class Call {
  private final Context context;
  private final Route route;
  private final Access access;
  private final Proxies.Peer peer;
  private Caller caller = Caller.NOBODY;

  Call(Context context, Route route, Access access, Proxies.Peer peer) {
    this.context = context;
    this.route = route;
    this.access = access;
    this.peer = peer;
  }

  /**
   * Refuses whoever may not do this, or not any more; what goes on for long asks again.
   *
   * @throws Problem for an answer that says why
   */
  public void admit() {
    caller = access.caller(this);
    if (!caller.role().covers(route.role())) {
      throw caller.role() == Role.anyone
          ? Problem.unknownCaller(
              "Log in (POST /api/v1/session), or send an API key in the header x-api-key:"
                  + " `facestream key add` makes one.")
          : Problem.forbidden(
              "This needs the role %s; yours is %s.".formatted(route.role(), caller.role()));
    }
  }

  /** Sets who makes it, who is known only now: at a login. */
  public void recognised(Caller known) {
    this.caller = known;
  }

  /** Who makes it. */
  public Caller caller() {
    return caller;
  }

  /** What was asked for. */
  public Route route() {
    return route;
  }

  /** The address that it comes from, before trusted proxies. */
  public String address() {
    return peer.address();
  }

  /** Whether the caller speaks TLS, with this server or with a trusted proxy before it. */
  public boolean isSecure() {
    return peer.secure();
  }

  /** The server's name and port as the caller knows them. */
  public String host() {
    return peer.host();
  }

  /** The server's own form of it, for streams, cookies and files. */
  public Context context() {
    return context;
  }

  /** Takes down that the caller looks at personal data; see {@link Access#look}. */
  public void look(String action, Map<String, ?> what) {
    access.look(this, action, what);
  }

  /** Refuses what concerns a camera that the caller may not see, as if it were not there. */
  public void requireCamera(String camera, String what) {
    if (!caller.sees(camera)) {
      throw Problem.notFound("There is no " + what + " of this id.");
    }
  }

  /** Refuses callers who may only see some cameras what is about people everywhere. */
  public void requireEveryCamera() {
    if (caller.cameras().isPresent()) {
      throw Problem.forbidden(
          "You may see some cameras only; this is about people on all of them.");
    }
  }

  /** A parameter of the path. */
  public String path(String name) {
    return context.pathParam(name);
  }

  /** A parameter of the query; empty text is none. */
  public Optional<String> query(String name) {
    return Optional.ofNullable(context.queryParam(name)).filter(text -> !text.isEmpty());
  }

  /** All values of a parameter of the query. */
  public List<String> queries(String name) {
    return context.queryParams(name).stream().filter(text -> !text.isEmpty()).toList();
  }

  /** The cameras of the query that the caller may see; empty for all that there are. */
  public Optional<Set<String>> cameras() {
    Optional<Set<String>> allowed = caller.cameras();
    List<String> asked = queries("camera");
    if (asked.isEmpty()) {
      return allowed;
    }
    Set<String> both = new TreeSet<>(asked);
    allowed.ifPresent(both::retainAll);
    return Optional.of(both);
  }

  /** A whole number of the query. */
  public int integer(String name, int otherwise, int least, int most) {
    Optional<String> given = query(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(given.get());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException none) {
      // Refused below.
    }
    throw Problem.invalid(name + " must be a whole number from " + least + " to " + most + ".");
  }

  /** A number of the query. */
  public Optional<Double> number(String name) {
    try {
      return query(name).map(Double::valueOf).filter(Double::isFinite);
    } catch (NumberFormatException none) {
      throw Problem.invalid(name + " must be a number.");
    }
  }

  /** Whether a flag of the query is {@code true}. */
  public boolean flag(String name) {
    String given = query(name).orElse("false");
    if (!given.equals("true") && !given.equals("false")) {
      throw Problem.invalid(name + " must be true or false.");
    }
    return given.equals("true");
  }

  /** A time of the query. */
  public Optional<Instant> time(String name) {
    try {
      return query(name).map(Instant::parse);
    } catch (DateTimeParseException none) {
      throw Problem.invalid(name + " must be a time such as 2026-11-30T22:14:07Z.");
    }
  }

  /** The number of items of a page. */
  public int limit() {
    return integer("limit", 50, 1, 500);
  }

  /** A header; empty text is none. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(context.header(name)).filter(text -> !text.isEmpty());
  }

  /** Whether the body is a form. */
  public boolean isForm() {
    return context.isMultipartFormData();
  }

  /**
   * A file of a form, or in base64 of a body that is JSON.
   *
   * @param type of such a body
   * @param component of it
   */
  public <T> byte[] upload(String name, Class<T> type, Function<T, byte[]> component) {
    return isForm()
        ? file(name).orElseThrow(() -> Problem.invalid("The form has no file `" + name + "`."))
        : component.apply(body(type));
  }

  /** The body, which is JSON. */
  public <T> T body(Class<T> type) {
    return JsonBody.read(context, type);
  }

  /** A file of a form. */
  public Optional<byte[]> file(String name) {
    if (!context.isMultipartFormData()) {
      throw Problem.wrongType("Send a form with Content-Type: multipart/form-data.");
    }
    UploadedFile file = context.uploadedFile(name);
    return file == null ? Optional.empty() : Optional.of(bytes(file));
  }

  /** All files of a form with this name. */
  public List<UploadedFile> files(String name) {
    if (!context.isMultipartFormData()) {
      throw Problem.wrongType("Send a form with Content-Type: multipart/form-data.");
    }
    return context.uploadedFiles(name);
  }

  /** What a file holds. */
  public static byte[] bytes(UploadedFile file) {
    try (InputStream content = file.content()) {
      return content.readAllBytes();
    } catch (IOException failed) {
      throw Problem.invalid("A file of the form could not be read.");
    }
  }

  /** A text of a form. */
  public Optional<String> form(String name) {
    return Optional.ofNullable(context.formParam(name)).filter(text -> !text.isEmpty());
  }

  /** Answers JSON, with the status of the route. */
  public void answer(Object value) {
    context
        .status(route.answer().status())
        .contentType("application/json")
        .result(Json.bytes(JsonBody.MAPPER, value));
  }

  /** Answers without a body. */
  public void done() {
    context.status(route.answer().status());
  }

  /**
   * Answers bytes that never change under their address, such as a crop.
   *
   * @param tag that tells them apart from others
   * @param maxAge how long the caller may keep them; they may be erased at any time
   */
  public void answer(byte[] bytes, String mediaType, String tag, Duration maxAge) {
    String etag = '"' + tag + '"';
    context.header("ETag", etag).header("Cache-Control", "private, max-age=" + maxAge.toSeconds());
    if (etag.equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context.status(route.answer().status()).contentType(mediaType).result(bytes);
    }
  }
}

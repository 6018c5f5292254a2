package org.facestream.sink.api.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.facestream.ingest.worker.json.Json;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.sink.api.http.Access;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.store.StoreException;

/**
 * Callers with a key, in the header {@code x-api-key} or as a bearer token, and the trail of what
 * they look at.
 */
public final class KeyAccess implements Access {
  /** Of what is looked at: what stands for a person. The trail has hashes of these. */
  private static final Set<String> PEOPLE = Set.of("person", "into", "name");

  /** The parameter of a path that is the key. */
  public static final String IN_PATH = "api_key";

  private static final String BEARER = "Bearer ";
  private static final int LONGEST_REASON = 200;

  private final ApiKeys keys;
  private final LookTrail trail;

  /**
   * @param trail stays its owner's
   */
  public KeyAccess(ApiKeys keys, LookTrail trail) {
    this.keys = keys;
    this.trail = trail;
  }

  @Override
  public Caller caller(Call call) {
    Optional<String> secret =
        call.header("x-api-key")
            .or(
                () ->
                    call.header("Authorization")
                        .filter(value -> value.startsWith(BEARER))
                        .map(value -> value.substring(BEARER.length()).strip()))
            .or(() -> inPath(call));
    if (secret.isEmpty()) {
      return Caller.NOBODY;
    }
    try {
      return keys.find(secret.get())
          .map(key -> new Caller(Caller.Kind.key, key.id(), key.name(), key.role(), key.allowed()))
          .orElseThrow(
              () -> Problem.unknownCaller("The API key is not known, was removed or has expired."));
    } catch (StoreException away) {
      throw Problem.unavailable("PostgreSQL does not answer; try again.", away);
    }
  }

  /** Of a route whose address has the key, so that browsers can show a picture. */
  private static Optional<String> inPath(Call call) {
    return call.route().path().contains("{" + IN_PATH + "}")
        ? Optional.of(call.path(IN_PATH))
        : Optional.empty();
  }

  @Override
  public void look(Call call, String action, Map<String, ?> what) {
    Map<String, Object> ids = new TreeMap<>();
    what.forEach(
        (key, value) ->
            ids.put(
                key,
                PEOPLE.contains(key)
                    ? PersonName.sha256(value.toString().getBytes(UTF_8))
                    : value));
    String why = call.header("X-Reason").orElse("");
    if (why.length() > LONGEST_REASON) {
      throw Problem.invalid("X-Reason must have at most 200 characters.");
    }
    Caller caller = call.caller();
    try {
      trail.append(
          new Look(
              0,
              Instant.EPOCH,
              caller.kind().name(),
              caller.id(),
              caller.name(),
              call.address(),
              action,
              Json.text(ids),
              why));
    } catch (StoreException away) {
      throw Problem.unavailable("The audit trail cannot be written; try again.", away);
    }
  }
}

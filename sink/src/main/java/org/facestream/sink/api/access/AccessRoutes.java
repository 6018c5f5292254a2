package org.facestream.sink.api.access;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Routes about keys and the trail. */
public final class AccessRoutes {
  private static final String KEYS = "/api/v1/keys";

  private final ApiKeys keys;
  private final LookTrail trail;

  /**
   * @param trail stays its owner's
   */
  public AccessRoutes(ApiKeys keys, LookTrail trail) {
    this.keys = keys;
    this.trail = trail;
  }

  /** Every key. */
  record KeyList(List<ApiKeys.ApiKey> items) {}

  /**
   * A key to make.
   *
   * @param cameras ids of the cameras that it is for; null for all
   * @param expiresAt null for never
   */
  record KeyBody(
      String name, Role role, @Nullable List<String> cameras, @Nullable Instant expiresAt) {}

  /** Entries of the trail, the latest first. */
  record LookPage(List<Look> items, @Nullable String next) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(KEYS, Role.administrator, "List the API keys, without their secrets.")
            .answer(KeyList.class)
            .handle(call -> call.answer(new KeyList(keys.list()))),
        Route.post(KEYS, Role.administrator, "Make an API key; its secret is shown once.")
            .body(KeyBody.class)
            .created(ApiKeys.Made.class)
            .handle(this::add),
        Route.delete(KEYS + "/{key}", Role.administrator, "Remove an API key.")
            .handle(this::remove),
        Route.get("/api/v1/audit", Role.administrator, "List who looked at what, latest first.")
            .pages()
            .answer(LookPage.class)
            .handle(this::audit));
  }

  private void add(Call call) throws StoreException {
    KeyBody body = call.body(KeyBody.class);
    ApiKeys.Terms terms =
        new ApiKeys.Terms(
            body.name(),
            body.role(),
            Optional.ofNullable(body.cameras()),
            Optional.ofNullable(body.expiresAt()));
    call.look("key.add", Map.of("key", terms.name(), "role", terms.role().name()));
    call.context().header("Cache-Control", "no-store");
    call.answer(keys.add(terms, "api:" + call.caller().name()));
  }

  private void remove(Call call) throws StoreException {
    call.look("key.remove", Map.of("key", call.path("key")));
    if (!keys.remove(call.path("key"))) {
      throw Problem.notFound("There is no key of this id.");
    }
    call.done();
  }

  private void audit(Call call) throws StoreException {
    int limit = call.limit();
    OptionalLong before = OptionalLong.empty();
    Optional<String> cursor = call.query("cursor");
    if (cursor.isPresent()) {
      try {
        before = OptionalLong.of(Long.parseLong(cursor.get()));
      } catch (NumberFormatException none) {
        throw Problem.invalid("cursor is none of this list: give `next` of the page before.");
      }
    }
    call.look("audit.read", Map.of());
    List<Look> looks = trail.list(before, limit);
    String next =
        looks.size() < limit ? null : String.valueOf(looks.get(looks.size() - 1).number());
    call.answer(new LookPage(looks, next));
  }
}

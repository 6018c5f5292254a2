package org.facestream.sink.api.user;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Routes with which administrators care for users. */
public final class UserRoutes {
  private static final String USERS = "/api/v1/users";
  private static final String USER = USERS + "/{user}";

  private final ApiUsers users;

  public UserRoutes(ApiUsers users) {
    this.users = users;
  }

  /** Every user. */
  record UserList(List<ApiUser> items) {}

  /**
   * A user to make.
   *
   * @param cameras ids of the cameras that the user may see; null for all
   */
  record UserBody(String name, Role role, @Nullable List<String> cameras) {}

  /**
   * What a user may do.
   *
   * @param cameras ids of the cameras that the user may see; null for all
   */
  record RightsBody(Role role, @Nullable List<String> cameras) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(USERS, Role.administrator, "List the users.")
            .answer(UserList.class)
            .handle(call -> call.answer(new UserList(users.list()))),
        Route.post(USERS, Role.administrator, "Make a user, with a one-time password.")
            .body(UserBody.class)
            .created(ApiUser.Made.class)
            .handle(this::add),
        Route.put(USER, Role.administrator, "Set what a user may do, at once.")
            .body(RightsBody.class)
            .answer(ApiUser.class)
            .handle(this::change),
        Route.post(
                USER + "/reset",
                Role.administrator,
                "Give a user a new one-time password; the user's sessions end.")
            .answer(ApiUser.Made.class)
            .handle(this::reset),
        Route.delete(USER, Role.administrator, "Remove a user; the user's sessions end.")
            .handle(this::remove));
  }

  private void add(Call call) throws StoreException {
    UserBody body = call.body(UserBody.class);
    String name = ApiUser.checkedName(body.name());
    ApiUser.Rights rights = new ApiUser.Rights(body.role(), Optional.ofNullable(body.cameras()));
    call.look("user.add", Map.of("user", name, "role", rights.role().name()));
    call.answer(users.add(name, rights, "api:" + call.caller().name()));
  }

  private void change(Call call) throws StoreException {
    RightsBody body = call.body(RightsBody.class);
    ApiUser.Rights rights = new ApiUser.Rights(body.role(), Optional.ofNullable(body.cameras()));
    call.look("user.change", Map.of("user", call.path("user"), "role", rights.role().name()));
    call.answer(users.change(call.path("user"), rights).orElseThrow(UserRoutes::none));
  }

  private void reset(Call call) throws StoreException {
    call.look("user.reset", Map.of("user", call.path("user")));
    call.answer(users.reset(call.path("user")).orElseThrow(UserRoutes::none));
  }

  private void remove(Call call) throws StoreException {
    call.look("user.remove", Map.of("user", call.path("user")));
    if (!users.remove(call.path("user"))) {
      throw none();
    }
    call.done();
  }

  private static Problem none() {
    return Problem.notFound("There is no user of this id.");
  }
}

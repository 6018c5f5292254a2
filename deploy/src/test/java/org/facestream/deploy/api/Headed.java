package org.facestream.deploy.api;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.facestream.sink.api.http.Access;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Role;

/**
 * Takes role and cameras from headers, for tests of what routes do; who may be believed has tests
 * of its own. Keeps what was looked at.
 */
final class Headed implements Access {
  private final List<String> looks = new CopyOnWriteArrayList<>();

  @Override
  public Caller caller(Call call) {
    return new Caller(
        Caller.Kind.key,
        "1",
        "guard",
        call.header("x-role").map(Role::valueOf).orElse(Role.anyone),
        call.header("x-cameras").map(cameras -> Set.copyOf(Arrays.asList(cameras.split(",")))));
  }

  @Override
  public void look(Call call, String action, Map<String, ?> what) {
    looks.add(action);
  }

  List<String> looks() {
    return looks;
  }

  static Map<String, String> as(Role role) {
    return Map.of("x-role", role.name());
  }

  static Map<String, String> as(Role role, String cameras) {
    return Map.of("x-role", role.name(), "x-cameras", cameras);
  }
}

package org.facestream.sink.api.user;

import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.sink.api.http.Access;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.SessionConfig;
import org.facestream.sink.store.StoreException;

/**
 * Callers with a key, or else with the cookie of a session. Keys need no protection against forged
 * requests: no browser adds them.
 */
public final class UserAccess implements Access {
  private final Sessions sessions;
  private final Access keys;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   * @param keys recognises keys, and writes the trail
   */
  public UserAccess(DataSource dataSource, SessionConfig config, Access keys) {
    this.sessions = new Sessions(dataSource, config);
    this.keys = keys;
  }

  @Override
  public Caller caller(Call call) {
    Caller byKey = keys.caller(call);
    if (byKey.kind() != Caller.Kind.nobody || call.route().role() == Role.anyone) {
      return byKey;
    }
    Optional<Secret> session = SessionCookies.session(call);
    if (session.isEmpty()) {
      return Caller.NOBODY;
    }
    ApiUser user = user(session.get());
    if (!call.route().method().isSafe()) {
      Forgery.check(call, session.get());
    }
    if (user.mustChangePassword() && !SessionRoutes.isOpenBeforeChange(call.route())) {
      throw Problem.forbidden("Set a password of your own first: PUT /api/v1/me/password.");
    }
    return user.caller();
  }

  private ApiUser user(Secret session) {
    try {
      return sessions
          .find(session)
          .orElseThrow(() -> Problem.unknownCaller("Your session has ended: log in again."));
    } catch (StoreException away) {
      throw Problem.unavailable("PostgreSQL does not answer; try again.", away);
    }
  }

  @Override
  public void look(Call call, String action, Map<String, ?> what) {
    keys.look(call, action, what);
  }
}

package org.facestream.sink.api.user;

import io.micrometer.core.instrument.Counter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.http.SessionConfig;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Routes with which people log in and out, and see who they are. */
public final class SessionRoutes {
  private static final String SESSION = "/api/v1/session";
  private static final String SESSIONS = "/api/v1/sessions";
  private static final String ME = "/api/v1/me";
  private static final String PASSWORD = ME + "/password";
  private static final int LONGEST = 1000;

  private final Sessions sessions;
  private final Login login;
  private final Telemetry telemetry;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public SessionRoutes(DataSource dataSource, SessionConfig config, Telemetry telemetry) {
    this.sessions = new Sessions(dataSource, config);
    this.login = new Login(dataSource, sessions);
    this.telemetry = telemetry;
  }

  /**
   * Who calls.
   *
   * @param cameras ids of the cameras that the caller may see; null for all
   * @param mustChangePassword whether nothing is allowed until the caller set a password
   * @param csrfToken for the header {@code X-CSRF-Token} of each request that changes something;
   *     null for a key, which needs none
   */
  record Me(
      Caller.Kind kind,
      String id,
      String name,
      Role role,
      @Nullable List<String> cameras,
      boolean mustChangePassword,
      @Nullable String csrfToken) {
    static Me of(Caller caller, boolean mustChange, @Nullable String csrfToken) {
      return new Me(
          caller.kind(),
          caller.id(),
          caller.name(),
          caller.role(),
          caller.cameras().map(ids -> ids.stream().sorted().toList()).orElse(null),
          mustChange,
          csrfToken);
    }
  }

  /** Who logs in. */
  record LoginBody(String name, String password) {
    @Override
    public String toString() {
      return "****";
    }
  }

  /**
   * A password to set.
   *
   * @param current the password until now; null after a one-time password
   */
  record PasswordBody(@Nullable String current, String password) {
    @Override
    public String toString() {
      return "****";
    }
  }

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.post(SESSION, Role.anyone, "Log in: begin a session, whose cookie the answer sets.")
            .body(LoginBody.class)
            .created(Me.class)
            .handle(this::logIn),
        Route.delete(SESSION, Role.viewer, "Log out: end this session.").handle(this::logOut),
        Route.delete(SESSIONS, Role.viewer, "Log out everywhere: end all your sessions.")
            .handle(this::logOutEverywhere),
        Route.get(ME, Role.viewer, "Read who you are, and what you may do.")
            .answer(Me.class)
            .handle(this::me),
        Route.put(PASSWORD, Role.viewer, "Set your password; your other sessions end.")
            .body(PasswordBody.class)
            .answer(Me.class)
            .handle(this::changePassword));
  }

  /** Whether a user with a one-time password may call it. */
  static boolean isOpenBeforeChange(Route route) {
    return List.of(SESSION, SESSIONS, ME, PASSWORD).contains(route.path());
  }

  private void logIn(Call call) throws StoreException {
    Forgery.checkOrigin(call);
    LoginBody body = call.body(LoginBody.class);
    if (body.name().length() > LONGEST || body.password().length() > LONGEST) {
      throw Problem.invalid("A name or a password has at most 1000 characters.");
    }
    Login.Outcome outcome =
        login.attempt(
            new Login.Attempt(
                body.name(),
                body.password(),
                call.address(),
                SessionCookies.session(call),
                SessionCookies.device(call)));
    if (outcome instanceof Login.Accepted accepted) {
      count("accepted");
      begin(call, accepted);
    } else if (outcome instanceof Login.Refused refused) {
      count("refused");
      // A name that is none may be a password in the wrong place: it is not taken down.
      call.look(
          "session.refused", Map.of("user", refused.user().map(ApiUser::name).orElse("unknown")));
      throw Problem.unknownCaller(
          "The name or the password is wrong. A one-time password is used up by its first login:"
              + " `facestream user reset` makes another.");
    } else if (outcome instanceof Login.Blocked blocked) {
      count("blocked");
      throw Problem.tooMany(
          "Too many wrong attempts for this name or from this address; try again in %s s."
              .formatted(blocked.time().toSeconds()),
          blocked.time());
    }
  }

  private void count(String outcome) {
    Counter.builder("facestream.api.logins")
        .description("Attempts to log in")
        .tags("outcome", outcome)
        .register(telemetry.registry())
        .increment();
  }

  private void begin(Call call, Login.Accepted accepted) throws StoreException {
    Caller caller = accepted.user().caller();
    call.recognised(caller);
    try {
      call.look("session.login", Map.of());
    } catch (Problem notTakenDown) {
      sessions.end(accepted.session());
      throw notTakenDown;
    }
    SessionCookies.setSession(call, accepted.session());
    SessionCookies.setDevice(call, accepted.device());
    call.answer(
        Me.of(caller, accepted.user().mustChangePassword(), Forgery.token(accepted.session())));
  }

  private static Secret session(Call call) {
    return Optional.of(call)
        .filter(each -> each.caller().kind() == Caller.Kind.session)
        .flatMap(SessionCookies::session)
        .orElseThrow(
            () -> Problem.invalid("You call with an API key, which has no session or password."));
  }

  private void logOut(Call call) throws StoreException {
    Secret session = session(call);
    call.look("session.logout", Map.of());
    sessions.end(session);
    SessionCookies.clearSession(call);
    call.done();
  }

  private void logOutEverywhere(Call call) throws StoreException {
    session(call);
    call.look("session.logout-everywhere", Map.of());
    sessions.endAll(call.caller().id());
    SessionCookies.clearSession(call);
    call.done();
  }

  private void me(Call call) throws StoreException {
    Caller caller = call.caller();
    if (caller.kind() != Caller.Kind.session) {
      call.answer(Me.of(caller, false, null));
      return;
    }
    Secret session = session(call);
    call.answer(Me.of(caller, user(session).mustChangePassword(), Forgery.token(session)));
  }

  private ApiUser user(Secret session) throws StoreException {
    return sessions
        .find(session)
        .orElseThrow(() -> Problem.unknownCaller("Your session has ended: log in again."));
  }

  private void changePassword(Call call) throws StoreException {
    Secret session = session(call);
    PasswordBody body = call.body(PasswordBody.class);
    call.look("password.change", Map.of());
    Secret next = login.change(user(session), session, body.current(), body.password());
    SessionCookies.setSession(call, next);
    call.answer(Me.of(call.caller(), false, Forgery.token(next)));
  }

  /** Removes sessions that have ended, and attempts that are forgotten. */
  public void prune() throws StoreException {
    login.prune();
  }
}

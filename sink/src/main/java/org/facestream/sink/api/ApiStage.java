package org.facestream.sink.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.sink.alert.AlertConfig;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.alert.outlet.Outlets;
import org.facestream.sink.api.access.AccessRoutes;
import org.facestream.sink.api.access.ApiKeys;
import org.facestream.sink.api.access.KeyAccess;
import org.facestream.sink.api.access.LookTrail;
import org.facestream.sink.api.alert.AlertRoutes;
import org.facestream.sink.api.compreface.CompreFaceRoutes;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.api.http.ApiServer;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.api.http.SessionConfig;
import org.facestream.sink.api.live.LiveRoutes;
import org.facestream.sink.api.people.Desk;
import org.facestream.sink.api.people.PeopleRoutes;
import org.facestream.sink.api.people.SightingRoutes;
import org.facestream.sink.api.people.VisitorRoutes;
import org.facestream.sink.api.picture.FaceReader;
import org.facestream.sink.api.picture.LiveGallery;
import org.facestream.sink.api.picture.PictureRoutes;
import org.facestream.sink.api.search.SearchRoutes;
import org.facestream.sink.api.search.StoredFaces;
import org.facestream.sink.api.seen.CameraRoutes;
import org.facestream.sink.api.seen.EventRoutes;
import org.facestream.sink.api.seen.SeenRoutes;
import org.facestream.sink.api.user.ApiUsers;
import org.facestream.sink.api.user.SessionRoutes;
import org.facestream.sink.api.user.UserAccess;
import org.facestream.sink.api.user.UserRoutes;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API. It has no state of its own, so several of them may serve one system. While the
 * database is away it answers 503, and is not ready.
 */
public final class ApiStage implements Stage {
  /** Also the value of the metrics' label. */
  public static final String NAME = "api";

  private static final Logger log = LoggerFactory.getLogger(ApiStage.class);
  private static final long CHECK_SECONDS = 5;
  private static final long PRUNE_SECONDS = 60;

  private final Settings settings;
  private final AlertConfig alerts;
  private final Optional<Path> searchFolder;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final Consumer<String> console;
  private final Closing closing = new Closing();
  private volatile Health database = Health.notReady("starting");
  private volatile Optional<ApiServer> server = Optional.empty();

  /** Whether it is known that there are users. */
  private boolean users;

  /**
   * Opens nothing yet.
   *
   * @param searchFolder of the search index, which a sink writes
   * @param console shows a line to whoever started this, and keeps it nowhere: at the first start
   *     it has a one-time password
   */
  public ApiStage(
      Settings settings,
      AlertConfig alerts,
      Optional<Path> searchFolder,
      KafkaClients clients,
      Telemetry telemetry,
      Consumer<String> console) {
    this.settings = settings;
    this.alerts = alerts;
    this.searchFolder = searchFolder;
    this.clients = clients;
    this.telemetry = telemetry;
    this.console = console;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void start() {
    Database store = closing.add(new Database(settings.get(StoreConfig.class)));
    check(store);
    ScheduledExecutorService upkeep =
        Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "api-upkeep"));
    closing.add(
        () -> {
          upkeep.shutdownNow();
          upkeep.awaitTermination(5, TimeUnit.SECONDS);
        });
    upkeep.scheduleWithFixedDelay(
        () -> check(store), CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
    ApiKeys keys = new ApiKeys(store.dataSource());
    LookTrail trail = closing.add(new LookTrail(store.dataSource()));
    SessionConfig logins = settings.get(ApiConfig.class).session();
    SessionRoutes sessions = new SessionRoutes(store.dataSource(), logins, telemetry);
    upkeep.scheduleWithFixedDelay(
        () -> prune(sessions), PRUNE_SECONDS, PRUNE_SECONDS, TimeUnit.SECONDS);
    LiveRoutes live = new LiveRoutes(settings.get(ApiConfig.class), clients, telemetry);
    List<Route> all = new ArrayList<>(routes(store));
    all.addAll(live.routes());
    all.addAll(new AccessRoutes(keys, trail).routes());
    all.addAll(sessions.routes());
    all.addAll(new UserRoutes(new ApiUsers(store.dataSource())).routes());
    String version =
        Optional.ofNullable(ApiStage.class.getPackage().getImplementationVersion()).orElse("0");
    ApiServer listening =
        closing.add(
            new ApiServer(
                settings.get(ApiConfig.class),
                new UserAccess(store.dataSource(), logins, new KeyAccess(keys, trail)),
                all,
                version,
                telemetry));
    // Closed before the server, which waits for requests that are not done.
    closing.add(live);
    server = Optional.of(listening);
    log.info("the HTTP API listens on port {}", listening.port());
  }

  private List<Route> routes(Database store) {
    Desk desk = closing.add(new Desk(settings, clients, store));
    FaceReader reader = closing.add(new FaceReader(settings));
    LiveGallery gallery = closing.add(new LiveGallery(settings, clients));
    Map<String, Outlet> outlets = Outlets.of(alerts.outlets());
    outlets.values().forEach(closing::add);
    return Stream.of(
            new SeenRoutes(store).routes(),
            new EventRoutes(store).routes(),
            new CameraRoutes(clients).routes(),
            new PeopleRoutes(desk).routes(),
            new SightingRoutes(desk).routes(),
            new VisitorRoutes(desk).routes(),
            new AlertRoutes(clients, store, outlets).routes(),
            new PictureRoutes(reader, gallery).routes(),
            new CompreFaceRoutes(desk, reader, gallery).routes(),
            new SearchRoutes(
                    reader, closing.add(new StoredFaces(searchFolder, store, telemetry)), store)
                .routes())
        .flatMap(List::stream)
        .toList();
  }

  private void check(Database store) {
    try {
      store.check();
      ensureUsers(store);
      database = Health.READY;
    } catch (StoreException | RuntimeException away) {
      if (database.ready()) {
        log.warn("{}", away.getMessage());
      }
      database = Health.notReady(String.valueOf(away.getMessage()));
    }
  }

  /** A database that is away at the start is given the first user when it is back. */
  private void ensureUsers(Database store) throws StoreException {
    if (!users) {
      new ApiUsers(store.dataSource())
          .first()
          .ifPresent(
              password ->
                  console.accept(
                      "The HTTP API has a first user: name %s, one-time password %s. Log in and set a password. It is not shown again; `facestream user reset %s` makes another."
                          .formatted(ApiUsers.FIRST, password, ApiUsers.FIRST)));
      users = true;
    }
  }

  private static void prune(SessionRoutes sessions) {
    try {
      sessions.prune();
    } catch (StoreException | RuntimeException away) {
      log.debug("old sessions are not removed: {}", away.getMessage());
    }
  }

  /** The port in use; 0 before the start. */
  public int port() {
    return server.map(ApiServer::port).orElse(0);
  }

  @Override
  public boolean live() {
    return true;
  }

  @Override
  public Optional<String> failure() {
    return Optional.empty();
  }

  @Override
  public Health health() {
    return database;
  }

  @Override
  public void close() {
    closing.close();
  }
}

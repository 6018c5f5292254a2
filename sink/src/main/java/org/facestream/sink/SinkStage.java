package org.facestream.sink;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.LoopSettings;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.alert.AlertRuleTopic;
import org.facestream.sink.alert.Alerts;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.alert.outlet.Outlets;
import org.facestream.sink.evidence.EvidenceLoop;
import org.facestream.sink.retention.Retention;
import org.facestream.sink.search.SearchUpkeep;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.FaceRetention;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Visits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Identity events to PostgreSQL, and the crops and descriptors of their sightings: a thread each
 * consumes and stores, others send alerts, another one checks the database and its retention. Ready
 * when all can work.
 */
public final class SinkStage implements Stage {
  private static final Logger log = LoggerFactory.getLogger(SinkStage.class);
  private static final long CHECK_SECONDS = 5;
  private static final long FOLLOW_SECONDS = 1;

  /** Other regular work on the database. */
  public interface Upkeep {
    /** No other work. */
    Upkeep NONE = database -> {};

    /**
     * Runs in its own thread, while the database answers.
     *
     * @throws StoreException to retry later
     */
    void run(Database database) throws StoreException;
  }

  private final SinkConfig config;
  private final StoreConfig storeConfig;
  private final WorkerConfig workerConfig;
  private final KafkaClients clients;
  private final Upkeep more;
  private final Telemetry telemetry;
  private final Closing closing = new Closing();
  private final Map<String, Outlet> outlets;

  private final StallWatch stalls;
  private final StallWatch alertStalls;

  /** Empty until it is started. */
  private volatile List<ConsumeLoop> loops = List.of();

  /** Only in the thread of {@link #lookAfterMore}. */
  private boolean visitsDerived;

  private volatile Health database = Health.notReady("the database has not been checked yet");

  /**
   * @param more what else runs here every few seconds
   * @throws UserError when the settings of an outlet do not go together
   */
  public SinkStage(
      SinkConfig config,
      StoreConfig storeConfig,
      WorkerConfig workerConfig,
      KafkaClients clients,
      Upkeep more,
      Telemetry telemetry) {
    this.more = more;
    this.config = config;
    this.storeConfig = storeConfig;
    this.workerConfig = workerConfig;
    this.clients = clients;
    this.telemetry = telemetry;
    this.outlets = Outlets.of(config.outlets());
    outlets.values().forEach(closing::add);
    this.stalls = new StallWatch(name(), workerConfig.stallTimeout(), clients, telemetry);
    this.alertStalls =
        new StallWatch(Alerts.GROUP, workerConfig.stallTimeout(), clients, telemetry);
  }

  @Override
  public String name() {
    return IdentityWriter.STAGE;
  }

  /**
   * Migrates the database, if it answers, and starts to consume; waits for an unavailable database.
   *
   * @throws UserError when Kafka does not answer, or when the database refuses the user, does not
   *     exist, or has a newer schema
   */
  @Override
  public void start() {
    Database store = closing.add(new Database(storeConfig));
    boolean crops = config.crops() > 0;
    List<Topic> topics =
        new ArrayList<>(List.of(IdentityTopic.TOPIC, AlertRuleTopic.TOPIC, Topics.DEAD_LETTERS));
    if (crops) {
      topics.addAll(EvidenceLoop.TOPICS);
    }
    Topics.ensure(clients, topics);
    try {
      store.check();
      database = Health.READY;
    } catch (RetryableException away) {
      database = Health.notReady(String.valueOf(away.getMessage()));
      log.warn("{}; waiting for it", away.getMessage());
    }
    EventStore events = new EventStore(store.dataSource());
    look(
        store,
        new Retention(
            events,
            new FaceRetention(store.dataSource()),
            new Retention.Periods(
                config.retention().events(),
                config.retention().pictures(),
                config.retention().descriptors(),
                config.retention().unknown(),
                config.forgottenRetention()),
            Clock.systemUTC(),
            telemetry));
    List<ConsumeLoop> all = new ArrayList<>();
    if (crops) {
      // Closed last: its faces wait for the events that the other one stores.
      all.add(evidence(store));
    }
    ConsumeLoop storing =
        closing.add(
            new ConsumeLoop(
                LoopSettings.of(workerConfig, name(), clients.name(IdentityTopic.TOPIC), 0)
                    .draining(),
                clients,
                telemetry,
                () -> clients.consumer(name(), config.batchSize(), Map.of()),
                new IdentityWriter(store, events, telemetry)));
    all.add(storing);
    Duration kept = config.retention().events();
    Alerts alerts =
        closing.add(new Alerts(config, kept, outlets, workerConfig, clients, store, telemetry));
    all.add(alerts.loop());
    loops = List.copyOf(all);
    config.searchFolder().ifPresent(folder -> follow(folder, store));
    stalls.follow(IdentityTopic.TOPIC, Optional.of(name()), storing.positions());
    alerts.start(closing.add(alertStalls));
    closing.add(stalls).start();
    loops.forEach(ConsumeLoop::start);
  }

  private ConsumeLoop evidence(Database store) {
    EvidenceLoop.Options options =
        new EvidenceLoop.Options(
            config.crops(), config.cropsWait(), config.cropsBytes(), config.batchSize());
    EvidenceLoop evidence =
        closing.add(new EvidenceLoop(options, workerConfig, clients, store, telemetry));
    evidence.watch(stalls);
    return evidence.loop();
  }

  private void look(Database store, Retention retention) {
    ScheduledExecutorService upkeep = thread("sink-upkeep");
    upkeep.scheduleWithFixedDelay(
        () -> checkDatabase(store), CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
    // It may take a while, during which the database is still checked.
    thread("sink-more")
        .scheduleWithFixedDelay(
            () -> lookAfterMore(store), CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
    long interval = config.retentionInterval().toMillis();
    upkeep.scheduleWithFixedDelay(
        () -> deleteOld(retention), Math.min(interval, 10_000), interval, TimeUnit.MILLISECONDS);
  }

  /** Keeps the search index up to date. */
  private void follow(Path folder, Database store) {
    SearchUpkeep search = closing.add(new SearchUpkeep(folder, store, telemetry));
    thread("sink-search")
        .scheduleWithFixedDelay(
            () -> {
              if (database.ready()) {
                search.follow();
              }
            },
            FOLLOW_SECONDS,
            FOLLOW_SECONDS,
            TimeUnit.SECONDS);
  }

  private ScheduledExecutorService thread(String name) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, name));
    closing.add(
        () -> {
          thread.shutdownNow();
          thread.awaitTermination(5, TimeUnit.SECONDS);
        });
    return thread;
  }

  private void lookAfterMore(Database store) {
    if (!database.ready()) {
      return;
    }
    try {
      if (!visitsDerived) {
        long people = new Visits(store.dataSource()).keepGap(config.visitGap());
        visitsDerived = true;
        if (people > 0) {
          log.info("visits: derived those of {} people with sink.visit-gap", people);
        }
      }
      more.run(store);
    } catch (StoreException | RuntimeException failed) {
      log.warn("upkeep: failed; the next run continues", failed);
    }
  }

  private void checkDatabase(Database store) {
    try {
      store.check();
      if (!database.ready()) {
        log.info("PostgreSQL at {} answers", store.address());
      }
      database = Health.READY;
    } catch (RuntimeException failed) {
      if (database.ready()) {
        log.warn("{}", failed.getMessage(), failed);
      }
      database = Health.notReady(String.valueOf(failed.getMessage()));
    }
  }

  private void deleteOld(Retention retention) {
    if (!database.ready()) {
      return;
    }
    try {
      retention.run();
    } catch (StoreException | RuntimeException failed) {
      log.warn("retention: failed; the next run continues", failed);
    }
  }

  @Override
  public boolean live() {
    return loops.stream().allMatch(ConsumeLoop::live);
  }

  @Override
  public Optional<String> failure() {
    return loops.stream().flatMap(loop -> loop.failure().stream()).findFirst();
  }

  @Override
  public Health health() {
    if (loops.isEmpty()) {
      return Health.notReady("starting");
    }
    Health working = database;
    if (database.ready()) {
      for (ConsumeLoop loop : loops) {
        working = working.and(loop.health());
      }
    }
    return working.and(stalls.health()).and(alertStalls.health());
  }

  @Override
  public void close() {
    closing.close();
  }
}

package org.facestream.sink.alert;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.sink.alert.outlet.Notice;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers alerts: threads of its own for each outlet, so that none waits for another. What waits
 * is in the database; nothing is held in memory but what is being sent.
 */
final class Deliveries implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

  /** An alert that no outlet confirmed for this long is given up. */
  static final Duration PATIENCE = Duration.ofDays(1);

  private static final long UPKEEP_SECONDS = 5;

  private final DeliveryQueue queue;
  private final AlertNotices notices;
  private final Map<String, Outlet> outlets;
  private final LiveRules rules;
  private final Telemetry telemetry;
  private final Duration retention;
  private final List<OutletWorker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ScheduledExecutorService upkeep =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "alert-upkeep"));

  private volatile Map<String, Double> oldest = Map.of();

  /** How often something was recorded; guarded by this. */
  private long recorded;

  /**
   * @param retention after which alerts without a sighting are deleted; zero for never
   */
  Deliveries(
      DeliveryQueue queue,
      AlertNotices notices,
      Map<String, Outlet> outlets,
      LiveRules rules,
      Duration retention,
      Telemetry telemetry) {
    this.queue = queue;
    this.notices = notices;
    this.outlets = outlets;
    this.rules = rules;
    this.retention = retention;
    this.telemetry = telemetry;
  }

  void start() {
    outlets.forEach(
        (name, outlet) -> {
          AtomicBoolean troubled = new AtomicBoolean();
          for (int i = 0; i < outlet.parallel(); i++) {
            OutletWorker worker = new OutletWorker(name, outlet, this, troubled, i == 0);
            workers.add(worker);
            threads.add(new Thread(worker, "alert-" + name + "-" + (i + 1)));
          }
          Gauge.builder("facestream.alert.oldest.waiting", () -> oldest.getOrDefault(name, 0.0))
              .description("How long the oldest alert of an outlet waits for its confirmation")
              .baseUnit("seconds")
              .tags("outlet", name)
              .register(telemetry.registry());
        });
    threads.forEach(Thread::start);
    upkeep.scheduleWithFixedDelay(
        this::lookAfter, UPKEEP_SECONDS, UPKEEP_SECONDS, TimeUnit.SECONDS);
  }

  DeliveryQueue queue() {
    return queue;
  }

  AlertNotices notices() {
    return notices;
  }

  /** The enabled rules that send to an outlet. */
  List<Notice.Rule> rulesOf(String outlet) {
    return rules.all().stream()
        .filter(rule -> rule.enabled() && rule.outlets().contains(outlet))
        .map(rule -> new Notice.Rule(rule.id(), rule.name()))
        .toList();
  }

  void count(String outlet, DeliveryQueue.State state) {
    Counter.builder("facestream.alert.deliveries")
        .description("Attempts to deliver an alert; those that failed for now are waiting")
        .tags("outlet", outlet, "outcome", state.name())
        .register(telemetry.registry())
        .increment();
  }

  Timer sinceRecorded(String outlet) {
    return Timer.builder("facestream.alert.delivery.time")
        .description("Time from the record of an alert to its confirmation by an outlet")
        .tags("outlet", outlet)
        .register(telemetry.registry());
  }

  /** Something is there to be sent now. */
  synchronized void wake() {
    recorded++;
    notifyAll();
  }

  synchronized long recorded() {
    return recorded;
  }

  /** Waits until more is recorded than that, or for a time. */
  synchronized void await(long seen, Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    long left = longest.toMillis();
    while (recorded == seen && left > 0) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
  }

  private void lookAfter() {
    try {
      int expired = queue.expire(PATIENCE, outlets.keySet());
      if (expired > 0) {
        log.warn("alerts: {} are given up after {}", expired, PATIENCE);
      }
      oldest = queue.oldest();
      if (!retention.isZero()) {
        queue.deleteForsaken(retention);
      }
    } catch (StoreException | RuntimeException failed) {
      log.debug("alerts: upkeep failed; the next run continues", failed);
    }
  }

  /** What is being sent is finished. */
  @Override
  public void close() throws InterruptedException {
    upkeep.shutdownNow();
    workers.forEach(OutletWorker::stop);
    wake();
    join();
    threads.forEach(Thread::interrupt);
    join();
  }

  /** Waits for all of them, two seconds together. */
  private void join() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    for (Thread thread : threads) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }
  }
}
